"""Who calls: partners' machines by signed assertion, staff by OpenID Connect, pages by a server-side session."""

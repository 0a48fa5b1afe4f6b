"""Who works with the gateway: staff, officers, sessions, tokens."""

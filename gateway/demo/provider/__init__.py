"""A small OpenID Connect provider for the demo and the tests; it answers on loopback only."""

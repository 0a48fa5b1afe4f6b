"""Feeds: what they hold, switching them on, pulling them from a partner, the services that one tells of."""

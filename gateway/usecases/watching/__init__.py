"""Feeds that are late, stopped, shrunken or drifting."""

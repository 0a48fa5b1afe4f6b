"""Pulling from a partner's API: which sources there are, how we sign in there, and how patiently we ask."""

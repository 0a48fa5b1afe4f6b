"""Telling: notices, and webhooks that carry ids only."""

"""Accesses that somebody looks at again."""

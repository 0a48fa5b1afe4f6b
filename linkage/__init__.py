"""Linkage: which records are one person, which persons one household, and why. Pure: no store, no clock."""

"""What each partner writes, in its own columns, formats and habits."""

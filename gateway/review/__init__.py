"""Review of accesses: each gets its shortest reason in words, and what has none is ranked for officers. All pure."""

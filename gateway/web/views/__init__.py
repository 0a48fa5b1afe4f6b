"""From what use cases answer to what templates show: pure functions and plain values."""

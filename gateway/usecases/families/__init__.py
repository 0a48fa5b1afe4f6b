"""What a worker does with a family: declare a purpose, search, open, ask for more, print."""

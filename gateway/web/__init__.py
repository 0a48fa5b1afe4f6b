"""The pages: what staff see in a browser. Plain HTML that works without a script, made from what use cases answer."""

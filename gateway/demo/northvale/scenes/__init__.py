"""The families of the scenes, planted exactly; no random fault touches their rows."""

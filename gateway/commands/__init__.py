"""The commands of `hearthgate`, a module for each family of them; `gateway.cli` mounts them."""

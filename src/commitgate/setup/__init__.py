"""Setting a repository up: hooks, policy file, pre-commit configuration, and saying whether they work."""

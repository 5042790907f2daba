"""The `./multirepo` command: one module for each of its commands."""

"""The real engine, provider, git and sandbox together."""

"""The tests mirror the tree; `end_to_end` runs the real engine, provider, git and sandbox together."""

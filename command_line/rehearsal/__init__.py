"""The weeks of a migration as a play: waves move, people commit.

It must not reach anything but the sandbox.
"""

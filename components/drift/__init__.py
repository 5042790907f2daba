"""What was changed on GitHub outside Pulumi, and how to adopt or undo it.

It must not change anything.
"""

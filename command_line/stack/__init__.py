"""What a command works on: a stack, its sandbox, its monorepo and split.

It must not print.
"""

"""Rules that hold for every preview and `up`, whatever the program says: `pulumi preview --policy-pack policies`.

Each reads what the engine is about to make, and beside it only the plan and the stack's settings, by means of its own.
"""

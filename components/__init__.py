"""The desired state as Pulumi resources. Each module owns one component and says what it leaves alone.

It must not run git or read a tree: that is migration's.
"""

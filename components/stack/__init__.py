"""The stack itself: its settings, the values it is given, and how its program and providers behave.

It must not register resources.
"""

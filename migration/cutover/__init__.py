"""The monorepo's folders at cutover: frozen, unfrozen, archived, and the way back.

It must not know Pulumi.
"""

"""The components as a Pulumi component package, for programs in any language; see docs/components.md.

hosting.py turns the inputs that Pulumi sends into those of the components; PulumiPlugin.yaml and __main__.py start it.
"""

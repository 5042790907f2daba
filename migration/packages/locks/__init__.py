"""poetry.lock and uv.lock follow their manifests without a network.

It must not run git.
"""

"""Stage 4: manifests, versions and publishing.

rules       what becomes of one repository's dependencies, from the plan (pure)
manifests   every pyproject.toml of a tree: path dependencies become versions, and back (pure)
poetry      the part of a manifest that Poetry reads (pure)
standard    the parts that PEP 621, PEP 735 and uv define (pure)
"""

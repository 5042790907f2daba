"""Manifests, versions and publishing.

rules              how the plan changes one repository's dependencies (pure)
manifests          every pyproject.toml of a tree: path dependencies become versions (pure)
path_restoration   the way back (pure)
poetry, standard   the parts of a manifest that Poetry reads, and those of PEP 621, PEP 735 and uv (pure)
sources            what a package is built from: a commit of its new repository
building           from a tree to an sdist and a wheel, the same bytes each time
publishing         from those to a version in the registry that is never replaced
provenance         where a published version comes from, and whether it is still what was published
lock_files         poetry.lock and uv.lock follow their manifests: poetry_lock, poetry_solving, uv_lock
releases           what lock files need to know of a version
simple_index       an index as installers see it
devpi              a client of devpi-server
troubles           what commonly goes wrong in a clone of a new repository
"""

"""A patch release, made for real where nobody sees it.

patch              the next version in a clone: manifest, changelog
scratch_github     copies of all repositories, which a release is pushed to
scratch_index      a package index with everything that the real one has, which a release is published to
workflow           the steps of a workflow, run here as far as they need no GitHub
"""

"""What the manifests and lock files of a repository say about the tools of its pipelines.

project_files       paths, and the texts that decide
declared_packages   names of all dependencies of one Python project
python_toolchain    commands of one Python project: uv, pip, Poetry, PDM, Hatch
node_toolchain      commands of one JavaScript project: npm, pnpm, yarn, Bun

It must not read git.
"""

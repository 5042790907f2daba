"""What stops the transforms of a repository."""


class TransformError(Exception):
    """A transform of the plan does not fit the files. Says which repository and file, and what to do."""

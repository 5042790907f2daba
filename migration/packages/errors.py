"""The errors of this stage. Each message says what, where, and what to do."""

from collections.abc import Iterable


class PackagesError(Exception):
    """Packages cannot be made, published or used as the plan says."""


class ManifestError(PackagesError):
    """Manifests that cannot be brought to versions: the author of the plan or of the monorepo must act.

    faults: every one found, a sentence or two each.
    """

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(dict.fromkeys(faults))
        super().__init__("\n".join(self.faults))


class RegistryError(PackagesError):
    """The registry is down, slow or full, or it refuses: whoever runs it must act. Safe to run again."""


class BuildError(PackagesError):
    """A package cannot be built: whoever wrote it must act, or whoever runs the network."""


class VersionTakenError(PackagesError):
    """The registry has this version with other content. The author of the plan must raise the version."""


class LockFileError(PackagesError):
    """A lock file cannot be brought up to its manifest here: its own tool must make it anew. Says why."""


class ProvenanceError(PackagesError):
    """What a repository says of a published version is not so. Says what; somebody has to look at it."""

"""The names of the dynamic providers in the state. This module and `load_provider` never move: every state names them.

The state holds `load_provider`, a name of PROVIDERS and a version, and nothing else of a provider. docs/state.md lists
what else is stored, and how to change it.
"""

from importlib import import_module

from pulumi.dynamic import ResourceProvider

VERSION = 1
"""Of what the state holds of dynamic resources. A higher number makes `pulumi up` write all of them again."""

PROVIDERS = {
    "code_move": (".history.code_move_provider", "CodeMoveProvider"),
    "devpi_index": (".registry.devpi_provider", "DevpiIndexProvider"),
    "devpi_token": (".registry.devpi_provider", "DevpiTokenProvider"),
    "managed_files": (".repository.managed_files_provider", "ManagedFilesProvider"),
    "monorepo": (".monorepo.monorepo_provider", "MonorepoProvider"),
    "published_package": (".packages.published_package_provider", "PublishedPackageProvider"),
    "verified_copy": (".monorepo.verified_copy_provider", "VerifiedCopyProvider"),
}
"""Name in the state to module of this package and class, which may move."""


def load_provider(name: str, version: int) -> ResourceProvider:
    """The provider that a state names. Raises ValueError for a state of a later release."""
    if name not in PROVIDERS or version > VERSION:
        raise ValueError(
            f"{name} {version}: A later release of multirepo wrote this state. Use that release or a later one."
        )
    module, class_name = PROVIDERS[name]
    provider: ResourceProvider = getattr(import_module(module, __package__), class_name)()
    return provider

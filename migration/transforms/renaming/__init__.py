"""Rename a Python module: its folder, and every reference to it in a repository.

Words that may not mean the module stay and are listed: "synth" in "photosynthesis", or `prog="synth"`, the name of a
command.
"""

from migration.transforms.renaming.left_names import names_left, unsettled
from migration.transforms.renaming.places import RenameError
from migration.transforms.renaming.renaming import Doubt, Renaming, rename_modules

__all__ = ["Doubt", "RenameError", "Renaming", "names_left", "rename_modules", "unsettled"]

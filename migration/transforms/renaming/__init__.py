"""A Python module gets another name: its folder, and everything in a repository that surely means it.

What only may mean it is listed for a person, and left: "synth" in "photosynthesis" is no module, `prog="synth"` is what
people type.
"""

from migration.transforms.renaming.places import RenameError
from migration.transforms.renaming.renaming import Doubt, Renaming, rename_modules

__all__ = ["Doubt", "RenameError", "Renaming", "rename_modules"]

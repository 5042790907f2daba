"""Which templates are there?"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

TEMPLATES = Path(__file__).parent.parent / "templates"
DESCRIPTION = "template.toml"


class TemplateError(ValueError):
    """There is no such template, or it is wrong."""


@dataclass(frozen=True)
class Template:
    """A folder of files with variables in them."""

    name: str
    folder: Path
    summary: str
    variables: tuple[str, ...]

    def files(self) -> list[Path]:
        """Its files, relative to its folder, in order."""
        found = (file.relative_to(self.folder) for file in self.folder.rglob("*") if file.is_file())
        return sorted(file for file in found if file.name != DESCRIPTION)


def catalogue(folder: Path = TEMPLATES) -> dict[str, Template]:
    """All templates by name."""
    return {file.parent.name: read_template(file) for file in sorted(folder.glob(f"*/{DESCRIPTION}"))}


def read_template(description: Path) -> Template:
    """Raises TemplateError, which names the file."""
    try:
        fields = tomllib.loads(description.read_text(encoding="utf-8"))
        folder = description.parent
        return Template(folder.name, folder, fields["summary"], tuple(fields["variables"]))
    except (KeyError, tomllib.TOMLDecodeError) as error:
        raise TemplateError(f"{description}: {error}") from None

"""Fills a template in."""

from collections.abc import Mapping
from pathlib import Path
from string import Template as Text

from maestro_templates.catalogue import Template, TemplateError


def fill(template: Template, values: Mapping[str, str], target: Path) -> list[Path]:
    """Write the files below `target`, which must not exist; the files. Raises TemplateError."""
    if missing := [name for name in template.variables if name not in values]:
        raise TemplateError(f"{template.name} also needs {missing}")
    if target.exists():
        raise TemplateError(f"{target} exists already")
    written = []
    for file in template.files():
        destination = target / Text(str(file)).substitute(values)
        destination.parent.mkdir(parents=True, exist_ok=True)
        destination.write_bytes(filled(template.folder / file, values))
        written.append(destination)
    return written


def filled(file: Path, values: Mapping[str, str]) -> bytes:
    """The file with its variables replaced. Line ends stay as they are. Raises TemplateError."""
    try:
        return Text(file.read_bytes().decode()).substitute(values).encode()
    except (KeyError, ValueError) as error:
        raise TemplateError(f"{file}: {error}") from None

"""`python -m maestro_templates TEMPLATE NAME`."""

import sys
from pathlib import Path

from maestro_templates.catalogue import TemplateError, catalogue
from maestro_templates.filling import fill


def main(arguments: list[str]) -> int:
    """0 when the project is there, 2 when it could not be made."""
    templates = catalogue()
    if len(arguments) != 2 or arguments[0] not in templates:
        print("usage: python -m maestro_templates TEMPLATE NAME", file=sys.stderr)
        for template in templates.values():
            print(f"  {template.name:16}{template.summary}", file=sys.stderr)
        return 2
    name = arguments[1]
    try:
        values = {"name": name, "package": name.replace("-", "_")}
        for file in fill(templates[arguments[0]], values, Path(name)):
            print(file)
    except (OSError, TemplateError) as error:
        print(f"maestro-templates: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

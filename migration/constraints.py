"""Constraints on versions, in Poetry's words and in PEP 440's.

https://python-poetry.org/docs/dependency-specification/#version-constraints
"""

import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version


def compatible(version: str) -> str:
    """What Poetry writes as `^VERSION`, in PEP 440's: below the next change of the leftmost part that is not 0."""
    parts = Version(version).release
    leading = next((place for place, part in enumerate(parts) if part), len(parts) - 1)
    return f">={version},<{_next(version, leading)}"


def admits_minor(constraint: str, minor: str) -> bool:
    """Whether a constraint of Poetry or PEP 440 takes a version of this minor, like "3.12".

    True for a constraint that cannot be read: installers report that themselves.
    """
    try:
        alternatives = [SpecifierSet(specifiers(_with_commas(each))) for each in re.split(r"\|+", constraint)]
    except ValueError:
        return True
    return any(f"{minor}.{patch}" in each for each in alternatives for patch in range(100))


def _with_commas(constraint: str) -> str:
    """Poetry takes spaces between clauses, and between an operator and its version."""
    return re.sub(r"(?<=[\d*])\s+(?=[<>=!~^\d])", ",", constraint.strip())


def specifiers(constraint: str) -> str:
    """A constraint of Poetry in the words of PEP 440. Raises ValueError where those have none, as for `||`."""
    return ",".join(_clause(clause.strip()) for clause in constraint.split(","))


def _clause(clause: str) -> str:
    if clause.startswith("^"):
        return compatible(clause[1:].strip())
    if re.match(r"~(?!=)", clause):
        version = clause[1:].strip()
        return f">={version},<{_next(version, min(1, len(Version(version).release) - 1))}"
    try:
        return str(SpecifierSet(f"=={clause}" if clause[:1].isdigit() else clause))
    except InvalidSpecifier:
        raise ValueError(f"{clause!r} is not a specifier of PEP 440") from None


def _next(version: str, place: int) -> str:
    """The version that follows when the part at this place goes up by one, as short as it can be written."""
    known = Version(version)
    upper = [*known.release[:place], known.release[place] + 1]
    return (f"{known.epoch}!" if known.epoch else "") + ".".join(map(str, [*upper, 0] if len(upper) == 1 else upper))

"""The rules that one value of the plan must keep by itself, as types for the model.

Each rule is a function from the value to what is wrong with it, or None. GitHub's rules are those of its own pages:
https://docs.github.com/en/rest/repos/repos#create-an-organization-repository and
https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/classifying-your-repository-with-topics
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, NamedTuple

from packaging.version import InvalidVersion, Version
from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

MAPPING = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
"""What every mapping of the plan is: its docstrings are the descriptions in the schema."""

LENIENT = "lenient"
"""Validation context that lets every value through, so that a plan with faults can still be checked as a whole."""

RULE_BROKEN = "rule_broken"
"""Type of the pydantic errors that the rules below raise; their context holds `problem` and `remedy`."""


class Offence(NamedTuple):
    """What is wrong with a value, and what to do."""

    problem: str
    remedy: str


Rule = Callable[[Any], Offence | None]
"""What is wrong with a value, or None."""


def quoted(value: object) -> str:
    """The value as one short line for a message, whatever it contains."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def keeps(rule: Rule) -> AfterValidator:
    """The validator of a field that must keep the rule."""

    def validate(value: Any, info: ValidationInfo) -> Any:
        offence = None if info.context == LENIENT else rule(value)
        if offence is not None:
            raise PydanticCustomError(RULE_BROKEN, "{problem}. {remedy}", offence._asdict())
        return value

    return AfterValidator(validate)


def _matches(pattern: str, what: str, remedy: str) -> Rule:
    expression = re.compile(pattern)
    return lambda value: None if expression.fullmatch(value) else Offence(f"{quoted(value)} is not a {what}", remedy)


def _repository_name(value: str) -> Offence | None:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,100}", value) or value in (".", ".."):
        problem = f"{quoted(value)} is not a repository name"
        return Offence(problem, "Use 1 to 100 of the letters A-Z and a-z, digits, '.', '_' and '-'.")
    if value.lower().endswith((".git", ".wiki")):
        return Offence(f"{quoted(value)} ends in {value[value.rindex('.') :]!r}", "Leave the ending off.")
    return None


def _folder(value: str) -> Offence | None:
    parts = value.split("/")
    if value.strip() in ("", "."):
        return Offence("no folder is named", "Name one, like 'libs/auth', relative to the root of the repository.")
    if value.startswith("/") or re.match(r"[A-Za-z]:", value):
        return Offence(f"{quoted(value)} is an absolute path", "Write it relative to the root of the repository.")
    if "\\" in value or any(ord(character) < 32 or ord(character) == 127 for character in value):
        return Offence(f"{quoted(value)} holds a backslash or a control character", "Put '/' between the folders.")
    if "" in parts or "." in parts:
        better = "/".join(part for part in parts if part not in ("", "."))
        return Offence(f"{quoted(value)} has an empty or '.' part", f"Write {quoted(better)}.")
    if ".." in parts:
        return Offence(f"{quoted(value)} leaves the repository", "Write the path without '..'.")
    # Git refuses these itself, with and without the trailing dots and spaces that Windows drops.
    if any(part.rstrip(" .").casefold() in (".git", "git~1") for part in parts):
        return Offence(f"{quoted(value)} reaches into git's own folder", "Name a folder outside of '.git'.")
    return None


def _folder_or_root(value: str) -> Offence | None:
    return None if value == "." else _folder(value)


def _ref_name(value: str) -> Offence | None:
    """Rules of https://git-scm.com/docs/git-check-ref-format for a branch or tag."""
    parts = value.split("/")
    broken = (
        re.search(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{", value)
        or value in ("", "@")
        or value.startswith("-")
        or value.endswith(".")
        or any(not part or part.startswith(".") or part.endswith(".lock") for part in parts)
    )
    if broken:
        remedy = "Leave out spaces, '..', '@{' and any of ~^:?*[\\; no part may start with '.' or end in '.lock'."
        return Offence(f"{quoted(value)} is not a name of a branch or tag in git", remedy)
    return None


def _tag_pattern(value: str) -> Offence | None:
    if value.count("*") > 1:
        return Offence(
            f"{quoted(value)} has more than one '*'", "Keep one; write several rules where one is not enough."
        )
    return _ref_name(value.replace("*", "x"))


def _ref_pattern(value: str) -> Offence | None:
    """A pattern of File.fnmatch, as GitHub takes it in rulesets and deployment policies.

    https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/creating-rulesets-for-a-repository#using-fnmatch-syntax
    """
    name = re.sub(r"\[[!^]?[^]\[/]+\]|[*?]", "x", value)
    if _ref_name(name):
        remedy = "Leave out spaces, '..', '@{' and any of ~^:\\; close each set as in 'v[0-9]*', without '/' in it."
        return Offence(f"{quoted(value)} is not a pattern of branches or tags", remedy)
    return None


def _version(value: str) -> Offence | None:
    try:
        Version(value)
    except InvalidVersion:
        remedy = "Write it as PEP 440 has it, like 0.1.0 or 1.0.0rc1."
        return Offence(f"{quoted(value)} is not a version of a Python package", remedy)
    return None


def _description(value: str) -> Offence | None:
    if len(value) > 350 or not value.isprintable():
        problem = f"the description has {len(value)} characters" if value.isprintable() else "it has several lines"
        return Offence(problem, "GitHub takes one line of at most 350 characters.")
    return None


def _label_description(value: str) -> Offence | None:
    problem = f"the description has {len(value)} characters"
    return Offence(problem, "GitHub takes at most 100.") if len(value) > 100 else None


def _module(value: str) -> Offence | None:
    if not all(part.isidentifier() for part in value.split(".")):
        return Offence(
            f"{quoted(value)} is not a Python module", "Write it as an import does, like 'maestro_ml.models'."
        )
    return None


def _owned_files(value: str) -> Offence | None:
    """Syntax of CODEOWNERS: no negation, no set of characters, and one line for each pattern.

    https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners#codeowners-syntax
    """
    is_one_line = value.strip() and value.isprintable()
    if not is_one_line or value.startswith(("!", "#", "\\")) or re.search(r"[\[\]]", value):
        remedy = "Write one line with '*', '**' and '?', without '!', '#' or '\\' at its start and without '[' and ']'."
        return Offence(f"{quoted(value)} is not a pattern of CODEOWNERS", remedy)
    return Offence("'/' matches no file", "Write '*' for all files.") if value.strip() == "/" else None


def _date(value: str) -> Offence | None:
    try:
        date.fromisoformat(value)
    except ValueError:
        return Offence(f"{quoted(value)} is not a date", "Write it as 2026-01-31.")
    return None


def _text(value: str) -> Offence | None:
    return None if value.strip() else Offence("it is empty", "Write what it says, or remove the entry.")


def some(values: tuple[object, ...]) -> Offence | None:
    """The rule of a list that may not be empty."""
    return None if values else Offence("the list is empty", "Name at least one.")


def at_most(limit: int) -> Rule:
    """The rule of a list with a limit."""

    def rule(values: tuple[object, ...]) -> Offence | None:
        problem = f"the list has {len(values)} entries"
        return Offence(problem, f"Keep at most {limit}.") if len(values) > limit else None

    return rule


_WAVE = r"[A-Za-z0-9][A-Za-z0-9_-]*"
_TOPIC = r"[a-z0-9][a-z0-9-]{0,49}"
_TEAM = r"[a-z0-9]+(-[a-z0-9]+)*"
_OWNER = rf"{_TEAM}|@[A-Za-z0-9](-?[A-Za-z0-9])*"
_LOGIN = r"[A-Za-z0-9](-?[A-Za-z0-9])*"
_LINK_PREFIX = r"[A-Za-z0-9.=+:/#_-]*[A-Za-z.=+:/#_-]"
_LINK_ADDRESS = r"https?://[a-z0-9.-]+(:[0-9]+)?/.*<num>.*"
_PUBLIC_KEY = r"(ssh-(ed25519|rsa|dss)|ecdsa-sha2-\S+|sk-\S+) [A-Za-z0-9+/]+=*( .*)?"
_FULL_NAME = r"[A-Za-z0-9](-?[A-Za-z0-9])*/[A-Za-z0-9._-]{1,100}(?<!\.git)"
_COMMIT = r"[0-9a-f]{7,64}"
_FINGERPRINT = r"[0-9a-f]{16}"
_REPLACEMENT = r"[^\x00-\x1f\x7f<>]{1,100}"
_CLAIM = r"[a-z]+(_[a-z]+)*"
_SETTING = r"(?!GITHUB_)[A-Za-z_][A-Za-z0-9_]*"
_COLOR = r"[0-9a-fA-F]{6}"
_PACKAGE = r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"


def _pattern(expression: str) -> dict[str, object]:
    return {"pattern": f"^({expression})$"}


Text = Annotated[str, keeps(_text)]
Description = Annotated[str, keeps(_description), Field(json_schema_extra={"maxLength": 350})]
RepositoryName = Annotated[str, keeps(_repository_name), Field(json_schema_extra=_pattern(r"[A-Za-z0-9._-]{1,100}"))]
RepositoryFullName = Annotated[
    str,
    keeps(_matches(_FULL_NAME, "repository on GitHub", "Write it as 'owner/name', without https:// and '.git'.")),
    Field(json_schema_extra=_pattern(_FULL_NAME)),
]
Switch = Annotated[bool, Field(strict=True)]
Folder = Annotated[str, keeps(_folder)]
FolderOrRoot = Annotated[str, keeps(_folder_or_root)]
CommitId = Annotated[
    str,
    keeps(_matches(_COMMIT, "commit", "Write its id: 7 to 64 hexadecimal digits, in quotes.")),
    Field(json_schema_extra=_pattern(_COMMIT)),
]
Fingerprint = Annotated[
    str,
    keeps(_matches(_FINGERPRINT, "fingerprint", "Copy its 16 digits from ./multirepo preflight, in quotes.")),
    Field(json_schema_extra=_pattern(_FINGERPRINT)),
]
Replacement = Annotated[
    str,
    keeps(_matches(_REPLACEMENT, "replacement", "Write 1 to 100 characters on one line, without '<' and '>'.")),
    Field(json_schema_extra=_pattern(_REPLACEMENT)),
]
RefName = Annotated[str, keeps(_ref_name)]
TagPattern = Annotated[str, keeps(_tag_pattern), Field(json_schema_extra=_pattern(r"[^*]*\*?[^*]*"))]
PackageVersion = Annotated[str, keeps(_version)]
Module = Annotated[str, keeps(_module)]
Date = Annotated[str, keeps(_date), Field(json_schema_extra={"format": "date"})]
WaveName = Annotated[
    str,
    keeps(_matches(_WAVE, "name of a wave", "Use letters, digits, '-' and '_': it is a key of the stack file.")),
    Field(json_schema_extra=_pattern(_WAVE)),
]
Topic = Annotated[
    str,
    keeps(_matches(_TOPIC, "topic", "GitHub takes at most 50 lowercase letters, digits and hyphens.")),
    Field(json_schema_extra=_pattern(_TOPIC)),
]
TeamName = Annotated[
    str,
    keeps(_matches(_TEAM, "team", "Write the team's slug: lowercase letters and digits with hyphens between.")),
    Field(json_schema_extra=_pattern(_TEAM)),
]
Claim = Annotated[
    str,
    keeps(_matches(_CLAIM, "claim", "Name claims as GitHub does: repo, context, job_workflow_ref.")),
    Field(json_schema_extra=_pattern(_CLAIM)),
]
Login = Annotated[
    str,
    keeps(_matches(_LOGIN, "login", "Write the person's login on GitHub, without '@'.")),
    Field(json_schema_extra=_pattern(_LOGIN)),
]
LinkPrefix = Annotated[
    str,
    keeps(_matches(_LINK_PREFIX, "prefix of references", "Use letters, digits and .-_+=:/#, and no digit at its end.")),
    Field(json_schema_extra=_pattern(_LINK_PREFIX)),
]
LinkAddress = Annotated[
    str,
    keeps(_matches(_LINK_ADDRESS, "target of references", "Write a web address that contains <num>.")),
    Field(json_schema_extra=_pattern(_LINK_ADDRESS)),
]
PublicKey = Annotated[
    str,
    keeps(_matches(_PUBLIC_KEY, "public SSH key", "Write the line of the .pub file, never the private key.")),
    Field(json_schema_extra=_pattern(_PUBLIC_KEY)),
]
CodeOwner = Annotated[
    str,
    keeps(_matches(_OWNER, "code owner", "Name a team of this plan, or a person as '@login'.")),
    Field(json_schema_extra=_pattern(_OWNER)),
]
PackageName = Annotated[
    str,
    keeps(_matches(_PACKAGE, "package name", "Use letters and digits, with '.', '_' or '-' between them (PEP 508).")),
    Field(json_schema_extra=_pattern(_PACKAGE)),
]
OwnedFiles = Annotated[str, keeps(_owned_files)]
RefPattern = Annotated[str, keeps(_ref_pattern)]
SettingName = Annotated[
    str,
    keeps(
        _matches(
            _SETTING,
            "name of a secret or variable",
            "Use letters, digits and '_', no digit in front, and not GITHUB_, which is GitHub's own.",
        )
    ),
    Field(json_schema_extra=_pattern(_SETTING)),
]
LabelColor = Annotated[
    str,
    keeps(_matches(_COLOR, "color", "Write six hexadecimal digits without '#', in quotes.")),
    Field(json_schema_extra=_pattern(_COLOR)),
]
LabelDescription = Annotated[str, keeps(_label_description), Field(json_schema_extra={"maxLength": 100})]
IndexUrl = Annotated[
    str,
    keeps(_matches(r"https://[^\s@]+", "address of an index", "Write it with https:// and without credentials.")),
    Field(json_schema_extra={"format": "uri"}),
]
HomePage = Annotated[
    str,
    keeps(_matches(r"https?://\S+", "web address", "Write it with https://, or remove the key.")),
    Field(json_schema_extra={"format": "uri"}),
]

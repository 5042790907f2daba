"""`history.yaml` as values: who did what, in which month."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePosixPath

import yaml

STORY_FILE = Path(__file__).parent / "history.yaml"
SUMMER = range(4, 11)


@dataclass(frozen=True)
class Person:
    """Someone, and where their clock stands ("+0530") in winter and in summer (April to October)."""

    name: str
    email: str
    winter: str
    summer: str

    def line(self, moment: datetime) -> str:
        """As in a commit: name, address, seconds since the epoch, time zone."""
        zone = self.summer if moment.month in SUMMER else self.winter
        return f"{self.name} <{self.email}> {int(moment.timestamp())} {zone}"


@dataclass(frozen=True, kw_only=True)
class StoryStep:
    """A commit to make. Patterns are separated by blanks and match the end of a path, as PurePath.match does;
    a pattern that begins with a slash matches a whole path."""

    by: str
    subject: str | None  # None: git's own words for a revert
    moment: datetime
    branch: str = "main"  # one that does not exist yet starts at main
    root: bool = False  # no parent
    merge: str = ""  # branches or names of commits, separated by blanks
    grow: str = ""  # patterns of documents that get one step further
    was: dict[str, dict[str, str]] = field(default_factory=dict)  # path to what it said before: old to new
    write: dict[str, str] = field(default_factory=dict)  # path to whole text
    link: dict[str, str] = field(default_factory=dict)  # path to target of a symlink
    rename: tuple[str, str] | None = None  # a folder or a file, and its new path
    delete: str = ""  # a folder or a file
    undo: str | None = None  # the name of a commit
    executable: str = ""  # patterns
    format: str = ""  # folders, separated by blanks
    release: dict[str, str] = field(default_factory=dict)  # folder (`*` for any) to version
    empty: bool = False
    body: str = ""  # @{name} stands for the id of a commit, @{name:9} for its first digits
    co_author: str | None = None
    committer: str | None = None
    encoding: str = ""
    signed: bool = False
    name: str | None = None  # what later steps call this commit
    tags: dict[str, str] = field(default_factory=dict)  # annotated: name to message
    marks: tuple[str, ...] = ()  # lightweight tags


def read_story() -> tuple[dict[str, Person], list[StoryStep]]:
    """The people, and the steps in order of time."""
    document = yaml.load(STORY_FILE.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    people = {name: Person(**fields) for name, fields in document["people"].items()}
    dice = random.Random("maestro-platform")
    steps = []
    for month, entries in document["months"].items():
        for number, (by, subject, *details) in enumerate(entries):
            moment = _moment(month, (number + 0.8 * dice.random()) / len(entries))
            steps.append(_step(by, subject, moment, *details))
    return people, steps


def _step(by: str, subject: str | None, moment: datetime, details: dict[str, object] | None = None) -> StoryStep:
    words = {"with": "co_author", "via": "committer"}  # `with` is a word of Python, too
    fields = {words.get(name, name): value for name, value in (details or {}).items()}
    return StoryStep(by=by, subject=subject, moment=moment, **fields)  # type: ignore[arg-type]


def _moment(month: str, share: float) -> datetime:
    """A working hour; the share of the month's working time that is over by then."""
    day = date.fromisoformat(f"{month}-01")
    days = [day + timedelta(count) for count in range(31)]
    days = [text for text in days if text.month == day.month and text.weekday() < 5]
    whole, part = divmod(share * len(days), 1)
    start = datetime.combine(days[int(whole)], datetime.min.time(), UTC)
    return start + timedelta(seconds=int((7 + 9 * part) * 3600))


def covers(patterns: str, path: str) -> bool:
    """Whether one of the patterns matches the end of the path."""
    whole = PurePosixPath("/", path)
    return any(whole.match(pattern) for pattern in patterns.split())


def moved(path: str, old: str, new: str) -> str:
    """The path after `old`, a folder or a file, became `new`."""
    if path == old or path.startswith(f"{old}/"):
        return new + path[len(old) :]
    return path


def is_below(folders: str, path: str) -> bool:
    """Whether the path is one of the folders (or files), or lies in one of them."""
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders.split())

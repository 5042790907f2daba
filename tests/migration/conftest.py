"""A monorepo written object by object, with fixed dates, so that a test can have any history and any bytes."""

import hashlib
import os
import subprocess
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from migration.desired_state.code_selection import CodeSelection, FolderMove, TagMapping
from migration.split.splitting import Split, split_monorepo

Files = Mapping[str, str | tuple[str, str]]
"""Path -> content, or (mode, content; for a gitlink the content is the commit id)."""

MARIA = "María Lindqvist <maria@example.org>"
NO_TAGS: tuple[TagMapping, ...] = ()


def git(directory: Path, *arguments: str) -> str:
    return os.fsdecode(git_bytes(directory, *arguments)).removesuffix("\n")


def git_bytes(directory: Path, *arguments: str, standard_input: bytes = b"") -> bytes:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{role}_NAME": "Tester", f"GIT_{role}_EMAIL": "tester@example.org"}
        environment[f"GIT_{role}_DATE"] = "2024-01-01T00:00:00Z"
    done = subprocess.run(
        ["git", *arguments], cwd=directory, check=True, stdout=subprocess.PIPE, env=environment, input=standard_input
    )
    return done.stdout


class MonorepoBuilder:
    """Writes loose objects itself: nothing of git's comes between a test and its bytes."""

    def __init__(self, path: Path, object_format: str = "sha1") -> None:
        self.path = path
        self.hash = object_format
        self.commits = 0
        path.mkdir(parents=True)
        git(path, "init", "--quiet", "--bare", "--template=", f"--object-format={object_format}", "-b", "main", ".")

    def write(self, kind: str, content: bytes) -> str:
        whole = f"{kind} {len(content)}\0".encode() + content
        object_id = hashlib.new(self.hash, whole).hexdigest()
        place = self.path / "objects" / object_id[:2] / object_id[2:]
        if not place.exists():
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(zlib.compress(whole, 1))
        return object_id

    def raw_tree(self, entries: Sequence[tuple[str, bytes, str]]) -> str:
        """A tree with exactly these (mode, name, id), however hostile."""
        lines = (b"%b %b\0%b" % (mode.encode(), name, bytes.fromhex(object_id)) for mode, name, object_id in entries)
        return self.write("tree", b"".join(lines))

    def tree(self, files: Files) -> str:
        subfolders: dict[str, dict[str, str | tuple[str, str]]] = {}
        entries = []
        for path, file in files.items():
            name, slash, rest = path.partition("/")
            if slash:
                subfolders.setdefault(name, {})[rest] = file
            else:
                mode, content = ("100644", file) if isinstance(file, str) else file
                object_id = content if mode == "160000" else self.write("blob", content.encode())
                entries.append((mode, os.fsencode(name), object_id))
        entries += [("40000", os.fsencode(name), self.tree(inside)) for name, inside in subfolders.items()]
        return self.raw_tree(sorted(entries, key=lambda entry: entry[1] + b"/" * (entry[0] == "40000")))

    def commit(
        self,
        files: Files | str,
        *parents: str,
        message: str | bytes = "",
        author: str | bytes = MARIA,
        headers: bytes = b"",
    ) -> str:
        """files: the whole tree, or the id of one. headers: whole lines, after the committer."""
        self.commits += 1
        date = b" %d +0100" % (1_600_000_000 + 60 * self.commits)
        who = (author.encode() if isinstance(author, str) else author) + date
        text = message.encode() if isinstance(message, str) else message
        content = f"tree {files if isinstance(files, str) else self.tree(files)}\n".encode()
        content += b"".join(f"parent {parent}\n".encode() for parent in parents)
        content += b"author %b\ncommitter %b\n%b\n%b" % (who, who, headers, text or b"commit %d\n" % self.commits)
        return self.write("commit", content)

    def annotated_tag(self, name: str, target: str, message: str = "A release.\n", kind: str = "commit") -> str:
        tagger = f"tagger {MARIA} 1700000000 -0330"
        return self.write("tag", f"object {target}\ntype {kind}\ntag {name}\n{tagger}\n\n{message}".encode())

    def point(self, ref: str, object_id: str) -> None:
        """Set a ref; "main" is the branch that HEAD names."""
        place = self.path / (f"refs/heads/{ref}" if "/" not in ref else ref)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(object_id + "\n")

    def content(self, object_id: str) -> bytes:
        place = self.path / "objects" / object_id[:2] / object_id[2:]
        return zlib.decompress(place.read_bytes()).partition(b"\0")[2]


class Splitter:
    """Splits one monorepo; gives the results in git's own words."""

    def __init__(self, builder: MonorepoBuilder, workspace: Path) -> None:
        self.builder = builder
        self.workspace = workspace

    def split(self, selections: Mapping[str, CodeSelection], revision: str = "main") -> Split:
        return split_monorepo(self.builder.path, revision, selections, self.workspace)

    def split_one(self, *moves: FolderMove, tags: tuple[TagMapping, ...] = NO_TAGS) -> Split:
        return self.split({"new": CodeSelection(moves=moves, tags=tags)})

    def commit_map(self, repository: str = "new") -> dict[str, str]:
        size = hashlib.new(self.builder.hash).digest_size
        ids = (self.workspace / "split.git" / f"commit-map-{repository}").read_bytes().hex("\n", size).split("\n")
        return dict(zip(ids[::2], ids[1::2], strict=True)) if ids != [""] else {}

    def git(self, *arguments: str) -> str:
        return git(self.workspace / "split.git", *arguments)

    def contents(self, revisions: Sequence[str]) -> list[bytes]:
        """The objects' contents, by one git."""
        directory = self.workspace / "split.git"
        request = "".join(f"{revision}\n" for revision in revisions).encode()
        answer = git_bytes(directory, "cat-file", "--batch=%(objectsize)", standard_input=request)
        contents, start = [], 0
        for _ in revisions:
            line_end = answer.index(b"\n", start)
            size = int(answer[start:line_end])
            contents.append(answer[line_end + 1 : line_end + 1 + size])
            start = line_end + size + 2
        return contents

    def subjects(self, revision: str | None) -> list[str]:
        """Newest first."""
        assert revision is not None
        return self.git("log", "--topo-order", "--format=%s", revision).split("\n")

    def files(self, revision: str | None) -> dict[str, str]:
        """Path -> content."""
        assert revision is not None
        paths = self.git("ls-tree", "-r", "-z", "--name-only", revision).split("\0")[:-1]
        return {path: self.git("cat-file", "-p", f"{revision}:{path}") for path in paths}


@pytest.fixture
def builder(tmp_path: Path) -> MonorepoBuilder:
    return MonorepoBuilder(tmp_path / "monorepo.git")


@pytest.fixture
def splitter(builder: MonorepoBuilder, tmp_path: Path) -> Splitter:
    return Splitter(builder, tmp_path / "workspace")

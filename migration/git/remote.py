"""Git over HTTPS to one repository on GitHub: list, fetch and push refs. Decides nothing."""

import base64
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from migration.errors import RemoteError
from migration.git.command import NO_GRAFTS

_REMEDIES = {
    "could not read Username": "The server asked for a token and none was set: set GITHUB_TOKEN.",
    "Authentication failed": "The server refused the token: set GITHUB_TOKEN to one that may read and push here.",
    "The requested URL returned error: 403": "The token may not do this: give it write access to the contents.",
    "not found": "There is no such repository, or the token does not see it.",
    "Failed to connect": "Check the address and the network, and that the server runs.",
    "Could not resolve host": "Check the address and the network.",
    "Connection reset": "The connection broke: run the same command again, it goes on where it stopped.",
    "early EOF": "The connection broke: run the same command again, it goes on where it stopped.",
    "No space left on device": "A disk is full: make room, then run the same command again.",
    "Working directory has": "Commit or stash what is changed in that folder, then run the same command.",
    "protected branch": "A rule keeps the branch: let the migration's account bypass it, then run the same command.",
    "rule violations": "A rule keeps the branch: let the migration's account bypass it, then run the same command.",
    "non-fast-forward": "Somebody pushed at the same moment: run the same command again.",
    "fetch first": "Somebody pushed at the same moment: run the same command again.",
}

_REFS = ("refs/heads/*", "refs/tags/*", "refs/notes/*")

# Set by git for hooks and by people for one repository; they would point our commands at another one.
_REDIRECTING = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX",
    "GIT_OBJECT",
    "GIT_ALTERNATE",
    "GIT_NAMESPACE",
    "GIT_CONFIG",
)


_INTO_FOLDER = "--receive-pack=git -c receive.denyCurrentBranch=updateInstead receive-pack"
"""A push to a folder with a work tree brings that along when nothing in it is changed, and else is refused.

https://git-scm.com/docs/git-config#Documentation/git-config.txt-receivedenyCurrentBranch
"""


@dataclass(frozen=True, kw_only=True)
class Remote:
    """A repository's clone URL and the token that opens it. The token never reaches a command line or a message."""

    url: str
    token: str | None = field(repr=False, default=None)

    def refs(self, *patterns: str) -> Mapping[str, str]:
        """Every branch, tag and ref of notes: full name to object id (an annotated tag's own id, not the commit's).

        patterns: of other refs, to look for those instead.

        Raises RemoteError; its `missing` is true when GitHub says that there is no such repository.
        """
        listing = self._git("ls-remote", "--refs", "--", self.url, *(patterns or _REFS))
        return {ref: object_id for object_id, ref in (line.split("\t") for line in listing.splitlines())}

    def default_branch(self) -> str:
        """The branch that HEAD names there; "" where it names none. Raises RemoteError."""
        answer = self._git("ls-remote", "--symref", "--", self.url, "HEAD")
        found = re.match(r"ref: refs/heads/(.+)\tHEAD$", answer, re.MULTILINE)
        return found[1] if found else ""

    def fetch(self, git_dir: Path, ref: str) -> None:
        """Bring the commit of one ref, with its history, into `git_dir`. No ref there changes."""
        self._git("-C", str(git_dir), "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", self.url, ref)

    def fetch_commit(self, git_dir: Path, ref: str) -> None:
        """Bring the commit of one ref, without its history, into `git_dir`, which is made: for a look at it alone."""
        self._git("init", "--quiet", "--bare", "--template=", str(git_dir))
        self._git(
            "-C",
            str(git_dir),
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--depth=1",
            "--",
            self.url,
            ref,
        )

    def clone_mirror(self, git_dir: Path) -> None:
        """Clone everything, as somebody would who has nothing."""
        self._git("clone", "--quiet", "--mirror", "--template=", "--no-local", "--", self.url, str(git_dir))

    def mirror(self, git_dir: Path, patterns: Sequence[str], into: str = "refs/") -> None:
        """Make the refs of `git_dir` that match the patterns ("heads/*") those of the server.

        into: what their names begin with there, instead of refs/.
        """
        refspecs = [f"+refs/{pattern}:{into}{pattern}" for pattern in patterns]
        self._git("-C", str(git_dir), "fetch", "--quiet", "--no-tags", "--prune", "--", self.url, *refspecs)

    def push(self, git_dir: Path, refs: Mapping[str, str | None]) -> None:
        """Push all refs or none: full name to object id, None for one that goes.

        Nothing is forced, so GitHub rejects all but fast-forwards.
        """
        into_folder = [_INTO_FOLDER] if self.url.startswith(("/", "file://")) else []
        with tempfile.TemporaryDirectory() as folder:
            self._hold(Path(folder), git_dir, {ref: object_id for ref, object_id in refs.items() if object_id})
            deletions = [f":{ref}" for ref, object_id in refs.items() if not object_id]
            all_or_none = ("push", "--quiet", "--atomic", "--no-verify", *into_folder, "--", self.url)
            self._git(
                "-C", folder, *all_or_none, *(["refs/*:refs/*"] if len(deletions) < len(refs) else []), *deletions
            )

    def _hold(self, folder: Path, git_dir: Path, refs: Mapping[str, str]) -> None:
        """Make a repository of just these refs, with the objects of another.

        A pattern then names them all: refs that are named one by one take git time by the square of their number, and
        ten thousands of them are more than a command line can hold. https://git-scm.com/docs/git-pack-refs
        """
        answer = self._git(
            "-C", str(git_dir), "rev-parse", "--path-format=absolute", "--show-object-format", "--git-path", "objects"
        )
        object_format, objects = answer.rstrip("\n").split("\n", 1)
        self._git("init", "--quiet", "--bare", "--template=", f"--object-format={object_format}", str(folder))
        (folder / "objects" / "info" / "alternates").write_bytes(os.fsencode(f"{objects}\n"))
        lines = "".join(f"{object_id} {ref}\n" for ref, object_id in sorted(refs.items()))
        (folder / "packed-refs").write_bytes(os.fsencode(lines))

    def _git(self, *arguments: str) -> str:
        finished = subprocess.run(
            ["git", *arguments], env=self._environment(), capture_output=True, text=True, check=False
        )
        if finished.returncode:
            raise self._error(finished.stderr)
        return finished.stdout

    def _error(self, message: str) -> RemoteError:
        """Git's own words, and what to do about those that we know."""
        words = "\n".join(line for line in message.splitlines() if line.strip())
        remedy = next((remedy for sign, remedy in _REMEDIES.items() if sign in message), "Run the same command again.")
        error = RemoteError(f"git could not work with {self.url}. {remedy}\n{words}")
        error.missing = "not found" in message
        return error

    def _environment(self) -> dict[str, str]:
        """Git's own variables for one-off settings: other users can read a command line, but not these.

        https://git-scm.com/docs/git-config#ENVIRONMENT
        """
        settings = {"credential.helper": "", "core.hooksPath": os.devnull}
        if self.token:
            basic = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
            settings[f"http.{self.url}.extraHeader"] = f"Authorization: Basic {basic}"
        numbered = {
            f"GIT_CONFIG_{part}_{index}": text
            for index, pair in enumerate(settings.items())
            for part, text in zip(("KEY", "VALUE"), pair, strict=True)
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_REDIRECTING)}
        return {
            **inherited,
            **numbered,
            "GIT_CONFIG_COUNT": str(len(settings)),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_GRAFT_FILE": NO_GRAFTS,
            "LC_ALL": "C.UTF-8",
        }

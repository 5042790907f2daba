"""A copy of somebody's monorepo, for a rehearsal to write to: theirs is only read.

Tags, frozen folders and the archive's notice of a rehearsal come into the copy, and new commits of the monorepo on top.
"""

from pathlib import Path

from migration.errors import CarryRefusedError
from migration.git.command import run_git
from migration.git.lfs import lfs_folder
from migration.git.merge import is_ancestor, merged
from migration.git.remote import Remote
from migration.monorepo.completeness import demand_complete
from migration.monorepo.fetch import is_address
from migration.monorepo.source import look_at
from migration.plan import VENDOR_BRANCH

_THEIRS = "refs/remotes/origin/"
"""Before heads/, tags/ and so on: where the monorepo's refs were when the copy was last brought up to date."""
_KINDS = ("heads/", "tags/", "notes/", "multirepo/")


def make_copy(monorepo: str, copy: Path) -> None:
    """A copy that is empty at first; one that is there stays. monorepo: address, or absolute path.

    Objects of a folder are borrowed, not copied. Raises SplitError for a folder that cannot be split, GitError.
    """
    source = None if is_address(monorepo) else look_at(Path(monorepo))
    if source:
        demand_complete(source.path)
    copy.parent.mkdir(parents=True, exist_ok=True)
    object_format = source.object_format.name if source else "sha1"
    initial = ("init", "--quiet", "--bare", "--template=", f"--object-format={object_format}")
    run_git(*initial, str(copy), directory=copy.parent)
    if source:
        (copy / "objects" / "info").mkdir(exist_ok=True)
        (copy / "objects" / "info" / "alternates").write_text(f"{source.objects}\n")
        run_git("config", "lfs.storage", str(lfs_folder(source.path).parent), directory=copy)
    run_git("config", "remote.origin.url", monorepo, directory=copy)


def bring_up_to_date(copy: Path) -> None:
    """Take over what is new in the monorepo; where a rehearsal committed as well, merge.

    Raises SplitError, RemoteError, GitError; CarryRefusedError when the two cannot be merged.
    """
    monorepo = run_git("config", "remote.origin.url", directory=copy).decode().strip()
    if not is_address(monorepo):
        look_at(Path(monorepo))
    before = _refs(copy, _THEIRS)
    Remote(url=monorepo).mirror(copy, [f"{kind}*" for kind in _KINDS], into=_THEIRS)
    now, present_refs = _refs(copy, _THEIRS), _refs(copy, "refs/")
    commands = []
    for name in sorted(before.keys() | now.keys()):
        old, new, present = before.get(name), now.get(name), present_refs.get(name)
        if present != old and present and new and new != old and name.startswith("heads/"):
            new, old = _together(copy, name.removeprefix("heads/"), present, old, new), present
        if present == old != new:
            commands.append(f"update refs/{name} {new}\n" if new else f"delete refs/{name}\n")
    if commands:
        run_git(
            "update-ref", "--stdin", directory=copy, standard_input="".join(commands).encode(errors="surrogateescape")
        )


def _together(copy: Path, branch: str, present: str, old: str | None, new: str) -> str:
    rewritten = old is None or not is_ancestor(copy, old, new)
    result = (
        ("its history",) if rewritten else merged(copy, present, new, f"Merge branch '{VENDOR_BRANCH}' into {branch}")
    )
    if isinstance(result, str):
        return result
    raise CarryRefusedError(
        f"The branch {branch} of your monorepo and what rehearsals made of its copy differ in {', '.join(result)}. "
        "Rehearse from the beginning: ./multirepo sandbox reset, then the same command again."
    )


def _refs(copy: Path, prefix: str) -> dict[str, str]:
    """Name behind the prefix to object id, of the kinds that a monorepo has."""
    within = [f"{prefix}{kind}" for kind in _KINDS]
    listing = run_git("for-each-ref", "--format=%(objectname) %(refname)", *within, directory=copy)
    pairs = (line.split(" ", 1) for line in listing.decode(errors="surrogateescape").splitlines())
    return {ref.removeprefix(prefix): object_id for object_id, ref in pairs}

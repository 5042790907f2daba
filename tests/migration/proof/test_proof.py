"""A right split is proved; whatever is broken in one is found and named."""

import ast
import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration.desired_state.code_selection import CodeSelection, FolderMove, TagMapping
from migration.errors import ProofError, SplitError
from migration.proof import Proof, RepositoryProof, proof_of, prove_split, second_run_failures
from migration.proof.evidence import ignored
from migration.split.workspace import Split, SplitHistory
from tests.migration.conftest import MonorepoBuilder, Splitter, git, git_bytes
from tests.migration.split.test_random_histories import MOVES, RANDOM, Step, build, histories

PROOF = Path(__file__).parents[3] / "migration" / "proof"
SIGNED = b"gpgsig -----BEGIN PGP SIGNATURE-----\n iQ\n -----END PGP SIGNATURE-----\n"
TAGS = (TagMapping(source="engine/*", target="*"), TagMapping(source="v*", target="v*"))


class Broken:
    """A split, first right, then changed in one way."""

    def __init__(self, splitter: Splitter, *moves: FolderMove) -> None:
        self.splitter = splitter
        self.selections = {"new": CodeSelection(moves=moves, tags=TAGS)}
        self.split = splitter.split(self.selections)
        self.map = splitter.commit_map()
        self.git_dir = splitter.workspace / "split.git"

    @property
    def history(self) -> SplitHistory:
        return self.split.histories["new"]

    def new(self, subject: str) -> str:
        """The new commit with this subject."""
        contents = self.splitter.contents(list(self.map.values()))
        return next(
            new
            for new, content in zip(self.map.values(), contents, strict=True)
            if content.partition(b"\n\n")[2].partition(b"\n")[0] == subject.encode()
        )

    def old(self, subject: str) -> str:
        return next(old for old, new in self.map.items() if new == self.new(subject))

    def write(self, kind: str, content: bytes) -> str:
        command = ("hash-object", "-w", "--literally", "-t", kind, "--stdin")
        return git_bytes(self.git_dir, *command, standard_input=content).decode().strip()

    def content(self, object_id: str) -> bytes:
        return self.splitter.contents([object_id])[0]

    def change(self, subject: str, how: Callable[[bytes], bytes]) -> str:
        """Write a commit otherwise, all that come after it on top of it, and point everything there."""
        target, replaced = self.new(subject), dict[str, str]()
        for new in self.map.values():
            before = self.content(new)
            after = how(before) if new == target else before
            for parent, other in replaced.items():
                after = after.replace(f"parent {parent}\n".encode(), f"parent {other}\n".encode())
            if after != before:
                replaced[new] = self.write("commit", after)
        assert target in replaced
        self.map = {old: replaced.get(new, new) for old, new in self.map.items()}
        self.report(head=replaced.get(str(self.history.head), self.history.head), tags=self.moved_tags(replaced))
        return replaced[target]

    def moved_tags(self, replaced: dict[str, str]) -> dict[str, str]:
        tags = {}
        for name, object_id in self.history.tags.items():
            peeled = self.splitter.git("rev-parse", f"{object_id}^{{commit}}")
            tags[name] = replaced.get(object_id, object_id)
            if peeled in replaced and peeled != object_id:
                tags[name] = self.write(
                    "tag", self.content(object_id).replace(peeled.encode(), replaced[peeled].encode())
                )
        return tags

    def report(self, **changed: object) -> None:
        history = dataclasses.replace(self.history, **changed)  # type: ignore[arg-type]
        self.split = dataclasses.replace(self.split, histories={"new": history})

    def prove(self) -> RepositoryProof:
        """As another split would leave it: map and refs say the same."""
        pairs = "".join(old + new for old, new in self.map.items())
        (self.git_dir / "commit-map-new").write_bytes(bytes.fromhex(pairs))
        (self.git_dir / "packed-refs").unlink(missing_ok=True)
        refs = {f"refs/multirepo/new/tags/{name}": object_id for name, object_id in self.history.tags.items()}
        if self.history.head:
            refs["refs/multirepo/new/head"] = self.history.head
        for ref, object_id in refs.items():
            git(self.git_dir, "update-ref", ref, object_id)
        return prove_split(self.split, self.splitter.builder.path, self.selections).repositories[0]

    def failures(self) -> str:
        return "\n".join(self.prove().failures)


@pytest.fixture
def tangled(builder: MonorepoBuilder) -> MonorepoBuilder:
    """Two lines that touch the folder and are merged, one that does not, a rename, tags, a signature."""
    begin = builder.commit({"old/f": "1", "b/f": "1"}, message="begin\n")
    moved = builder.commit({"a/f": "1", "a/run": ("100755", "1"), "b/f": "1"}, begin, message="rename\n")
    left = builder.commit({"a/f": "2", "a/run": ("100755", "1"), "b/f": "1"}, moved, message="left\n", headers=SIGNED)
    right = builder.commit({"a/f": "1", "a/run": ("100755", "1"), "a/sub/g": "1", "b/f": "1"}, moved, message="right\n")
    merged: dict[str, str | tuple[str, str]] = {"a/f": "2", "a/run": ("100755", "1"), "a/sub/g": "1", "b/f": "1"}
    merge = builder.commit(merged, left, right, message="merge\n")
    aside = builder.commit({"old/f": "1", "b/f": "2"}, begin, message="elsewhere\n")
    trivial = builder.commit({**merged, "b/f": "2"}, merge, aside, message="trivial merge\n")
    builder.point("main", builder.commit({**merged, "a/f": "3"}, trivial, message="end\n"))
    builder.point("refs/tags/engine/v1", builder.annotated_tag("engine/v1", left))
    builder.point("refs/tags/v2", trivial)
    return builder


@pytest.fixture
def broken(tangled: MonorepoBuilder, splitter: Splitter) -> Broken:
    return Broken(splitter, FolderMove(source="a", earlier=("old",)))


def test_a_right_split_is_proved_in_figures(broken: Broken) -> None:
    proof = broken.prove()
    assert proof.failures == ()
    assert (proof.commits, proof.trees, proof.parents, proof.files, proof.tags) == (6, 8, 6, 3, 2)
    assert proof.dropped_signatures == 1


@pytest.mark.parametrize(
    "moves",
    [
        (FolderMove(source="a", earlier=("old",), target="lib/engine"),),
        (FolderMove(source="a", earlier=("old",)), FolderMove(source="b", target="b")),
        (FolderMove(source="a"), FolderMove(source="b", exclude=("/f",))),
        (FolderMove(source="b"), FolderMove(source="a", exclude=("/sub/", "/f"))),
        (FolderMove(source="", exclude=("run", "!/a/run")),),
    ],
    ids=["below a path", "beside each other", "over each other", "with excludes", "the whole"],
)
def test_every_kind_of_move_is_proved(
    tangled: MonorepoBuilder, splitter: Splitter, moves: tuple[FolderMove, ...]
) -> None:
    broken = Broken(splitter, *moves)
    assert broken.prove().failures == ()


def test_a_changed_blob_is_found(broken: Broken) -> None:
    tree = broken.splitter.builder.tree({"f": "wrong", "run": ("100755", "1")})
    new = broken.change("left", lambda content: b"tree " + tree.encode() + content[45:])
    old = broken.old("left")
    assert f"new: commit {new} (monorepo commit {old}) has other files than the moved folders: 'f' differs." in (
        broken.failures()
    )


def test_a_changed_blob_is_found_below_a_path(tangled: MonorepoBuilder, splitter: Splitter) -> None:
    broken = Broken(
        splitter, FolderMove(source="a", earlier=("old",), target="lib"), FolderMove(source="b", target="b")
    )
    tree = splitter.builder.tree({"lib/f": "wrong", "lib/run": ("100755", "1"), "b/f": "1"})
    new = broken.change("left", lambda content: b"tree " + tree.encode() + content[45:])
    expected = f"new: commit {new} (monorepo commit {broken.old('left')}) has other files than the moved folders: "
    assert broken.prove().failures == (f"{expected}'lib/f' differs.",)


def test_a_changed_mode_is_found(broken: Broken) -> None:
    tree = broken.splitter.builder.tree({"f": "2", "run": "1"})
    broken.change("left", lambda content: b"tree " + tree.encode() + content[45:])
    assert "other files than the moved folders: 'run' differs." in broken.failures()


def test_a_file_missing_at_the_head_is_found(broken: Broken) -> None:
    tree = broken.splitter.builder.tree({"f": "3", "run": ("100755", "1")})
    new = broken.change("end", lambda content: b"tree " + tree.encode() + content[45:])
    failures = broken.failures()
    assert f"at the head {new} (monorepo commit {broken.split.monorepo_head}) 'sub/g' is missing: no file;" in failures


def test_a_file_too_much_at_the_head_is_found(broken: Broken) -> None:
    tree = broken.splitter.builder.tree({"f": "3", "run": ("100755", "1"), "sub/g": "1", "b": "1"})
    broken.change("end", lambda content: b"tree " + tree.encode() + content[45:])
    assert "'b' is too much" in broken.failures()


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        (b"author Mar\xc3\xada", b"author Maria", "its author line"),
        (b" +0100\ncommitter", b" +0200\ncommitter", "its author line"),
        (b" +0100\n\n", b" -0000\n\n", "its committer line"),
        (b"left\n", b"left", "its message"),
        (b"+0100\n\n", b"+0100\nencoding UTF-8\n\n", "its encoding line"),
        (b"+0100\n\n", b"+0100\n%b\n" % SIGNED, "its gpgsig line"),
    ],
)
def test_a_changed_byte_is_found(broken: Broken, before: bytes, after: bytes, named: str) -> None:
    old = broken.old("left")
    new = broken.change("left", lambda content: content.replace(before, after, 1))
    assert broken.prove().failures == (
        f"new: commit {new} (monorepo commit {old}) is not what it was: {named} differs.",
    )


def test_a_wrong_parent_is_found(broken: Broken) -> None:
    left, begin, old = broken.new("left"), broken.new("begin"), broken.old("merge")
    new = broken.change("merge", lambda content: content.replace(left.encode(), begin.encode()))
    assert f"new: commit {new} (monorepo commit {old}) has the parents {begin}, " in broken.failures()


def test_swapped_parents_are_found(broken: Broken) -> None:
    left, right = broken.new("left"), broken.new("right")
    links = f"parent {left}\nparent {right}\n".encode()
    swapped = f"parent {right}\nparent {left}\n".encode()
    broken.change("merge", lambda content: content.replace(links, swapped))
    assert f"has the parents {right}, {left}; they must be {left}, {right}" in broken.failures()


def test_a_parent_named_twice_is_found(broken: Broken) -> None:
    line = f"parent {broken.new('begin')}\n".encode()
    broken.change("rename", lambda content: content.replace(line, line + line))
    assert "they must be" in broken.failures()


def test_a_dropped_commit_is_found(broken: Broken) -> None:
    right, rename, old = broken.new("right"), broken.new("rename"), broken.old("right")
    broken.change("merge", lambda content: content.replace(right.encode(), rename.encode()))
    del broken.map[old]
    assert f"new: monorepo commit {old} changes 'sub/g' and is not in the commit map" in broken.failures()


def test_a_dropped_merge_of_two_lines_is_found(builder: MonorepoBuilder, splitter: Splitter) -> None:
    begin = builder.commit({"a/f": "1"}, message="begin\n")
    left, right = (builder.commit({"a/f": "2"}, begin, message=f"{side}\n") for side in ("left", "right"))
    merge = builder.commit({"a/f": "2"}, left, right, message="merge\n")
    builder.point("main", builder.commit({"a/f": "3"}, merge, message="end\n"))
    broken = Broken(splitter, FolderMove(source="a"))
    assert broken.prove().failures == ()
    parent_line = f"parent {broken.new('merge')}\n".encode()
    broken.change("end", lambda content: content.replace(parent_line, f"parent {broken.new('right')}\n".encode()))
    del broken.map[merge]
    assert f"new: monorepo commit {merge} joins two lines of the new history, and is not in" in broken.failures()


def test_a_foreign_commit_is_found(broken: Broken) -> None:
    line = f"parent {broken.new('begin')}\n".encode()
    foreign = broken.write("commit", broken.content(broken.new("begin")).replace(b"begin", b"foreign"))
    broken.change("rename", lambda content: content.replace(line, line + f"parent {foreign}\n".encode()))
    assert f"new: commit {foreign} is in the new history, and not in the commit map." in broken.failures()


def test_a_commit_that_changes_nothing_is_found(broken: Broken) -> None:
    trivial = git(broken.splitter.builder.path, "rev-parse", "refs/tags/v2")
    line = f"parent {broken.new('merge')}\n".encode()
    content = broken.splitter.builder.content(trivial)
    tree = broken.content(broken.new("merge"))[:46]
    extra = broken.write("commit", tree + line + content[content.index(b"author") :])
    end = broken.old("end")
    broken.change("end", lambda content: content.replace(line, f"parent {extra}\n".encode()))
    broken.map = {trivial: extra} | broken.map
    broken.report(tags={**broken.history.tags, "v2": extra})
    broken.map[end] = broken.map.pop(end)
    assert f"(monorepo commit {trivial}) changes no file and joins no lines" in broken.failures()


def test_a_moved_tag_is_found(broken: Broken) -> None:
    broken.report(tags={**broken.history.tags, "v2": broken.new("left")})
    expected = f"new: the tag 'v2' is on commit {broken.new('left')}; it must be on {broken.new('merge')} "
    assert expected in broken.failures()


def test_a_moved_annotated_tag_is_found(broken: Broken) -> None:
    left, right = broken.new("left").encode(), broken.new("right").encode()
    moved = broken.write("tag", broken.content(broken.history.tags["v1"]).replace(left, right))
    broken.report(tags={**broken.history.tags, "v1": moved})
    assert f"the tag 'v1' is on commit {right.decode()}; it must be on {left.decode()}" in broken.failures()


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        (b"-0330", b"+0000", "its tagger line"),
        (b"A release", b"Another", "its message"),
        (b"tag v1", b"tag engine/v1", "its tag line"),
    ],
)
def test_a_changed_tag_is_found(broken: Broken, before: bytes, after: bytes, named: str) -> None:
    changed = broken.write("tag", broken.content(broken.history.tags["v1"]).replace(before, after))
    broken.report(tags={**broken.history.tags, "v1": changed})
    assert broken.prove().failures == (f"new: the tag 'v1' is not what it was: {named} differs.",)


def test_a_missing_tag_and_one_too_much_are_found(broken: Broken) -> None:
    broken.report(tags={"v1": broken.history.tags["v1"], "v3": broken.new("end")})
    git(broken.git_dir, "update-ref", "-d", "refs/multirepo/new/tags/v2")
    assert broken.prove().failures == (
        "new: the tag 'v2' is missing.",
        "new: the tag 'v3' follows no tag of the monorepo.",
    )


def test_an_annotated_tag_that_became_lightweight_is_found(broken: Broken) -> None:
    broken.report(tags={**broken.history.tags, "v1": broken.new("left")})
    assert "the tag 'v1' is not as it was: annotated or lightweight." in broken.failures()


def test_swapped_entries_of_the_map_are_found(broken: Broken) -> None:
    left, right = broken.old("left"), broken.old("right")
    broken.map[left], broken.map[right] = broken.map[right], broken.map[left]
    failures = broken.failures()
    assert f"new: commit {broken.map[left]} (monorepo commit {left}) is not what it was" in failures
    assert f"new: commit {broken.map[right]} (monorepo commit {right}) has other files than" in failures


def test_a_foreign_entry_of_the_map_is_found(broken: Broken) -> None:
    broken.map["1" * 40] = broken.new("begin")
    assert f"the commit map gives commit {broken.new('begin')} for {'1' * 40}, which is no" in broken.failures()


def test_a_missing_commit_is_found(broken: Broken) -> None:
    broken.map[broken.old("end")] = "1" * 40
    assert f"new: commit {'1' * 40} (monorepo commit " in broken.failures()


def test_a_missing_map_is_found(broken: Broken) -> None:
    broken.map = {}
    assert "is in the new history, and not in the commit map" in broken.failures()


def test_a_head_that_stands_still_is_found(broken: Broken) -> None:
    end = broken.new("end")
    broken.report(head=broken.new("merge"))
    failures = broken.failures()
    assert f"the head is {broken.new('merge')}; it must be {end}" in failures
    assert f"new: commit {end} (monorepo commit {broken.old('end')}) is in the commit map, and neither" in failures


@pytest.mark.parametrize("figure", ["commits", "merges", "files", "dropped_signatures"])
def test_a_wrong_figure_is_found(broken: Broken, figure: str) -> None:
    right = getattr(broken.history, figure)
    broken.report(**{figure: right + 1})
    name = figure.replace("_", " ")
    assert broken.prove().failures == (f"new: the split reports {right + 1} {name}; there are {right}.",)


def test_each_repository_is_proved_by_its_own_tags(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/f": "1", "b/f": "1"})
    builder.point("main", first)
    builder.point("refs/tags/v1", builder.commit({"a/f": "2", "b/f": "2"}, first))
    split = splitter.split(
        {
            "with": CodeSelection(moves=(FolderMove(source="a"),), tags=TAGS),
            "without": CodeSelection(moves=(FolderMove(source="b"),), tags=()),
        }
    )
    selections = {
        "with": CodeSelection(moves=(FolderMove(source="a"),), tags=TAGS),
        "without": CodeSelection(moves=(FolderMove(source="b"),), tags=()),
    }
    proof = prove_split(split, builder.path, selections)
    assert proof.failures == ()
    assert [repository.commits for repository in proof.repositories] == [2, 1]


def test_two_commits_that_become_one_are_proved(builder: MonorepoBuilder, splitter: Splitter) -> None:
    """The same change by the same person in the same second, on two branches that differ elsewhere."""
    begin = builder.commit({"a/f": "1"})
    aside = builder.commit({"a/f": "1", "b/f": "1"}, begin)
    left = builder.commit({"a/f": "2"}, begin, message="same\n")
    builder.commits -= 1
    right = builder.commit({"a/f": "2", "b/f": "1"}, aside, message="same\n")
    builder.point("main", builder.commit({"a/f": "2", "b/f": "1"}, left, right))
    broken = Broken(splitter, FolderMove(source="a"))
    assert broken.map[left] == broken.map[right]
    assert broken.prove().failures == ()


def test_a_proof_that_held_is_remembered_until_something_changes(broken: Broken) -> None:
    path, phases = broken.splitter.builder.path, list[str]()

    def prove() -> Proof:
        phases.clear()
        return proof_of(broken.split, path, broken.selections, lambda phase, *_: phases.append(phase))

    first = prove()
    assert phases
    assert prove() == first
    assert not phases
    broken.splitter.builder.point("refs/tags/v9", broken.old("left"))
    assert prove().failures == ("new: the tag 'v9' is missing.",)
    assert prove().failures == ("new: the tag 'v9' is missing.",)
    assert phases, "a failure must not be remembered"


def test_a_damaged_memory_is_proved_again(broken: Broken) -> None:
    first = proof_of(broken.split, broken.splitter.builder.path, broken.selections)
    (broken.git_dir / "proof.json").write_text("{")
    again = proof_of(broken.split, broken.splitter.builder.path, broken.selections)
    assert again.repositories[0].commits == first.repositories[0].commits


def test_a_split_that_another_run_replaced_is_refused(broken: Broken) -> None:
    broken.report(head=broken.new("merge"))
    with pytest.raises(SplitError, match="another run replaced it"):
        prove_split(broken.split, broken.splitter.builder.path, broken.selections)


def test_a_failed_proof_says_what_failed_and_that_nothing_is_pushed(broken: Broken) -> None:
    broken.report(commits=7)
    proof = prove_split(broken.split, broken.splitter.builder.path, broken.selections)
    with pytest.raises(ProofError, match=r"(?s)nothing is pushed.*new: the split reports 7 commits; there are 6\."):
        proof.demand()


EXCLUDES_READ_OTHERWISE = [("build", "!docs"), ("[[:alpha:]]",), ("/docs/**/",)]


@pytest.mark.parametrize(
    ("patterns", "left_behind"),
    [
        (EXCLUDES_READ_OTHERWISE[0], {b"docs/build/x"}),
        (EXCLUDES_READ_OTHERWISE[1], {b"f", b"docs/g", b"docs/build/x"}),
        (EXCLUDES_READ_OTHERWISE[2], {b"docs/build/x"}),
        (("docs/", "!docs/g"), {b"docs/g", b"docs/build/x"}),
        (("*", "!/docs/", "!/docs/g"), {b"f", b"docs/build/x", b":(top)"}),
        (("nothing",), set()),
    ],
)
def test_excludes_are_read_as_git_reads_them(patterns: tuple[str, ...], left_behind: set[bytes]) -> None:
    assert ignored(patterns, [b"f", b"docs/g", b"docs/build/x", b":(top)"]) == left_behind


@pytest.mark.parametrize("patterns", EXCLUDES_READ_OTHERWISE)
def test_excludes_of_every_kind_are_proved(
    builder: MonorepoBuilder, splitter: Splitter, patterns: tuple[str, ...]
) -> None:
    builder.point("main", builder.commit({"a/f": "1", "a/docs/g": "1", "a/docs/build/x": "1"}))
    assert Broken(splitter, FolderMove(source="a", exclude=patterns)).prove().failures == ()


def test_a_second_run_with_other_ids_is_told(broken: Broken) -> None:
    first, new = broken.split, broken.new("left")
    assert second_run_failures(first, first) == ()
    broken.report(head=new, tags={"v1": new, "v2": first.histories["new"].tags["v2"]})
    assert second_run_failures(first, broken.split) == (
        f"new: split again, the head is {new}; it was {first.histories['new'].head}.",
        f"new: split again, the tag 'v1' is {new}; it was {first.histories['new'].tags['v1']}.",
    )


def test_a_sha256_monorepo_is_proved(tmp_path: Path) -> None:
    builder = MonorepoBuilder(tmp_path / "monorepo.git", "sha256")
    first = builder.commit({"a/f": "1"})
    builder.point("main", builder.commit({"a/f": "2"}, first))
    splitter = Splitter(builder, tmp_path / "workspace")
    selections = {"new": CodeSelection(moves=(FolderMove(source="a", target="x"),), tags=())}
    assert prove_split(splitter.split(selections), builder.path, selections).failures == ()


def test_hostile_names_are_proved(builder: MonorepoBuilder, splitter: Splitter) -> None:
    names = ("-x", "new\nline", ":(top)y", "tab\t", 'quote"', "*", "sp ace", "\udcff")
    first = builder.commit({f"a/{name}": "1" for name in names} | {f"{name}/a/f": "1" for name in names})
    builder.point("main", builder.commit({f"a/{name}": "2" for name in names} | {"b": "1"}, first))
    broken = Broken(splitter, FolderMove(source="a", exclude=("nothing",), target="sub"))
    assert broken.prove().failures == ()


@RANDOM
@given(histories(), st.lists(MOVES, min_size=1, max_size=3))
def test_every_random_split_is_proved(steps: list[Step], moves: list[FolderMove]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        splitter = build(steps, Path(folder)).splitter
        selections = {"new": CodeSelection(moves=tuple(moves), tags=(TagMapping(source="at1*", target="was*"),))}
        try:
            split: Split = splitter.split(selections)
        except SplitError:
            return
        assert prove_split(split, splitter.builder.path, selections).failures == ()


@pytest.mark.parametrize("at_head", [True, False])
def test_a_file_that_another_move_hides_fails_the_proof(
    builder: MonorepoBuilder, splitter: Splitter, at_head: bool
) -> None:
    first = builder.commit({"a/f": "1", "b/f": "2", "b/g": "2"})
    builder.point("main", first if at_head else builder.commit({"b/f": "2", "b/g": "2"}, first))
    hiding = FolderMove(source="a", exclude=("/f",)), FolderMove(source="b")
    split = splitter.split_one(*hiding)
    assert prove_split(split, builder.path, {"new": CodeSelection(moves=hiding, tags=())}).failures == ()
    moves = FolderMove(source="a"), FolderMove(source="b")
    failures = prove_split(split, builder.path, {"new": CodeSelection(moves=moves, tags=())}).failures
    assert any("has other files than the moved folders: 'f' differs" in failure for failure in failures)
    lost = "new: moves bring different files to 'f', and one is lost at the head."
    assert (lost in failures) == at_head


def test_the_proof_shares_nothing_with_the_split() -> None:
    shared = ("migration.errors", "migration.git.command", "migration.split.workspace", "migration.plan")
    earlier = ("migration.desired_state.code_selection", "migration.proof.")
    read = set()
    for module in PROOF.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("migration."):
                read.add(str(node.module))
    assert "migration.git.command" in read
    assert {name for name in read if name not in shared and not name.startswith(earlier)} == set()

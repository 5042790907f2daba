"""Which tags follow, under which names, and on which commits."""

import re
from dataclasses import replace

import pytest

from migration.desired_state.code_selection import CodeSelection, FolderMove, TagMapping
from migration.discovery.tag_proposals import propose_tag_rules
from migration.errors import SplitError
from migration.proof import prove_split
from migration.split.objects.tags import name_problems, new_tag_name
from migration.split.whereabouts import Whereabouts
from tests.migration.conftest import MonorepoBuilder, Splitter, git

ALL = TagMapping(source="*", target="*")


def split_tags(splitter: Splitter, *rules: TagMapping) -> dict[str, str]:
    split = splitter.split({"new": CodeSelection(moves=(FolderMove(source="a"),), tags=rules or (ALL,))})
    for name, object_id in split.histories["new"].tags.items():
        assert splitter.git("rev-parse", f"refs/multirepo/new/tags/{name}") == object_id
    return dict(split.histories["new"].tags)


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        (TagMapping(source="*", target="*"), "v1", "v1"),
        (TagMapping(source="engine/v*", target="v*"), "engine/v1.2", "v1.2"),
        (TagMapping(source="engine/v*", target="v*"), "v1.2", None),
        (TagMapping(source="v*-engine", target="*"), "v1-engine", "1"),
        (TagMapping(source="aXa*aXa", target="*"), "aXa", None),  # the star cannot match less than nothing
        (TagMapping(source="v*", target="release"), "v1", "release"),
        (TagMapping(source="v1", target="first"), "v1", "first"),
        (TagMapping(source="v1", target="first"), "v10", None),
        (TagMapping(source="v*", target="*"), "v**", "**"),
    ],
)
def test_a_rule_says_the_new_name(rule: TagMapping, old: str, new: str | None) -> None:
    assert new_tag_name([rule], old) == new


def test_the_first_rule_that_matches_wins() -> None:
    rules = [TagMapping(source="engine/*", target="*"), ALL]
    assert new_tag_name(rules, "engine/v1") == "v1"
    assert new_tag_name(rules, "v1") == "v1"


def test_a_lightweight_tag_follows_its_commit(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/f": "1"})
    builder.point("refs/tags/v1", first)
    builder.point("main", builder.commit({"a/f": "2"}, first))
    assert split_tags(splitter) == {"v1": splitter.commit_map()[first]}


def test_an_annotated_tag_keeps_tagger_and_message_under_its_new_name(
    builder: MonorepoBuilder, splitter: Splitter
) -> None:
    commit = builder.commit({"a/f": "1"})
    builder.point("main", commit)
    message = "Release\n\ntag engine/v1 and\n\n object lessons\n"
    old = builder.annotated_tag("engine/v1", commit, message)
    builder.point("refs/tags/engine/v1", old)
    tags = split_tags(splitter, TagMapping(source="engine/v*", target="v*"))
    expected = builder.content(old).replace(commit.encode(), splitter.commit_map()[commit].encode())
    assert splitter.contents([tags["v1"]]) == [expected.replace(b"tag engine/v1\n", b"tag v1\n", 1)]


@pytest.mark.parametrize("kind", ["PGP SIGNATURE", "PGP MESSAGE", "SSH SIGNATURE", "SIGNED MESSAGE"])
def test_a_tag_loses_its_signature_and_nothing_else(builder: MonorepoBuilder, splitter: Splitter, kind: str) -> None:
    commit = builder.commit({"a/f": "1"})
    builder.point("main", commit)
    signature = f"-----BEGIN {kind}-----\n\nabc\n-----END {kind}-----\n"
    builder.point("refs/tags/v1", builder.annotated_tag("v1", commit, "Release\nwith text\n" + signature))
    split = splitter.split({"new": CodeSelection(moves=(FolderMove(source="a"),))}).histories["new"]
    assert splitter.contents([split.tags["v1"]])[0].endswith(b"\n\nRelease\nwith text\n")
    assert split.dropped_signatures == 1


def test_a_tag_of_a_tag_stays_one(builder: MonorepoBuilder, splitter: Splitter) -> None:
    commit = builder.commit({"a/f": "1"})
    builder.point("main", commit)
    inner = builder.annotated_tag("inner", commit)
    builder.point("refs/tags/v1", builder.annotated_tag("v1", inner, kind="tag"))
    tags = split_tags(splitter)
    assert splitter.git("cat-file", "-p", tags["v1"]).split("\n")[1:3] == ["type tag", "tag v1"]
    assert splitter.git("rev-parse", f"{tags['v1']}^{{commit}}") == splitter.commit_map()[commit]
    assert splitter.git("fsck", "--strict", "--no-dangling", "--no-progress") == ""


def test_a_tag_without_tagger_keeps_its_message(builder: MonorepoBuilder, splitter: Splitter) -> None:
    commit = builder.commit({"a/f": "1"})
    builder.point("main", commit)
    old = builder.write("tag", f"object {commit}\ntype commit\ntag v0\n\nold\n\ngpgsig is a word\n".encode())
    builder.point("refs/tags/v0", old)
    assert splitter.contents([split_tags(splitter)["v0"]])[0].endswith(b"\ntag v0\n\nold\n\ngpgsig is a word\n")


def test_a_tag_on_a_commit_that_fell_away_names_the_nearest_kept_one(
    builder: MonorepoBuilder, splitter: Splitter
) -> None:
    first = builder.commit({"a/f": "1"})
    second = builder.commit({"a/f": "1", "b/f": "1"}, first)
    builder.point("refs/tags/v1", builder.annotated_tag("v1", second))
    builder.point("refs/tags/light", second)
    builder.point("main", second)
    tags = split_tags(splitter)
    assert tags["light"] == splitter.commit_map()[first]
    assert splitter.git("rev-parse", f"{tags['v1']}^{{commit}}") == splitter.commit_map()[first]


def test_a_tag_from_before_the_folder_is_left_out(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"b/f": "1"})
    builder.point("refs/tags/v0", first)
    builder.point("main", builder.commit({"b/f": "1", "a/f": "1"}, first))
    assert split_tags(splitter) == {}


def test_tags_of_trees_and_files_are_left_out(builder: MonorepoBuilder, splitter: Splitter) -> None:
    builder.point("main", builder.commit({"a/f": "1"}))
    builder.point("refs/tags/tree", builder.tree({"f": "1"}))
    builder.point("refs/tags/key", builder.annotated_tag("key", builder.write("blob", b"key"), kind="blob"))
    assert split_tags(splitter) == {}


def test_a_tagged_release_branch_brings_its_commits(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/f": "1"}, message="begin")
    release = builder.commit({"a/f": "fix"}, first, message="fix on the branch")
    builder.point("refs/tags/v1.1", release)
    builder.point("main", builder.commit({"a/f": "2"}, first, message="main"))
    assert splitter.subjects(split_tags(splitter)["v1.1"]) == ["fix on the branch", "begin"]


def test_commits_that_only_a_tag_of_another_repository_reaches_are_not_counted(
    builder: MonorepoBuilder, splitter: Splitter
) -> None:
    first = builder.commit({"a/f": "1", "b/f": "1"})
    builder.point("refs/tags/b1", builder.commit({"a/f": "2", "b/f": "2"}, first))
    builder.point("main", builder.commit({"a/f": "3", "b/f": "3"}, first))
    split = splitter.split(
        {
            "a": CodeSelection(moves=(FolderMove(source="a"),), tags=()),
            "b": CodeSelection(moves=(FolderMove(source="b"),), tags=(TagMapping(source="b*", target="v*"),)),
        }
    )
    assert (split.histories["a"].commits, split.histories["b"].commits) == (2, 3)


def test_two_tags_on_one_name_are_refused_with_both_named(builder: MonorepoBuilder, splitter: Splitter) -> None:
    first = builder.commit({"a/f": "1"})
    builder.point("main", builder.commit({"a/f": "2"}, first))
    builder.point("refs/tags/v1", first)
    builder.point("refs/tags/engine/v1", git(builder.path, "rev-parse", "main"))
    with pytest.raises(SplitError, match=r"new: .*'engine/v1'.*'v1'.*'v1'"):
        split_tags(splitter, TagMapping(source="engine/*", target="*"), ALL)


@pytest.mark.parametrize(
    "name", ["", "a b", "a..b", "a.lock", ".a", "a/.b", "a//b", "/a", "a/", "a@{b", "@", "a.", "a^"]
)
def test_a_name_that_git_refuses_is_refused_with_its_rule_named(name: str) -> None:
    (problem,) = name_problems("new", {"v1": name}, {"v1": 0})
    assert "Change its tag rule" in problem


def test_a_tag_below_another_tag_is_refused_with_both_named() -> None:
    (problem,) = name_problems("new", {"x/v1": "v1", "y": "v1/rc"}, {"x/v1": 0, "y": 1})
    assert re.search(r"'x/v1'.*'y'.*'v1/rc'", problem)


def test_all_collisions_of_all_repositories_are_told_at_once_and_two_tags_of_one_commit_are_none(
    builder: MonorepoBuilder, splitter: Splitter
) -> None:
    first = builder.commit({"a/f": "1", "b/f": "1"})
    builder.point("main", builder.commit({"a/f": "2", "b/f": "2"}, first))
    for name, commit in (("x/1", first), ("y/1", "main"), ("x/2", first), ("y/2", first)):
        builder.point(f"refs/tags/{name}", git(builder.path, "rev-parse", commit))
    rules = TagMapping(source="x/*", target="*"), TagMapping(source="y/*", target="*")
    selections = {name: CodeSelection(moves=(FolderMove(source=name),), tags=rules) for name in ("a", "b")}
    with pytest.raises(SplitError) as refused:
        splitter.split(selections)
    assert [line.partition(".")[0] for line in str(refused.value).splitlines()] == [
        f"{name}: the tags 'x/1' and 'y/1' would both become '1'" for name in ("a", "b")
    ]
    dropping = TagMapping(source="y/1", target=None), *rules
    selections = {"a": replace(selections["a"], tags=dropping), "b": replace(selections["b"], tags=rules[:1])}
    split = splitter.split(selections)
    assert {name: set(history.tags) for name, history in split.histories.items()} == {"a": {"1", "2"}, "b": {"1", "2"}}
    assert prove_split(split, builder.path, selections).failures == ()


def test_without_rules_a_repository_has_the_tags_on_commits_that_bring_it_something(
    builder: MonorepoBuilder, splitter: Splitter
) -> None:
    commits = [builder.commit({"a/f": "1", "b/f": "1"})]
    for files in ({"a/f": "2", "b/f": "1"}, {"a/f": "2", "b/f": "2"}, {"a/f": "2", "b/f": "2", "top": "1"}):
        commits.append(builder.commit(files, commits[-1]))
    side = builder.commit({"a/f": "2", "b/f": "3"}, commits[1])
    branch = builder.commit({"a/f": "3", "b/f": "2", "top": "1"}, commits[-1])
    unrelated = builder.commit({"a/f": "2", "b/f": "2", "top": "2"}, commits[-1])
    commits += [unrelated, builder.commit({"a/f": "3", "b/f": "2", "top": "2"}, unrelated, branch), side]
    builder.point("main", commits[-2])
    for number, commit in enumerate(commits):
        builder.point(f"refs/tags/v{number}", commit)
    selections = {name: CodeSelection(moves=(FolderMove(source=name),), own_tags=True) for name in ("a", "b")}
    split = splitter.split(selections)
    for name, history in split.histories.items():
        changing = git(builder.path, "rev-list", "--first-parent", "main", side, "--", name).split()
        assert set(history.tags) == {f"v{number}" for number, commit in enumerate(commits) if commit in changing}
    assert "v5" in split.histories["a"].tags
    assert prove_split(split, builder.path, selections).failures == ()
    for ref in splitter.git("for-each-ref", "--format=%(refname)", "refs/multirepo/*/tags/*").split():
        splitter.git("update-ref", "-d", ref)
    without = {name: replace(history, tags={}) for name, history in split.histories.items()}
    assert "the tag 'v1' is missing" in "".join(
        prove_split(replace(split, histories=without), builder.path, selections).failures
    )
    where = Whereabouts(split, selections, {})
    assert where.find("v3").reason.startswith("it is a tag of the monorepo, and no repository takes it: its commit")
    nobody = {name: replace(selection, tags=()) for name, selection in selections.items()}
    reason = Whereabouts(splitter.split(nobody), nobody, {}).find("refs/tags/v1").reason
    assert reason == "it is a tag of the monorepo, and no repository takes it: no rule of `tags` fits."


def test_rules_are_proposed_from_the_names_and_paths_in_tags() -> None:
    tags = [
        "web@1.0.0",
        "web@1.1.0",
        "@acme/api@2.0.0",
        "go/ledger/v0.3.0",
        "v1.0.0",
        "webby@1.0.0",
        "nightly",
        "web-x1",
    ]
    paths = {"web": "web", "api": "packages/api", "ledger": "go/ledger"}
    selections = {name: CodeSelection(moves=(FolderMove(source=path),)) for name, path in paths.items()}
    assert propose_tag_rules(tags, selections) == [
        {"from": "{name}@*", "to": "v*"},
        {"from": "@acme/{name}@*", "to": "v*"},
        {"from": "{path}/v*", "to": "v*"},
    ]

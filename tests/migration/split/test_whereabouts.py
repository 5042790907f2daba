"""Where things of the monorepo went, and the reason where they went nowhere."""

import pytest

from migration.desired_state.code_selection import CodeSelection, FolderMove, TagMapping
from migration.split.whereabouts import Answer, Whereabouts
from tests.migration.conftest import MonorepoBuilder, Splitter

SELECTIONS = {
    "engine": CodeSelection(
        moves=(FolderMove(source="synth", earlier=("ml",), exclude=("*.key",)),),
        tags=(TagMapping(source="engine/*", target="*"),),
    ),
    "web": CodeSelection(moves=(FolderMove(source="site", target="app"),), tags=()),
}
PLANNED = {"later": ("last", CodeSelection(moves=(FolderMove(source="later"),)))}


class Scene:
    """A history with a folder that was renamed, a file that went, and folders of nobody."""

    def __init__(self, builder: MonorepoBuilder, splitter: Splitter) -> None:
        self.splitter = splitter
        self.begin = builder.commit({"ml/f": "1", "ml/old": "1", "site/index": "1", "nobody/f": "1"})
        self.without_old = builder.commit({"ml/f": "1", "site/index": "1", "nobody/f": "1"}, self.begin)
        self.renamed = builder.commit({"synth/f": "2", "site/index": "1", "nobody/f": "1"}, self.without_old)
        rest = {"synth/f": "2", "site/index": "1"}
        self.elsewhere = builder.commit({**rest, "nobody/f": "2", "nobody/deep/g": "1"}, self.renamed)
        self.later = builder.commit({**rest, "nobody/f": "2", "later/f": "1"}, self.elsewhere)
        self.key = builder.commit({**rest, "nobody/f": "2", "later/f": "1", "synth/a.key": "1"}, self.later)
        self.merge = builder.commit(
            {**rest, "nobody/f": "2", "later/f": "1", "synth/a.key": "1"}, self.key, self.renamed
        )
        builder.point("main", self.merge)
        builder.point("refs/tags/engine/v1", builder.annotated_tag("engine/v1", self.renamed))
        self.aside = builder.commit({"x": "1"})
        builder.point("refs/heads/aside", self.aside)
        self.split = splitter.split(SELECTIONS)

    def find(self, asked: str) -> Answer:
        return Whereabouts(self.split, SELECTIONS, PLANNED).find(asked)

    def places(self, asked: str) -> list[tuple[str | None, str]]:
        return [(place.repository, place.what) for place in self.find(asked).places]

    def new(self, repository: str, commit: str) -> str:
        return self.splitter.commit_map(repository)[commit]


@pytest.fixture
def scene(builder: MonorepoBuilder, splitter: Splitter) -> Scene:
    return Scene(builder, splitter)


def test_a_commit_went_to_each_repository_that_it_changed(scene: Scene) -> None:
    both = [
        ("engine", f"commit {scene.new('engine', scene.begin)}"),
        ("web", f"commit {scene.new('web', scene.begin)}"),
    ]
    assert scene.places(scene.begin) == both
    assert scene.places(scene.begin[:9].upper()) == both
    assert scene.places(scene.renamed) == [("engine", f"commit {scene.new('engine', scene.renamed)}")]


def test_a_new_commit_tells_where_it_came_from(scene: Scene) -> None:
    new = scene.new("engine", scene.renamed)
    assert scene.places(new[:10]) == [(None, f"commit {scene.renamed}, of which engine got this")]


def test_a_tag_is_found_under_its_new_name(scene: Scene) -> None:
    expected = [("engine", f"tag v1 on commit {scene.new('engine', scene.renamed)}")]
    assert scene.places("engine/v1") == scene.places("refs/tags/engine/v1") == expected


def test_a_path_is_found_under_its_new_one(scene: Scene) -> None:
    changed = scene.new("engine", scene.renamed)
    assert scene.places("synth/f") == [("engine", f"f, last changed by commit {changed}")]
    assert scene.places("./site/") == [("web", f"app, last changed by commit {scene.new('web', scene.begin)}")]


def test_a_path_is_found_by_an_old_name_and_after_it_is_gone(scene: Scene) -> None:
    assert scene.places("ml/f") == scene.places("synth/f")
    removal = scene.new("engine", scene.without_old)
    assert scene.places("ml/old") == [("engine", f"old, gone since commit {removal}")]
    assert scene.places("ml") == [("engine", "the whole of it")]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ("elsewhere", "it changes only what no repository takes: nobody, nobody/deep."),
        ("later", "later takes later/f, and its wave last is still planned."),
        ("key", "what it changes in moved folders is excluded, or was there already under an older name."),
        ("merge", "it changes no file by itself, as most merges, and no repository needs it to join two lines."),
        ("aside", "it is not in the history that was split: no moved branch or tag has it behind it."),
    ],
)
def test_a_commit_that_went_nowhere_has_a_reason(scene: Scene, asked: str, reason: str) -> None:
    answer = scene.find(getattr(scene, asked))
    assert (answer.places, answer.reason) == ((), reason)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("nobody/f", "no repository takes it."),
        ("later/f", "later takes later/f, and its wave last is still planned."),
        ("synth/a.key", "engine takes its folder without it: see `exclude` and `earlier` of the move."),
        ("never", "has no commit, tag or path of this name."),
        ("*", "has no commit, tag or path of this name."),
        ("--all", "has no commit, tag or path of this name."),
        ("", "has no commit, tag or path of this name."),
        ("deadbeef", "has no commit, tag or path of this name."),
    ],
)
def test_a_path_that_went_nowhere_has_a_reason(scene: Scene, path: str, reason: str) -> None:
    answer = scene.find(path)
    assert answer.places == ()
    assert answer.reason.endswith(reason)


def test_digits_that_several_commits_share_ask_for_more(builder: MonorepoBuilder, splitter: Splitter) -> None:
    commits = [builder.commit({"site/index": "1"})]
    while True:
        commits.append(builder.commit({"site/index": f"{len(commits)}"}, commits[-1]))
        alike = [commit for commit in commits if commit[:4] == commits[-1][:4]]
        if len(alike) > 1:
            break
    builder.point("main", commits[-1])
    selections = {"web": SELECTIONS["web"]}
    answer = Whereabouts(splitter.split(selections), selections, {}).find(alike[0][:4])
    assert answer.reason.endswith("Give more digits.")
    assert alike[0] in answer.reason


def test_a_copy_is_told_with_its_owner(builder: MonorepoBuilder, splitter: Splitter) -> None:
    builder.point("main", builder.commit({"proto/a": "1", "site/f": "1"}))
    copies = (FolderMove(source="site"), FolderMove(source="proto", target="proto", shared=True))
    selections = {"web": CodeSelection(moves=copies), "proto": CodeSelection(moves=(FolderMove(source="proto"),))}
    split = splitter.split(selections)
    copy, owned = Whereabouts(split, selections, {}).find("proto/a").places
    assert copy.what == f"proto/a, last changed by commit {split.histories['web'].head}; a copy, proto owns it"
    assert owned.what == f"a, last changed by commit {split.histories['proto'].head}"
    waiting = {"proto": ("last", selections["proto"])}
    (copy,) = Whereabouts(split, {"web": selections["web"]}, waiting).find("proto/a").places
    assert copy.what.endswith("a copy, proto owns it")

"""The monorepo while waves are cut over, rolled back and archived: commits are added, and nobody's work is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from migration.cutover.bringing_back import BringingBack, BroughtBack
from migration.cutover.freezing import FrozenFolders, freeze
from migration.cutover.frozen import DeliveredHistory, brought_back_in, frozen_in, pinned
from migration.cutover.reconcile import MonorepoReconciler, MonorepoTarget, ReconcileResult, waiting_branches
from migration.cutover.reversal import Reversal
from migration.cutover.stragglers import stragglers
from migration.delivery.push import VENDOR_REF, carry
from migration.delivery.push import PushTarget as ToCarry
from migration.desired_state import desired_state
from migration.errors import CarryRefusedError, RemoteError
from migration.git.remote import Remote
from migration.plan import Monorepo, Plan
from migration.split.splitting import Split, split_monorepo
from migration.transforms.tip_trees import tip_trees
from tests.conftest import Repository

PIPELINE = "on: {push: {paths: [engine/**]}}\njobs: {test: {runs-on: x}}\n"
ENGINE = {"name": "engine", "moves": [{"from": "engine"}], "transforms": {"rename_modules": {"motor": "acme_motor"}}}
SITE = {"from": "site", "to": "web"}


@dataclass
class Scene:
    """A monorepo with a work tree, its repositories on a server, and what a stack does with them."""

    monorepo: Repository
    folder: Path
    notice: str = "beside"
    copied: tuple[str, ...] = ()
    moved_file: bool = False
    has_rest: bool = False

    @property
    def plan(self) -> Plan:
        copies: list[dict[str, object]] = [{"from": path, "to": path, "shared": True} for path in self.copied]
        if self.moved_file:
            copies = [{"from": "engine/run.py", "to": "scripts/run.py"}]
        engine = ENGINE | {"moves": [{"from": "engine", "exclude": ["/run.py"] if self.moved_file else []}]}
        plan = {
            "monorepo": {"name": "platform", "notice": self.notice},
            "repositories": [
                engine,
                {"name": "site", "moves": [SITE, *copies]},
                *([{"name": "rest", "moves": [{"from": "."}]}] if self.has_rest else []),
            ],
        }
        return Plan.model_validate(plan)

    def server(self, name: str) -> Repository:
        path = self.folder / f"{name}.git"
        if not path.exists():
            self.monorepo.git("init", "--quiet", "--bare", "--initial-branch=main", str(path))
        return Repository(path)

    def person(self, name: str) -> Repository:
        self.monorepo.git("clone", "--quiet", str(self.server(name).path), str(self.folder / f"person-{name}"))
        return Repository(self.folder / f"person-{name}", commits=100)

    def split(self) -> Split:
        state = desired_state(self.plan, {"migration": "moving"})
        selections = {desired.name: desired.code for desired in state.repositories if desired.code}
        return split_monorepo(self.monorepo.path, "refs/heads/main", selections, self.folder / "work")

    def up(
        self, frozen: tuple[str, ...] = (), unfrozen: tuple[str, ...] = (), archived: bool = False
    ) -> ReconcileResult:
        """Sync everything, then reconcile the monorepo."""
        split = pinned(self.split(), frozen_in(self.monorepo.path))
        trees = tip_trees(self.plan, split, None) | {
            name: frozen.carried.tree for name, frozen in frozen_in(self.monorepo.path).items()
        }
        carried = {
            name: DeliveredHistory(head=str(history.head), tree=trees.get(name, ""), tags=history.tags)
            for name, history in split.histories.items()
        }
        for name, delivered in carried.items():
            if name not in unfrozen:
                target = ToCarry(
                    repository=name,
                    default_branch="main",
                    head=delivered.head,
                    tree=delivered.tree or None,
                    tags=delivered.tags,
                    brought_back=brought_back_in(self.monorepo.path).get(name, ()),
                )
                carry(target, split.git_dir, Remote(url=str(self.server(name).path)))
        return self.keep(split, carried, frozen, unfrozen, archived)

    def keep(
        self,
        split: Split,
        carried: Mapping[str, DeliveredHistory],
        frozen: tuple[str, ...] = (),
        unfrozen: tuple[str, ...] = (),
        archived: bool = False,
    ) -> ReconcileResult:
        target = MonorepoTarget(
            name="platform",
            branch="main",
            head=split.monorepo_head,
            frozen={name: (self.folders(name), carried[name]) for name in frozen},
            unfrozen={name: self.folders(name) for name in unfrozen},
            archived=archived,
            links={"engine": "https://github.example/acme/engine"},
        )

        def bring_back(name: str, origin: str, known: Mapping[str, str]) -> BroughtBack:
            server = Remote(url=str(self.server(name).path))
            refs = server.refs()
            server.fetch(split.git_dir, "refs/heads/main")
            planned = next(repository for repository in self.plan.repositories if repository.name == name)
            code = next(
                desired.code
                for desired in desired_state(self.plan, {"migration": "moving"}).repositories
                if desired.name == name
            )
            assert code
            reversal = Reversal(plan=self.plan, repository=planned, index_url=None, managed={"ci.yml": "managed\n"})
            bringing = BringingBack(split.git_dir, name, code.with_files(split.files).moves, reversal)
            return bringing.bring(refs["refs/heads/main"], refs[VENDOR_REF], origin, known)

        return MonorepoReconciler(target, self.monorepo.path, split.git_dir, bring_back).keep(
            Remote(url=str(self.monorepo.path))
        )

    def folders(self, name: str) -> FrozenFolders:
        url = f"https://github.example/acme/{name}"
        in_place = self.notice == "in_place"
        return FrozenFolders(
            repository=name,
            url=url,
            folders=("",) if name == "rest" else (name, "engine/run.py") if self.moved_file else (name,),
            owners=("@acme/core",),
            in_place=in_place,
            staying=("engine/run.py",) if self.moved_file else self.copied,
        )

    def files(self) -> set[str]:
        return set(self.monorepo.git("ls-tree", "-r", "--name-only", "main").splitlines())


@pytest.fixture
def scene(monorepo: Repository, tmp_path: Path) -> Scene:
    code = {"engine__motor____init__.py": "", "engine__run.py": "import motor\n\n\nmotor.start()\n"}
    monorepo.commit("Engine: a motor", **{"engine/motor/__init__.py": "", "engine/run.py": code["engine__run.py"]})
    monorepo.commit(
        "Pipelines", **{".github/workflows/engine.yml": PIPELINE, ".github/workflows/all.yml": "on: push\n"}
    )
    return Scene(monorepo, tmp_path)


def test_a_frozen_folder_has_a_notice_owners_and_no_pipeline_and_its_files_stay(scene: Scene) -> None:
    before = scene.files()
    scene.monorepo.commit("More of it", **{".github/workflows/all.yml": "on: push\n# tests engine and site\n"})
    result = scene.up(frozen=("engine",))
    assert before - scene.files() == {".github/workflows/engine.yml"}
    assert scene.files() - before == {"engine.moved.md", ".github/CODEOWNERS"}
    assert "/engine/ @acme/core" in scene.monorepo.git("show", "main:.github/CODEOWNERS")
    assert "https://github.example/acme/engine" in (scene.monorepo.path / "engine.moved.md").read_text()
    assert result.pipelines == (".github/workflows/all.yml",)
    assert scene.monorepo.git("status", "--porcelain") == ""


def test_a_notice_says_in_which_folder_of_the_repository_the_code_is() -> None:
    url, targets = "https://github.example/acme/site", {"libs/a": "packages/a"}
    frozen = FrozenFolders(repository="site", url=url, folders=("libs/a", "web"), targets=targets)
    notices = freeze({}, [frozen], ["site"]).contents
    assert f"is in the folder `packages/a` of [site]({url})" in str(notices["libs/a.moved.md"])
    assert f"is in [site]({url})" in str(notices["web.moved.md"])


def test_a_late_commit_does_not_count_as_delivered(scene: Scene) -> None:
    scene.up(frozen=("engine",))
    before = pinned(scene.split(), frozen_in(scene.monorepo.path)).histories["engine"]
    scene.monorepo.commit("Late", engine__late="late\n")
    after = pinned(scene.split(), frozen_in(scene.monorepo.path)).histories["engine"]
    assert after == before
    assert scene.split().histories["engine"].commits == before.commits + 1


UPDATES = """\
version: 2
updates:
  - {package-ecosystem: pip, directory: /engine, schedule: {interval: daily}}
  - {package-ecosystem: npm, directory: /site, schedule: {interval: daily}}
"""


def test_updates_of_a_frozen_folder_go_come_back_and_are_listed_where_only_people_can_remove_them(scene: Scene) -> None:
    path = ".github/dependabot.yml"
    renovate = {"renovate.json": '{"packageRules": [{"matchFileNames": ["engine/**"]}]}'}
    scene.monorepo.commit("Update by robots", **{path: UPDATES, **renovate})
    assert scene.up(frozen=("engine",)).pipelines == ("renovate.json",)
    assert "/engine" not in scene.monorepo.git("show", f"main:{path}")
    assert "/site" in scene.monorepo.git("show", f"main:{path}")
    scene.up(unfrozen=("engine",))
    assert scene.monorepo.git("show", f"main:{path}") == UPDATES.strip()


def test_updates_that_people_changed_since_are_listed_when_the_folder_is_unfrozen(scene: Scene) -> None:
    path = ".github/dependabot.yml"
    scene.monorepo.commit("Update by robots", **{path: UPDATES})
    scene.up(frozen=("engine",))
    scene.monorepo.git("reset", "--quiet", "--hard")
    scene.monorepo.commit("Update monthly", **{path: UPDATES.replace("daily", "monthly").replace("engine", "all")})
    assert scene.up(unfrozen=("engine",)).listed["engine"] == (path,)


def test_much_work_of_people_is_merged_each_time_the_monorepo_moves_on(scene: Scene) -> None:
    scene.up()
    person = scene.person("engine")
    person.commit("Many files", **{f"docs/{number}": f"{number}\n" for number in range(150)})
    person.git("push", "--quiet", "origin", "main")
    for number in range(3):
        scene.monorepo.commit("More", engine__main=f"{number}\n")
        scene.up()
        assert scene.server("engine").git("show", "main:main") == str(number)
    assert scene.server("engine").git("show", "main:docs/149") == "149"


def test_a_second_time_is_nothing(scene: Scene) -> None:
    scene.up(frozen=("engine",))
    before = scene.monorepo.git("for-each-ref")
    scene.up(frozen=("engine",))
    assert scene.monorepo.git("for-each-ref") == before


def test_work_that_lies_about_in_the_folder_is_not_touched(scene: Scene) -> None:
    (scene.monorepo.path / "README").write_text("half a sentence")
    with pytest.raises(RemoteError, match="Commit or stash"):
        scene.up(frozen=("engine",))
    assert (scene.monorepo.path / "README").read_text() == "half a sentence"
    assert not frozen_in(scene.monorepo.path)


def test_nothing_is_frozen_while_a_commit_is_not_carried_over(scene: Scene) -> None:
    split = scene.split()
    head = scene.monorepo.commit("Meanwhile", engine__main="3\n")
    with pytest.raises(CarryRefusedError, match=head[:12]):
        scene.keep(
            split, {"engine": DeliveredHistory(head=str(split.histories["engine"].head), tree="", tags={})}, ("engine",)
        )
    assert not frozen_in(scene.monorepo.path)


def test_a_later_commit_is_not_carried_over_but_told_with_its_author_and_a_command_that_does(
    scene: Scene, tmp_path: Path
) -> None:
    scene.up(frozen=("engine", "site"))
    carried = scene.server("site").git("rev-parse", "main")
    late = scene.monorepo.commit("Too late", site__index="late\n")
    scene.up(frozen=("engine", "site"))
    assert scene.server("site").git("rev-parse", "main") == carried
    plan = scene.plan.model_copy(update={"monorepo": Monorepo(name="monorepo")})
    repositories = desired_state(plan, {"migration": "cutover"}).repositories
    (straggler,) = stragglers(scene.monorepo.path, plan, repositories, frozen_in(scene.monorepo.path))
    assert (straggler.repository, straggler.commit, straggler.author) == (
        "site",
        late,
        "Zoë Łukasz <zoe@maestro.example>",
    )
    scene.person("site").path.rename(tmp_path / "site")
    person = Repository(tmp_path / "site", commits=200)
    person.git("-C", str(tmp_path), "-c", 'alias.go=!sh -c "$0"', "go", straggler.command)
    assert person.git("show", "HEAD:web/index") == "late"
    assert person.git("log", "-1", "--format=%an") == "Zoë Łukasz"


@pytest.mark.parametrize("notice", ["beside", "in_place"])
def test_a_rollback_thaws_and_brings_peoples_work_back_under_the_old_names(scene: Scene, notice: str) -> None:
    scene.notice = notice
    before = scene.files()
    scene.up(frozen=("engine", "site"))
    assert ("engine/run.py" in scene.files()) is (notice == "beside")
    person = scene.person("engine")
    assert (person.path / "run.py").read_text() == "import acme_motor\n\n\nacme_motor.start()\n"
    person.commit("Managed", **{"ci.yml": "managed\n"})
    person.commit(
        "Start later",
        **{"run.py": "import acme_motor\n\n\nacme_motor.start(1)\n", "new.py": "from acme_motor import x\n"},
    )
    person.git("switch", "--quiet", "--create", "side")
    person.commit("On the side", side="s\n")
    person.git("switch", "--quiet", "main")
    person.commit("Straight on", straight="s\n")
    person.git("merge", "--quiet", "--no-edit", "side")
    person.git("push", "--quiet", "origin", "main")
    elsewhere = scene.monorepo.commit("Elsewhere", README="another\n")

    result = scene.up(frozen=("site",), unfrozen=("engine",))
    show = scene.monorepo.git
    assert show("show", "main:engine/run.py") == "import motor\n\n\nmotor.start(1)"
    assert show("show", "main:engine/new.py") == "from motor import x"
    assert show("show", "main:engine/side") == show("show", "main:engine/straight") == "s"
    new = {"engine/new.py", "engine/side", "engine/straight"}
    notices = {".github/CODEOWNERS", "site.moved.md" if notice == "beside" else "site/README.md"}
    removed = set() if notice == "beside" else {"site/index"}
    assert scene.files() == before - removed | new | notices
    assert show("log", "--format=%s", "--no-merges", "main", "^" + elsewhere, "--", "engine").splitlines()[:1] != []
    subjects = set(show("log", "--format=%an|%s", "main").splitlines())
    assert {"Zoë Łukasz|Start later", "Zoë Łukasz|On the side", "Zoë Łukasz|Straight on"} <= subjects
    assert not any("Managed" in subject for subject in subjects)
    assert show("merge-base", "main", elsewhere) == elsewhere
    assert (result.listed, result.waiting) == ({}, ())
    assert set(frozen_in(scene.monorepo.path)) == {"site"}
    assert show("status", "--porcelain") == ""

    # Then the migration can start again: what was brought back is in both, and changes nothing.
    head = scene.server("engine").git("rev-parse", "main^{tree}")
    scene.up(frozen=("site",))
    assert scene.server("engine").git("rev-parse", "main^{tree}") == head


def test_what_came_too_late_into_an_emptied_folder_stays_there_when_it_is_unfrozen(scene: Scene) -> None:
    scene.notice = "in_place"
    scene.up(frozen=("engine",))
    scene.monorepo.commit("Late", **{"engine/late.py": "late\n", "engine/run.py": "late\n"})
    result = scene.up(unfrozen=("engine",))
    assert scene.monorepo.git("show", "main:engine/late.py") == "late"
    assert scene.monorepo.git("show", "main:engine/run.py").startswith("import motor")
    assert result.listed == {"engine": ("engine/run.py",)}
    assert "engine/README.md" not in scene.files()


def test_work_that_goes_on_from_what_was_brought_back_is_merged_with_it(scene: Scene) -> None:
    scene.up(frozen=("engine",))
    person = scene.person("engine")
    person.commit("Begin", **{"diary": "one\n", "draft": "soon gone\n"})
    person.git("push", "--quiet", "origin", "main")
    scene.up(unfrozen=("engine",))
    scene.monorepo.commit("Engine: elsewhere", engine__elsewhere="e\n")
    person.git("rm", "--quiet", "draft")
    person.commit("Go on", diary="one\ntwo\n")
    person.git("push", "--quiet", "origin", "main")
    scene.up()
    engine = scene.server("engine")
    assert engine.git("show", "main:diary") == "one\ntwo"
    files = engine.git("ls-tree", "--name-only", "main").splitlines()
    assert "elsewhere" in files
    assert "draft" not in files
    before = engine.git("rev-parse", "main")
    scene.up()
    assert engine.git("rev-parse", "main") == before


def test_a_wave_that_was_never_cut_over_gives_its_work_back_too_and_each_commit_once(scene: Scene) -> None:
    scene.up()
    person = scene.person("engine")
    for day in ("one", "two"):
        person.git("pull", "--quiet", "--no-rebase", "origin", "main")
        person.commit(f"Day {day}", **{f"{day}.py": f"from acme_motor import {day}\n"})
        person.git("push", "--quiet", "origin", "main")
        scene.up(unfrozen=("engine",))
        assert scene.monorepo.git("show", f"main:engine/{day}.py") == f"from motor import {day}"
        before = scene.monorepo.git("for-each-ref")
        scene.up(unfrozen=("engine",))
        assert scene.monorepo.git("for-each-ref") == before
        scene.up()  # the wave moves again
    subjects = scene.monorepo.git("log", "--format=%s", "main").splitlines()
    assert [subjects.count(f"Day {day}") for day in ("one", "two")] == [1, 1]


def test_work_that_conflicts_with_the_monorepo_waits_in_a_branch_until_people_merge_it(scene: Scene) -> None:
    scene.up(frozen=("engine",))
    person = scene.person("engine")
    person.commit("Theirs", main="theirs\n")
    person.git("push", "--quiet", "origin", "main")
    scene.monorepo.commit("Late", engine__main="late\n")
    assert scene.up(unfrozen=("engine",)).waiting == ("engine",)
    assert waiting_branches(scene.monorepo.path, "main") == {"engine": "brought-back/engine"}
    assert scene.up(unfrozen=("engine",)).waiting == ("engine",)
    scene.monorepo.git("merge", "--quiet", "--no-edit", "--strategy-option=theirs", "brought-back/engine")
    assert scene.up(unfrozen=("engine",)).waiting == ()
    assert waiting_branches(scene.monorepo.path, "main") == {}
    assert scene.monorepo.git("show", "main:engine/main") == "theirs"


def test_the_archive_has_a_notice_with_links_date_and_version_and_can_be_left_again(scene: Scene) -> None:
    scene.up(frozen=("engine", "site"), archived=True)
    notice = (scene.monorepo.path / "README.md").read_text()
    assert notice.startswith("# ⚠️ This repository has been archived\n")
    assert "- [engine](https://github.example/acme/engine)" in notice
    assert "**Last Active Version**: v1.0.0" in notice
    assert "README" not in scene.files()
    (tag,) = scene.monorepo.git("tag", "--list", "archived-*").splitlines()
    assert scene.monorepo.git("rev-parse", f"{tag}^{{commit}}") == scene.monorepo.git("rev-parse", "main")
    before = scene.monorepo.git("for-each-ref")
    scene.up(frozen=("engine", "site"), archived=True)
    assert scene.monorepo.git("for-each-ref") == before
    scene.up(frozen=("engine", "site"))
    assert (scene.monorepo.path / "README").read_text() == "all\n"
    assert "README.md" not in scene.files()


@pytest.mark.parametrize("notice", ["beside", "in_place"])
def test_a_shared_folder_is_frozen_with_its_owner_alone_and_copies_go_on(scene: Scene, notice: str) -> None:
    scene.notice, scene.copied = notice, ("engine",)
    scene.up(frozen=("engine",))
    assert "engine.moved.md" in scene.files()
    assert "engine/run.py" in scene.files()
    copy = scene.server("site")
    assert copy.git("show", "main:engine/run.py").startswith("import motor")
    scene.monorepo.commit("Site", site__index="2\n")
    scene.up(frozen=("engine",))
    assert copy.git("show", "main:web/index") == "2"
    assert copy.git("show", "main:engine/run.py").startswith("import motor")


def test_a_rollback_of_the_copy_lists_its_changes_and_one_of_the_owner_returns_them(scene: Scene) -> None:
    scene.copied = ("engine",)
    scene.up(frozen=("engine", "site"))
    for name, file in (("site", "engine/run.py"), ("engine", "new.py")):
        person = scene.person(name)
        person.commit(f"Change {name}", **{file: "changed\n"})
        person.git("push", "--quiet", "origin", "main")
    result = scene.up(frozen=("engine",), unfrozen=("site",))
    assert result.listed == {"site": ("engine/run.py",)}
    assert "engine/new.py" not in scene.files()
    assert "site.moved.md" not in scene.files()
    assert "engine.moved.md" in scene.files()
    result = scene.up(unfrozen=("engine", "site"))
    assert scene.monorepo.git("show", "main:engine/new.py") == "changed"
    assert scene.monorepo.git("show", "main:engine/run.py").startswith("import motor")


def test_a_single_file_is_frozen_and_its_work_returns(scene: Scene, tmp_path: Path) -> None:
    scene.notice, scene.moved_file = "in_place", True
    scene.up(frozen=("site",))
    assert {"engine/run.py", "engine/run.py.moved.md", "site/README.md"} <= scene.files()
    assert "/engine/run.py @acme/core" in scene.monorepo.git("show", "main:.github/CODEOWNERS")
    scene.monorepo.commit("Late", **{"engine/run.py": "late\n", "engine/other": "1\n"})
    plan = scene.plan.model_copy(update={"monorepo": Monorepo(name="monorepo")})
    found = stragglers(
        scene.monorepo.path,
        plan,
        desired_state(plan, {"migration": "cutover"}).repositories,
        frozen_in(scene.monorepo.path),
    )
    person = scene.person("site")
    (command,) = [straggler.command for straggler in found if straggler.repository == "site"]
    person.path.rename(tmp_path / "site")
    person = Repository(tmp_path / "site", commits=200)
    person.git("-C", str(tmp_path), "-c", 'alias.go=!sh -c "$0"', "go", command)
    assert person.git("show", "HEAD:scripts/run.py") == "late"
    person.git("push", "--quiet", "origin", "main")
    scene.up(unfrozen=("site",))
    assert scene.monorepo.git("show", "main:engine/run.py") == "late"
    assert "engine/run.py.moved.md" not in scene.files()


def test_the_rest_is_frozen_as_a_whole_and_its_work_returns(scene: Scene, tmp_path: Path) -> None:
    scene.has_rest = True
    before = scene.files()
    scene.up(frozen=("engine", "site", "rest"))
    assert {"MOVED.md", "engine.moved.md", "engine/run.py", "README"} <= scene.files()
    assert not any(path.startswith(".github/workflows/") for path in scene.files())
    owners = scene.monorepo.git("show", "main:.github/CODEOWNERS").splitlines()
    assert [line for line in owners if not line.startswith("#")] == [
        "* @acme/core",
        "/engine/ @acme/core",
        "/site/ @acme/core",
    ]
    assert scene.server("rest").git("ls-tree", "-r", "--name-only", "main").splitlines() == sorted(
        path for path in before if not path.startswith(("engine/", "site/"))
    )
    late = scene.monorepo.commit("Late", README="late\n", engine__late="1\n")
    plan = scene.plan.model_copy(update={"monorepo": Monorepo(name="monorepo")})
    repositories = desired_state(plan, {"migration": "cutover"}).repositories
    found = stragglers(scene.monorepo.path, plan, repositories, frozen_in(scene.monorepo.path))
    assert [(each.repository, each.commit) for each in found] == [("engine", late), ("rest", late)]
    scene.person("rest").path.rename(tmp_path / "rest")
    person = Repository(tmp_path / "rest", commits=200)
    person.git("-C", str(tmp_path), "-c", 'alias.go=!sh -c "$0"', "go", found[1].command)
    person.commit("Theirs", note="n\n")
    assert person.git("ls-tree", "--name-only", "HEAD~1").splitlines() == [".github", "README"]
    person.git("push", "--quiet", "origin", "main")
    result = scene.up(frozen=("engine", "site"), unfrozen=("rest",))
    assert (result.listed, result.waiting) == ({}, ())
    assert scene.files() == before - {".github/workflows/engine.yml"} | {
        ".github/CODEOWNERS",
        "engine.moved.md",
        "engine/late",
        "site.moved.md",
        "note",
    }


def test_commits_in_a_shared_folder_are_late_for_its_owner_alone(scene: Scene) -> None:
    scene.copied = ("engine",)
    scene.up(frozen=("engine", "site"))
    late = scene.monorepo.commit("Late", engine__more="1\n")
    repositories = desired_state(scene.plan, {"migration": "cutover"}).repositories
    found = stragglers(scene.monorepo.path, scene.plan, repositories, frozen_in(scene.monorepo.path))
    assert [(straggler.repository, straggler.commit) for straggler in found] == [("engine", late)]


@pytest.mark.parametrize(
    ("tags", "version"),
    [
        (("v1.9.0", "v1.10.0", "go/ledger/v3.0.0", "engine-4.0", "nightly"), "v1.10.0"),
        (("2.0.0rc1", "site@5.0.0"), "2.0.0rc1"),
        (("go/ledger/v0.3.0",), "v1.0.0"),
    ],
)
def test_the_archive_names_no_version_of_a_package(scene: Scene, tags: tuple[str, ...], version: str) -> None:
    scene.monorepo.commit("More", engine__more="1\n")
    for tag in tags:
        scene.monorepo.git("tag", tag)
    scene.up(frozen=("engine", "site"), archived=True)
    assert f"**Last Active Version**: {version}\n" in (scene.monorepo.path / "README.md").read_text()


def test_the_archive_names_its_commit_without_a_version(scene: Scene) -> None:
    scene.monorepo.git("tag", "--delete", "v1.0.0")
    scene.monorepo.git("tag", "go/ledger/v0.3.0")
    scene.up(frozen=("engine", "site"))
    head = scene.monorepo.git("rev-parse", "main")
    scene.up(frozen=("engine", "site"), archived=True)
    notice = (scene.monorepo.path / "README.md").read_text()
    assert f"**Last Active Version**: none (commit {head[:12]})\n" in notice

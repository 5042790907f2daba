"""Plans drafted for monorepos of several shapes."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from migration.drafting.draft import DraftedRepository, draft_repositories
from migration.drafting.head_tree import read_head
from migration.drafting.plan_text import Draft
from migration.drafting.projects import find_projects
from migration.errors import SplitError
from migration.plan import Plan, read_plan
from tests.conftest import Repository, new_repository


def pep621(name: str, *needs: str, version: str = "1.2.0") -> str:
    return (
        f'[project]\nname = "{name}"\nversion = "{version}"\ndependencies = {list(needs)}\n'
        '[build-system]\nrequires = ["hatchling"]\n'
    )


def poetry(name: str, **needs: str) -> str:
    lines = "".join(f'"{need}" = "{version}"\n' for need, version in needs.items())
    return (
        f'[tool.poetry]\nname = "{name}"\nversion = "0.3.0"\n[tool.poetry.dependencies]\npython = "^3.11"\n{lines}'
        '[build-system]\nrequires = ["poetry-core"]\n'
    )


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "acme")


def drafted(repository: Repository, files: Mapping[str, str], *tags: str) -> dict[str, DraftedRepository]:
    repository.commit("All", **dict(files))
    tree = read_head(repository.path)
    return {each.name: each for each in draft_repositories(tree, find_projects(tree), tags)}


def plan_of(repository: Repository, tmp_path: Path, *tags: str) -> Plan:
    """The drafted text, read as every command reads a plan."""
    tree = read_head(repository.path)
    text = Draft("acme", tree, draft_repositories(tree, find_projects(tree), tags), {}).text
    (tmp_path / "migration.yaml").write_text(text)
    return read_plan(tmp_path / "migration.yaml")


def test_services_beside_each_other_become_repositories_of_their_own(repository: Repository, tmp_path: Path) -> None:
    files = {
        "api/pyproject.toml": pep621("api"),
        "api/Dockerfile": "FROM scratch\n",
        "api/tests/fixture/package.json": "{}",
        "web/package.json": '{"devDependencies": {"vite": "6"}}',
        "worker/go.mod": "module worker\n",
        "docs/README.md": "# Docs\n",
        "scripts/run.sh": "true\n",
        "README.md": "# Acme\n",
    }
    found = drafted(repository, files)
    assert {name: (dict(each.moves), each.kind, each.dockerfile) for name, each in found.items()} == {
        "api": ({"api": "."}, "python-service", "Dockerfile"),
        "docs": ({"docs": "."}, None, None),
        "web": ({"web": "."}, "vite-application", None),
        "worker": ({"worker": "."}, None, None),
    }
    plan = plan_of(repository, tmp_path)
    assert [each.name for each in plan.repositories] == ["api", "docs", "web", "worker"]
    assert [wave.name for wave in plan.waves] == ["migration"]
    text = (tmp_path / "migration.yaml").read_text()
    assert "# api: has its own Dockerfile, pyproject.toml; 3 files" in text
    assert "#   scripts/ 1 file" in text
    assert "#   at the root 1 file, 0.0 KiB: README.md" in text


def test_packages_that_others_need_are_published_from_one_repository_that_moves_first(
    repository: Repository, tmp_path: Path
) -> None:
    files = {
        "shared/packages/config/pyproject.toml": poetry("acme-config"),
        "shared/packages/auth/pyproject.toml": poetry("acme_auth", **{"acme-config": "*"}),
        "shared/packages/unused/pyproject.toml": poetry("acme-unused"),
        "shared/README.md": "x",
        "engine/pyproject.toml": poetry("engine", **{"Acme.Auth": "^0.3"}),
        "jobs/requirements.txt": "acme-auth==0.3.0  # ours\nrequests\n",
        "jobs/Dockerfile": "FROM scratch\n",
    }
    found = drafted(repository, files)
    assert list(found) == ["shared", "engine", "jobs"]
    packages = {each.name: (each.version, each.path, each.depends_on) for each in found["shared"].packages}
    assert packages == {
        "acme_auth": ("0.3.0", "packages/auth", ("acme-config",)),
        "acme-config": ("0.3.0", "packages/config", ()),
    }
    assert found["engine"].consumes == found["jobs"].consumes == ("acme_auth",)
    plan = plan_of(repository, tmp_path)
    assert {each.name: each.wave for each in plan.repositories} == {
        "shared": "wave-1",
        "engine": "wave-2",
        "jobs": "wave-2",
    }
    assert plan.repositories[0].kind == "python-packages"


def test_members_of_a_workspace_with_a_manifest_at_the_root(repository: Repository, tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*", "apps/*"]\n',
        "packages/core/pyproject.toml": pep621("core"),
        "packages/util/pyproject.toml": pep621("util", "core"),
        "apps/site/pyproject.toml": pep621("site", "util>=1"),
        "apps/site/Dockerfile": "FROM scratch\n",
        "apps/admin/package.json": "{}",
    }
    found = drafted(repository, files)
    assert {name: dict(each.moves) for name, each in found.items()} == {
        "admin": {"apps/admin": "."},
        "packages": {"packages": "."},
        "site": {"apps/site": "."},
    }
    assert [each.name for each in found["packages"].packages] == ["core", "util"]
    assert found["site"].consumes == ("util",)
    plan_of(repository, tmp_path)


def test_packages_of_javascript_become_repositories_with_names_that_differ(
    repository: Repository, tmp_path: Path
) -> None:
    files = {
        "package.json": '{"workspaces": ["packages/*"]}',
        "packages/ui/package.json": '{"name": "@acme/ui"}',
        "apps/ui/package.json": "{not json",
        "packages/ui/node_modules/left-pad/package.json": "{}",
        "packages/ui/node_modules/left-pad/index.js": "x",
    }
    found = drafted(repository, files)
    assert set(found) == {"packages-ui", "apps-ui"}
    plan = plan_of(repository, tmp_path)
    ui = next(each for each in plan.repositories if each.name == "packages-ui")
    assert ui.moves[0].exclude == ("node_modules/",)
    assert "# node_modules/ is made by tools: 2 files" in (tmp_path / "migration.yaml").read_text()


def test_owners_and_tags_of_a_project_are_taken_over(repository: Repository, tmp_path: Path) -> None:
    files = {
        ".github/CODEOWNERS": "* @acme/platform\n/api/ @acme/Backend-Team @ana # both\n/api/docs @acme/writers\n",
        "api/go.mod": "module api\n",
        "web/package.json": "{}",
    }
    found = drafted(repository, files, "api/v1.0.0", "web@2.0.0", "web-next-1", "v1")
    assert found["api"].tags == (("api/v*", "v*"),)
    assert found["web"].tags == (("web@*", "v*"),)
    plan = plan_of(repository, tmp_path, "api/v1.0.0", "web@2.0.0")
    api, web = plan.repositories
    assert (dict(api.teams), dict(api.code_owners)) == ({"backend-team": "push"}, {"*": ("backend-team",)})
    assert dict(web.teams) == {"platform": "push"}
    assert [team.name for team in plan.teams] == ["backend-team", "platform"]
    assert "# CODEOWNERS also names @ana" in (tmp_path / "migration.yaml").read_text()


def test_a_gitlink_is_named_with_its_commit(repository: Repository, tmp_path: Path) -> None:
    commit = repository.commit("Api", **{"api/go.mod": "module api\n"})
    for path in ("engine", "api/inner"):
        repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},{path}")
    repository.git("commit", "--quiet", "--message", "Clones by accident")
    plan_of(repository, tmp_path)
    text = (tmp_path / "migration.yaml").read_text()
    assert f"#   engine is a gitlink: commit {commit[:12]} of another repository" in text
    assert f"        # api/inner is a gitlink: commit {commit[:12]}" in text


def test_packages_that_need_each_other_are_named_and_not_published(repository: Repository, tmp_path: Path) -> None:
    files = {"a/pyproject.toml": pep621("a", "b"), "b/pyproject.toml": pep621("b", "a")}
    found = drafted(repository, files)
    assert [(each.depth, each.packages, each.cyclic) for each in found.values()] == [(0, (), ("a",)), (0, (), ("b",))]
    assert {each.name for each in plan_of(repository, tmp_path).repositories} == {"a", "b"}
    assert "# Not published, because they need each other: a." in (tmp_path / "migration.yaml").read_text()


@pytest.mark.parametrize(
    "manifest",
    [
        "[",
        "project = 1\n",
        "[project]\ndependencies = 3\n",
        '[project]\nname = "x"\ndynamic = ["version"]\n',
        pep621("x", "not a requirement !"),
    ],
)
def test_a_manifest_that_says_little_or_is_broken_still_makes_a_project(
    repository: Repository, tmp_path: Path, manifest: str
) -> None:
    found = drafted(repository, {"x/pyproject.toml": manifest})
    assert found["x"].packages == ()
    plan_of(repository, tmp_path)


def test_a_monorepo_without_a_commit_is_refused(repository: Repository) -> None:
    with pytest.raises(SplitError, match="HEAD names no branch with a commit"):
        read_head(repository.path)

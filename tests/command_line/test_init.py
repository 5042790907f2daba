"""`./multirepo init`: a plan that the next commands take as it is."""

from pathlib import Path

import pytest

from command_line.commands.init import init
from command_line.terminal.failures import CommandError
from components.stack.locations import selections_of
from migration.desired_state import desired_state
from migration.errors import SplitError
from migration.plan import read_plan
from migration.split.splitting import split_monorepo
from tests.conftest import Repository


def test_the_drafted_plan_is_split_as_it_is_with_the_previous_paths_of_its_folders(
    tmp_path: Path, monorepo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    monorepo.commit("Manifests", **{"engine/go.mod": "module engine\n", "site/package.json": "{}"})
    monorepo.git("mv", "site", "web")
    monorepo.commit("Rename the site")
    init(tmp_path / "acme plan", str(monorepo.path))
    plan_file = tmp_path / "acme plan" / "migration.yaml"
    plan = read_plan(plan_file)
    assert [each.name for each in plan.repositories] == ["engine", "web"]
    assert [each.path for each in plan.repositories[1].moves[0].earlier] == ["site"]
    selections = selections_of(desired_state(plan, {"migration": "moving"}))
    split = split_monorepo(monorepo.path, "refs/heads/main", selections, tmp_path / "split")
    # The commit that only renames the folder changes nothing in the new repository.
    assert split.histories["web"].commits == int(monorepo.git("rev-list", "--count", "HEAD^", "--", "site")) == 2
    assert f"--monorepo {monorepo.path} --plan '{plan_file}'" in capsys.readouterr().out


def test_a_monorepo_is_taken_by_its_address_with_the_default_branch_that_it_has(
    tmp_path: Path, monorepo: Repository
) -> None:
    monorepo.commit("Manifest", **{"engine/go.mod": "module engine\n"})
    monorepo.git("branch", "--move", "main", "trunk")
    init(tmp_path / "new", monorepo.path.as_uri())
    plan = read_plan(tmp_path / "new" / "migration.yaml")
    assert (plan.monorepo.name, plan.monorepo.default_branch) == ("monorepo", "trunk")
    assert [each.name for each in plan.repositories] == ["engine"]


def test_a_plan_that_exists_is_never_replaced(tmp_path: Path, monorepo: Repository) -> None:
    (tmp_path / "migration.yaml").write_text("mine\n")
    with pytest.raises(CommandError, match=r"migration\.yaml: Already exists"):
        init(tmp_path, str(monorepo.path))
    assert (tmp_path / "migration.yaml").read_text() == "mine\n"


def test_a_monorepo_without_projects_is_told_with_what_to_do(tmp_path: Path, monorepo: Repository) -> None:
    with pytest.raises(CommandError, match="No folder has a manifest, a Dockerfile or a README of its own"):
        init(tmp_path / "new", str(monorepo.path))
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("monorepo", ["", "https://x:s3cr3t@git.example/p.git", "nowhere"])
def test_what_is_no_monorepo_is_rejected_and_nothing_is_written(tmp_path: Path, monorepo: str) -> None:
    with pytest.raises(SplitError):
        init(tmp_path / "new", monorepo)
    assert not (tmp_path / "new").exists()

"""Faults of the plan in all repositories are found at once, before anything is written."""

from pathlib import Path

import pytest

from migration.desired_state import desired_state
from migration.errors import TransformError
from migration.plan import Plan
from migration.split.splitting import split_monorepo
from migration.transforms.plan_faults import plan_faults
from migration.transforms.tip_trees import tip_trees
from tests.conftest import new_repository

MANIFEST = '[project]\nname = "{}"\nversion = "1"\ndependencies = ["sdk @ file:../sdk"]\n'


def test_the_faults_of_all_repositories_are_found_at_once_with_the_line_to_paste(tmp_path: Path) -> None:
    monorepo = new_repository(tmp_path / "monorepo")
    for name in ("one", "two"):
        monorepo.commit(f"Add {name}", **{f"{name}__pyproject.toml": MANIFEST.format(name)})

    repositories = [
        {"name": "one", "moves": [{"from": "one"}], "transforms": {"replace_text": {"absent.py": {"a": "b"}}}},
        {"name": "two", "moves": [{"from": "two"}], "transforms": {"replace_text": {"pyproject.toml": {"?": "b"}}}},
    ]
    plan = Plan.model_validate({"monorepo": {"name": "mono"}, "repositories": repositories})
    desired = desired_state(plan, {"migration": "moving"}).repositories
    selections = {repository.name: repository.code for repository in desired if repository.code}
    split = split_monorepo(monorepo.path, "main", selections, tmp_path / "split")
    faults = plan_faults(plan, split, None)
    assert [fault.split(":")[0] for fault in faults] == ["one", "one", "two", "two"]
    assert 'under `transforms` of one: `from_pypi: {sdk: "*"}`' in faults[0]
    with pytest.raises(TransformError, match=r"(?s)^one: .*\ntwo: "):
        tip_trees(plan, split, None)

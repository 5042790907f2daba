"""The trees at the tips of vendor branches: what the plan makes of them, made once."""

from pathlib import Path
from unittest.mock import Mock

import pytest

from migration.desired_state import desired_state
from migration.plan import Plan
from migration.split.splitting import Split, split_monorepo
from migration.transforms import applying
from migration.transforms.tip_trees import tip_trees
from tests.conftest import Repository


def plan(**transforms: object) -> Plan:
    engine = {"name": "engine", "moves": [{"from": "engine"}], "transforms": transforms}
    return Plan.model_validate({"monorepo": {"name": "platform"}, "repositories": [engine]})


def split(monorepo: Repository, workspace: Path) -> Split:
    selections = {
        repository.name: repository.code
        for repository in desired_state(plan(), {"migration": "moving"}).repositories
        if repository.code
    }
    return split_monorepo(monorepo.path, "main", selections, workspace)


def test_a_tip_holds_what_the_plan_adds_and_none_is_told_where_nothing_changes(
    monorepo: Repository, tmp_path: Path
) -> None:
    done = split(monorepo, tmp_path / "split")
    added = tip_trees(plan(add_files={"notes.md": "New\n"}), done, None)["engine"]
    assert Repository(done.git_dir).git("ls-tree", "--name-only", added).split() == ["feature", "main", "notes.md"]
    assert tip_trees(plan(), done, None) == {}


def test_what_was_made_of_the_same_input_is_not_made_again_until_its_objects_are_lost(
    monorepo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desired, done = plan(add_files={"notes.md": "New\n"}), split(monorepo, tmp_path / "split")
    first = tip_trees(desired, done, None)
    counted = Mock(wraps=applying.transform)
    monkeypatch.setattr(applying, "transform", counted)
    assert tip_trees(desired, done, None) == first
    assert not counted.called
    (done.git_dir / "objects" / first["engine"][:2] / first["engine"][2:]).unlink()
    assert tip_trees(desired, done, None) == first
    assert counted.call_count == 1
    assert tip_trees(desired, done, "https://registry.example/simple/") == first
    assert counted.call_count == 2, "another registry may change a manifest"
    monorepo.commit("Engine: another", engine__main="3\n")
    assert tip_trees(desired, split(monorepo, tmp_path / "split"), None) != first


def test_lines_that_may_name_a_renamed_module_are_reported_each_time(monorepo: Repository, tmp_path: Path) -> None:
    monorepo.commit("Engine: code", engine__motor__a_py="X = 1\n", engine__README_md="Run motor.\n")
    monorepo.git("mv", "engine/motor/a_py", "engine/motor/a.py")
    monorepo.git("commit", "--quiet", "--message", "Engine: a module")
    done, messages = split(monorepo, tmp_path / "split"), list[str]()
    renamed = plan(rename_modules={"motor": "engine"})
    for _ in range(2):
        tip_trees(renamed, done, None, report=messages.append)
    assert messages[0] == messages[1]
    assert messages[0].startswith("engine: 1 lines may still name a renamed module: README_md:1. They stay as they are")
    settled = plan(rename_modules={"motor": "engine"}, kept_names={"README*": "it is about motors"})
    tip_trees(settled, done, None, report=messages.append)
    assert len(messages) == 2

"""A change of a history that is on GitHub already is refused in preview and preflight, with what to do."""

from pathlib import Path

from components.github.inventory import ExistingRepository, GitHubInventory
from components.history.pushed_histories import changed_histories
from migration.delivery.vendor_tip import next_tip
from migration.desired_state import desired_state
from migration.git.command import run_git
from migration.plan import Plan
from migration.preflight import Finding
from migration.split.splitting import Split, split_monorepo
from tests.conftest import Repository


def test_a_plan_that_changes_pushed_commits_is_refused(monorepo: Repository, tmp_path: Path) -> None:
    def plan(**history: object) -> Plan:
        repository = {"name": "new", "moves": [{"from": "engine"}]}
        document = {"monorepo": {"name": "mono"}, "repositories": [repository], "history": history}
        return Plan.model_validate(document)

    def split(of: Plan) -> Split:
        code = desired_state(of, {"migration": "moving"}).repositories[0].code
        assert code
        return split_monorepo(monorepo.path, "main", {"new": code}, tmp_path / "workspace")

    def findings(of: Plan, vendor: str, message: str) -> list[Finding]:
        existing = ExistingRepository(full_name="o/new", moved=True, vendor=vendor, vendor_message=message)
        inventory = GitHubInventory(repositories={"new": existing})
        return list(changed_histories(inventory, desired_state(of, {"migration": "moving"}), split(of)))

    first = split(plan())
    head = str(first.histories["new"].head)
    tip = next_tip(first.git_dir, head, run_git("mktree", directory=first.git_dir).decode().strip(), None)
    message = run_git("log", "-1", "--format=%B", tip, directory=first.git_dir).decode()
    monorepo.commit("Engine: more", engine__main="3\n")
    assert findings(plan(), head, "a commit") == []
    assert findings(plan(), tip, message) == []
    for vendor, text in ((head, "a commit"), (tip, message)):
        (finding,) = findings(plan(provenance=True), vendor, text)
        assert finding.repository == "new"
        assert head[:12] in finding.problem
        assert "another name" in finding.remedy

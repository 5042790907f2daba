"""`./multirepo preview-transforms`: a diff of a repository's newest files, without a sandbox."""

from tests.conftest import Checkout, Repository

PLAN = """\
monorepo: {name: small}
repositories:
  - name: engine
    moves: [{from: engine}]
    transforms:
      replace_text: {main: {"PASSAGE": "replaced"}}
      add_files: {docs/new: "added\\n"}
  - name: site
    moves: [{from: site, to: web}]
  - name: born
    transforms:
      add_files: {README: "born\\n"}
"""


def test_transforms_are_shown_as_a_diff_and_written_nowhere(checkout: Checkout, monorepo: Repository) -> None:
    passage = monorepo.git("show", "main:engine/main")
    (checkout.path / "small.yaml").write_text(PLAN.replace("PASSAGE", passage))
    own = ("--monorepo", str(monorepo.path), "--plan", "small.yaml")

    changed = checkout.run("./multirepo", "preview-transforms", "engine", *own).stdout
    assert "2 files changed, 2 insertions(+), 1 deletion(-)" in changed
    assert f"-{passage}\n+replaced\n" in changed
    assert "+++ b/docs/new\n@@ -0,0 +1 @@\n+added\n" in changed

    unchanged = checkout.run("./multirepo", "preview-transforms", "site", *own)
    assert (unchanged.stdout, unchanged.stderr.splitlines()[-1]) == ("", "site: the plan's transforms change nothing.")
    assert "+born\n" in checkout.run("./multirepo", "preview-transforms", "born", *own).stdout
    assert monorepo.git("status", "--porcelain") == ""

    nearest = checkout.run("./multirepo", "preview-transforms", "engin", *own, code=2).stderr
    assert "The nearest is 'engine'" in nearest


def test_a_passage_that_is_not_there_is_the_plans_fault(checkout: Checkout, monorepo: Repository) -> None:
    (checkout.path / "small.yaml").write_text(PLAN)
    own = ("--monorepo", str(monorepo.path), "--plan", "small.yaml")
    stderr = checkout.run("./multirepo", "preview-transforms", "engine", *own, code=2).stderr
    assert "engine: `transforms.replace_text` names main, and the passage 'PASSAGE' is not in it" in stderr

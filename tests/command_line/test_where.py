"""`./multirepo where`, after a split and before it, without a sandbox."""

from tests.conftest import Checkout, Repository

PLAN = """\
monorepo: {name: small}
repositories:
  - name: engine
    moves: [{from: engine}]
  - name: site
    moves: [{from: site, to: web}]
"""


def test_a_saved_split_is_asked(checkout: Checkout, monorepo: Repository) -> None:
    (checkout.path / "small.yaml").write_text(PLAN)
    own = ("--monorepo", str(monorepo.path), "--plan", "small.yaml")
    before = checkout.run("./multirepo", "where", "engine", *own, code=2)
    assert "Nothing was split yet" in before.stderr

    checkout.run("./multirepo", "prove", *own)
    assert checkout.run("./multirepo", "where", "site/index", *own).stdout.startswith(
        "site: web/index, last changed by"
    )
    head = monorepo.git("rev-parse", "main")
    new = checkout.run("./multirepo", "where", head, *own).stdout.removeprefix("engine: commit ").strip()
    assert checkout.run("./multirepo", "where", new, *own).stdout == f"small: commit {head}, of which engine got this\n"
    nowhere = checkout.run("./multirepo", "where", "README", *own, code=2)
    assert nowhere.stderr == "✗ README: no repository takes it.\n"
    assert nowhere.stdout == ""

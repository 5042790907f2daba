"""Trees of a new repository as the monorepo would have them: what a transform did is undone, what people did is not."""

import pytest

from migration.cutover.reversal import Reversal
from migration.plan import Plan
from tests.conftest import Repository

PLAN = Plan.model_validate(
    {
        "monorepo": {"name": "platform"},
        "repositories": [
            {
                "name": "engine",
                "moves": [{"from": "engine"}],
                "transforms": {"add_files": {"README.md": "The plan's\n", "LICENSE": "The plan's\n"}},
            }
        ],
    }
)


def tree(monorepo: Repository, **files: str) -> str:
    monorepo.git("rm", "--quiet", "-r", "--ignore-unmatch", ".")
    monorepo.commit("Some files", **{name.replace("_", "."): text for name, text in files.items()})
    return monorepo.git("rev-parse", "HEAD^{tree}")


@pytest.mark.parametrize(
    ("readme", "back", "listed"),
    [
        ("The plan's\n", "The monorepo's\n", ()),
        ("The plan's, and people's\n", "The plan's, and people's\n", ("README.md",)),
    ],
)
def test_what_a_transform_replaced_is_the_original_again_unless_people_changed_it(
    monorepo: Repository, readme: str, back: str, listed: tuple[str, ...]
) -> None:
    original = tree(monorepo, README_md="The monorepo's\n", main_py="1\n2\n3\n")
    transformed = tree(monorepo, README_md="The plan's\n", LICENSE="The plan's\n", main_py="1\n2\n3\n")
    worked_on = tree(monorepo, README_md=readme, LICENSE="The plan's\n", main_py="1\n2\n3\n4\n", new_py="5\n")
    reversal = Reversal(plan=PLAN, repository=PLAN.repositories[0], index_url=None, managed={})
    brought, lost = reversal.tree(monorepo.path, worked_on, transformed, original)
    assert lost == listed
    expected = tree(monorepo, README_md=back, main_py="1\n2\n3\n4\n", new_py="5\n")
    assert monorepo.git("diff", "--name-status", expected, brought) == ""

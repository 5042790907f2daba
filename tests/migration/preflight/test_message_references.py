"""Ids and issue numbers in messages that lose their meaning are counted before the first push."""

from tests.migration.preflight.conftest import PreflightContext


def test_dangling_ids_and_issue_numbers_are_counted(world: PreflightContext) -> None:
    builder = world.builder
    elsewhere = builder.commit({"other/f": "1"}, message="Elsewhere\n")
    picked = builder.commit({"app/f": "1", "other/f": "1"}, elsewhere, message="First (#7)\n")
    text = f'Pick\n\n(cherry picked from commit {elsewhere})\nFixes: {picked[:12]} ("First")\nGH-8, {"0" * 40}\n'
    builder.point("main", builder.commit({"app/f": "2", "other/f": "1"}, picked, message=text))
    (finding,) = world.findings("dangling-id")
    assert finding.problem.startswith("2 ids in messages name commits that it does not have")
    assert "hashes: true" in finding.remedy
    (finding,) = world.findings("issue-number")
    assert finding.problem.startswith("2 numbers")
    world.history = {"hashes": True, "issues": "acme/mono"}
    (finding,) = world.findings("dangling-id")
    assert finding.problem == f"1 id in messages names a commit that it does not have, such as {elsewhere[:12]}"
    assert world.findings("issue-number") == []


def test_messages_that_come_later_are_added(world: PreflightContext) -> None:
    first = world.builder.commit({"app/f": "1"}, message="First (#7)\n")
    world.builder.point("main", first)
    assert world.findings("issue-number")[0].problem.startswith("1 numbers")
    world.builder.point("main", world.builder.commit({"app/f": "2"}, first, message="Second (#8)\n"))
    assert world.findings("issue-number")[0].problem.startswith("2 numbers")

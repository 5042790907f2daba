"""The runner of the provider's own tests: reading what Go prints. The tests themselves are another command."""

from sandbox.upstream.cases import INAPPLICABLE, RESOURCES, Case, parse

OUTPUT = """\
=== RUN   TestAccGithubTeam
=== RUN   TestAccGithubTeam/full_lifecycle
=== PAUSE TestAccGithubTeam/full_lifecycle
=== CONT  TestAccGithubTeam/change_name
=== NAME  TestAccGithubTeam/change_name
    team_test.go:57: Step 1/2 error: no such team

            with details
=== CONT  TestAccGithubTeam/paid
    acc_test.go:340: Skipping as test mode doesn't have paid orgs
--- FAIL: TestAccGithubTeam (0.00s)
    --- PASS: TestAccGithubTeam/full_lifecycle (12.34s)
    --- FAIL: TestAccGithubTeam/change_name (1.50s)
    --- SKIP: TestAccGithubTeam/paid (0.00s)
FAIL
"""


def test_the_cases_are_read_with_what_the_failed_ones_said() -> None:
    assert list(parse(OUTPUT)) == [
        Case("TestAccGithubTeam", "FAIL", 0.0),
        Case("TestAccGithubTeam/full_lifecycle", "PASS", 12.34),
        Case(
            "TestAccGithubTeam/change_name", "FAIL", 1.5, "team_test.go:57: Step 1/2 error: no such team\nwith details"
        ),
        Case("TestAccGithubTeam/paid", "SKIP", 0.0, "acc_test.go:340: Skipping as test mode doesn't have paid orgs"),
    ]


def test_a_case_that_no_server_could_pass_is_not_applicable() -> None:
    [name, *_] = INAPPLICABLE
    [case] = parse(f"    --- FAIL: {name} (0.10s)\n")
    assert (case.result, case.output) == ("SKIP", INAPPLICABLE[name])


def test_every_resource_names_its_functions() -> None:
    assert len(RESOURCES) == 11
    assert all(name.startswith("TestAcc") for functions in RESOURCES.values() for name in functions)

"""The policy pack in the real engine: what it refuses is not made, and the error says it in plain words."""

from tests.end_to_end.conftest import PLAN, Stack

TOKEN = "gh" + "p_" + "a1B2" * 9


def test_a_preview_names_everything_that_breaks_a_policy_with_what_to_do(stack: Stack) -> None:
    engine = {"name": "engine", "moves": [{"from": "engine"}], "description": TOKEN}
    site = {"name": "site", "moves": [{"from": "site"}], "protection": {}}
    stack.write_plan(PLAN | {"repositories": [engine, site]})
    stack.pulumi("config", "set", "--path", "multirepo:secrets.TOKEN", "plain", "--plaintext")
    preview = stack.pulumi("preview", "--policy-pack", "policies", code=None)
    assert preview.returncode
    output = preview.stdout + preview.stderr
    assert "engine/repository holds a credential in description. Revoke it" in output
    assert "pulumi config set --secret --path 'multirepo:secrets.TOKEN'" in output
    assert "[advisory]  default-branch-without-protection" in output
    assert "engine: the stack does not protect its default branch" in output
    assert "site: the stack does not protect" not in output
    assert "Traceback" not in output

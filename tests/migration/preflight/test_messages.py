"""Secrets outside files: in messages, and in the names and addresses of people."""

from tests.migration.preflight.conftest import PreflightContext, made_up_token

TOKEN = made_up_token("message")


def test_a_secret_in_the_message_of_a_merge_is_reported_with_its_line_and_both_commits(world: PreflightContext) -> None:
    (base,) = world.commits({"app/a.py": "1\n"})
    side = world.builder.commit({"app/a.py": "1\n", "app/b.py": "1\n"}, base)
    other = world.builder.commit({"app/a.py": "2\n"}, base)
    message = f"Merge the token\n\nTested with {TOKEN}.\n"
    merge = world.builder.commit({"app/a.py": "2\n", "app/b.py": "1\n"}, other, side, message=message)
    world.builder.point("main", merge)
    (finding,) = world.findings("secret")
    assert (finding.path, finding.rule, finding.monorepo_commit) == ("", "github-pat", merge)
    assert finding.problem.endswith(", in the message of the commit, line 3")
    assert "no `exclude` applies" in finding.remedy
    assert TOKEN not in repr(finding)


def test_a_password_in_an_address_in_a_message_is_found(world: PreflightContext) -> None:
    first = world.builder.commit({"app/a.py": "1\n"}, message="Use postgres://app:s8Kd02mXq1@db.acme.io/app\n")
    world.builder.point("main", first)
    (finding,) = world.findings("secret")
    assert (finding.rule, finding.monorepo_commit) == ("generic-credential-uri", first)


def test_a_secret_in_the_address_of_an_author_is_found(world: PreflightContext) -> None:
    first = world.builder.commit({"app/a.py": "1\n"}, author=f"Bot <{TOKEN}@users.noreply.github.com>")
    world.builder.point("main", first)
    (finding,) = world.findings("secret")
    assert "in the author of the commit" in finding.problem


def test_a_secret_in_the_message_of_a_tag_is_reported_with_the_tag(world: PreflightContext) -> None:
    (base,) = world.commits({"app/a.py": "1\n"})
    content = f"object {base}\ntype commit\ntag v1\ntagger M <m@acme.io> 1600000000 +0000\n\nRelease\n\n{TOKEN}\n"
    world.builder.point("refs/tags/v1", world.builder.write("tag", content.encode()))
    (finding,) = world.findings("secret")
    assert finding.problem.endswith("in the message of tag v1, line 3")


def test_a_message_is_allowed_by_its_fingerprint(world: PreflightContext) -> None:
    world.builder.point("main", world.builder.commit({"app/a.py": "1\n"}, message=f"Use {TOKEN}\n"))
    (finding,) = world.findings("secret")
    world.rules = {"allowed_secrets": [{"fingerprint": finding.fingerprint, "reason": "revoked"}]}
    assert (world.look().findings, world.look().allowed) == ((), 1)


def test_a_message_that_is_no_text_hides_no_other(world: PreflightContext) -> None:
    first = world.builder.commit({"app/a.py": "1\n"}, message="\x01\x02\x03" * 4000)
    world.builder.point("main", world.builder.commit({"app/a.py": "2\n"}, first, message=f"Use {TOKEN}\n"))
    assert [finding.rule for finding in world.findings("secret")] == ["github-pat"]

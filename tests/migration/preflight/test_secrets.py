"""Secrets: found once, in any version, masked, and allowed by the plan."""

import random
import resource
from pathlib import Path
from typing import Any

import pytest

from tests.migration.preflight.conftest import PreflightContext, made_up_token

KEY_LINES = "\n".join(made_up_token(f"line {number}")[4:] + "A/+" for number in range(12))
PRIVATE_KEY = f"-----BEGIN RSA PRIVATE {'KEY'}-----\n{KEY_LINES}\n-----END RSA PRIVATE {'KEY'}-----\n"
ONE, TWO = made_up_token("one"), made_up_token("two")


def test_a_secret_that_is_long_gone_is_found(world: PreflightContext) -> None:
    world.commits({"app/a.py": f"t = '{ONE}'\n"}, {"app/a.py": "t = None\n"}, {"app/b.py": "\n"})
    (finding,) = world.findings("secret")
    assert (finding.rule, finding.path, finding.line) == ("github-pat", "a.py", 1)


def test_a_private_key_of_many_lines_is_found(world: PreflightContext) -> None:
    world.commits({"app/keys/id_rsa": f"# mine\n{PRIVATE_KEY}"})
    (finding,) = world.findings("secret")
    assert (finding.rule, finding.line) == ("private-key", 2)


def test_excluded_files_are_not_scanned(world: PreflightContext) -> None:
    world.repositories = [{"name": "new", "moves": [{"from": "app", "exclude": ["secret.py"]}]}]
    world.commits({"app/secret.py": f"t = '{ONE}'\n", "app/a.py": "\n", "other/b.py": f"t = '{TWO}'\n"})
    assert world.findings("secret") == []


@pytest.mark.parametrize("seed", range(4))
def test_a_line_is_found_in_whatever_version_it_comes_and_numbered_as_in_it(world: PreflightContext, seed: int) -> None:
    """The scanner reads only what is new in a version; its lines must be those of the whole file."""
    chance = random.Random(seed)
    lines = [f"line {number}" for number in range(40)]
    versions, expected = [], {}
    for version in range(12):
        for _ in range(chance.randint(1, 3)):
            lines[chance.randrange(len(lines))] = f"changed in {version}"
        del lines[chance.randrange(len(lines))]
        token = made_up_token(f"{seed} {version}")
        index = chance.randrange(len(lines))
        lines.insert(index, f"token = '{token}'")
        expected[version] = index + 1
        versions.append({"app/a.py": "\n".join(lines) + "\n"})
    commits = world.commits(*versions)
    found = {finding.monorepo_commit: finding.line for finding in world.findings("secret")}
    assert found == {commits[version]: line for version, line in expected.items()}


def test_one_secret_in_two_files_is_two_findings_with_one_fingerprint(world: PreflightContext) -> None:
    world.commits({"app/a.py": f"t = '{ONE}'\n", "app/b.py": f"t = '{ONE}'\nu = '{TWO}'\n"})
    findings = world.findings("secret")
    assert [finding.path for finding in findings] == ["a.py", "b.py", "b.py"]
    assert len({finding.fingerprint for finding in findings}) == 2


def test_no_more_than_the_first_four_characters_of_a_secret_are_anywhere(
    world: PreflightContext, tmp_path: Path
) -> None:
    world.commits({"app/a.py": f"t = '{ONE}'\n", "app/key": PRIVATE_KEY})
    found = world.look()
    memory = (world.workspace / "split.git" / "preflight.json").read_text()
    for text in (repr(found), memory):
        assert ONE[:4] in text
        assert ONE[:5] not in text
        assert KEY_LINES[:8] not in text


def allowed(world: PreflightContext, **entry: Any) -> int:
    world.rules = {"allowed_secrets": [{"reason": "revoked", **entry}]}
    found = world.look()
    assert len(found.refusals) + found.allowed == 3
    return found.allowed


def test_the_plan_allows_by_fingerprint_path_rule_and_repository(world: PreflightContext) -> None:
    world.commits({"app/a.py": f"t = '{ONE}'\n", "app/tests/b.py": f"\n'{ONE}'\n", "app/tests/key": PRIVATE_KEY})
    fingerprint = next(finding for finding in world.findings("secret") if finding.path == "a.py").fingerprint
    assert allowed(world, fingerprint=fingerprint) == 2
    assert allowed(world, path="tests/") == 2
    assert allowed(world, path="/a.py") == 1
    assert allowed(world, path="*.py", rule="private-key") == 0
    assert allowed(world, rule="private-key") == 1
    assert allowed(world, rule="github-pat", repository="new") == 2
    assert allowed(world, path="tests/", fingerprint=fingerprint) == 1
    assert allowed(world, fingerprint="0123456789abcdef") == 0


def test_an_allowed_secret_does_not_allow_the_next_one(world: PreflightContext) -> None:
    (base,) = world.commits({"app/a.py": f"t = '{ONE}'\n"})
    (finding,) = world.findings("secret")
    world.rules = {"allowed_secrets": [{"fingerprint": finding.fingerprint, "reason": "revoked"}]}
    assert world.look().refusals == ()
    world.builder.point("main", world.builder.commit({"app/a.py": f"t = '{TWO}'\n"}, base))
    assert len(world.look().refusals) == 1


def test_binary_files_and_odd_names_are_read_without_harm(world: PreflightContext) -> None:
    world.commits({"app/b\nc.py": f"t = '{ONE}'\n", "app/ d": "\0\0\n\n", "app/e ": "no newline", "app/empty": ""})
    assert [path.split("\n")[0] for path in world.paths("secret")] == ["b"]


def test_thousands_of_versions_take_seconds(world: PreflightContext) -> None:
    body = "".join(f"line {number} of a file that hardly changes\n" for number in range(2_000))
    trees = [{"app/a.py": f"{body}version {version}\n"} for version in range(200)]
    world.commits(*trees)
    world.split()
    started = _processor_seconds()
    assert world.look().findings == ()
    assert _processor_seconds() - started < 10  # 17 MB: with a process for each version it is several times that


def _processor_seconds() -> float:
    """Of this process and those that it started: unlike the clock, it is the same on a busy machine."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def test_an_allowed_fingerprint_that_no_history_has_is_reported(world: PreflightContext) -> None:
    """As those of the scanner of release 0.1.0, where Kingfisher reports another part of the line."""
    world.rules = {"allowed_secrets": [{"fingerprint": "0123456789abcdef", "reason": "revoked"}]}
    world.commits({"app/a.py": f"t = '{ONE}'\n"})
    problems = [finding.problem for finding in world.findings("secret")]
    assert "preflight.allowed_secrets names fingerprint 0123456789abcdef, which no history has" in problems
    assert len(problems) == 2

"""The whole: a clean world, where findings are said to be, what is remembered, what a refusal says."""

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from migration.errors import CodeMoveError, PreflightError
from migration.preflight import SecretScanner, Severity, in_lines
from tests.migration.conftest import MonorepoBuilder
from tests.migration.preflight.conftest import PreflightContext, made_up_token


def test_a_clean_history_passes_without_a_word(world: PreflightContext) -> None:
    world.commits({"app/a.py": "print(1)\n"}, {"app/a.py": "print(2)\n", "app/über.py": "print(3)\n"})
    found = world.look()
    assert (found.findings, found.leftovers, found.allowed) == ((), (), 0)
    found.demand()


def test_a_finding_names_repository_path_line_and_both_commits(world: PreflightContext) -> None:
    first, second, _ = world.commits(
        {"app/a.py": "x = 1\n"},
        {"app/a.py": f"x = 1\n\ntoken = '{made_up_token('one')}'\n"},
        {"app/a.py": f"x = 1\n\ntoken = '{made_up_token('one')}'\ny = 2\n"},
    )
    (finding,) = world.look().findings
    assert (finding.repository, finding.path, finding.line) == ("new", "app/a.py".removeprefix("app/"), 3)
    assert finding.monorepo_commit == second != first
    assert finding.commit is not None
    assert finding.commit != second


def test_a_refusal_lists_all_refusals_with_their_remedies(world: PreflightContext) -> None:
    token = made_up_token("one")
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'ab' * 32}\nsize 12\n"
    world.commits({"app/a.py": f"token = '{token}'\n", "app/big.bin": pointer, "app/aux": "\n"})
    with pytest.raises(PreflightError) as refused:
        world.look().demand()
    message = str(refused.value)
    assert "a.py, line 1: github-pat ghp_" in message
    assert "ab" * 32 in message
    assert "preflight.allowed_secrets" in message
    assert "git lfs push" in message
    assert "aux" not in message  # a warning
    assert token not in message


def test_refusals_come_before_warnings_and_the_plan_s_order_is_kept(world: PreflightContext) -> None:
    world.repositories = [{"name": name, "moves": [{"from": name}]} for name in ("zoo", "ant")]
    token = f"'{made_up_token('one')}'"
    world.commits({"zoo/aux": "", "zoo/a": f"t = {token}", "ant/aux": "", "ant/a": f"t = {token}"})
    found = world.look()
    assert [(finding.severity, finding.repository) for finding in found.findings] == [
        (Severity.REFUSAL, "zoo"),
        (Severity.REFUSAL, "ant"),
        (Severity.WARNING, "zoo"),
        (Severity.WARNING, "ant"),
    ]
    assert len(found.refusals) == len(found.warnings) == 2


def test_lines_are_truncated_and_counted(world: PreflightContext) -> None:
    world.commits({f"app/aux.{number}": "" for number in range(25)})
    lines = list(in_lines(world.look().warnings))
    assert len(lines) == 22
    assert "windows-path: … and 5 more" in lines


def test_a_path_that_is_not_utf_8_is_reported_with_its_bytes_escaped(world: PreflightContext) -> None:
    world.commits({os.fsdecode(b"app/latin-\xe9"): "1\n"})
    (line, *_) = in_lines(world.look().warnings)
    assert "latin-\\xe9" in line


def test_an_unchanged_split_is_not_scanned_again(world: PreflightContext) -> None:
    world.commits({"app/a.py": f"token = '{made_up_token('one')}'\n", "rest": "1\n"})
    first = world.look()
    phases: list[str] = []
    started = time.monotonic()
    second = world.look(lambda phase, done, total: phases.append(phase))
    assert time.monotonic() - started < 1
    assert phases == []
    assert (second.findings, second.leftovers) == (first.findings, first.leftovers)


def test_only_new_commits_are_scanned_and_earlier_findings_stay(world: PreflightContext) -> None:
    first, second = f"token = '{made_up_token('first')}'\n", f"token = '{made_up_token('second')}'\n"
    (base,) = world.commits({"app/a.py": first, "app/other.py": "1\n"})
    world.look()
    tip = world.builder.commit({"app/a.py": first, "app/b.py": second, "app/other.py": "1\n"}, base)
    world.builder.point("main", tip)
    totals: set[int] = set()
    found = world.look(lambda phase, done, total: totals.add(total))
    assert [finding.path for finding in found.findings] == ["a.py", "b.py"]
    assert max(totals) == 1  # the one new blob
    assert found.findings[1].monorepo_commit == tip


def test_a_secret_that_a_new_version_still_has_stays_at_its_first_commit(world: PreflightContext) -> None:
    secret = f"token = '{made_up_token('one')}'\n"
    (base,) = world.commits({"app/a.py": secret})
    world.look()
    world.builder.point("main", world.builder.commit({"app/a.py": f"\n\n{secret}"}, base))
    (finding,) = world.look().findings
    assert (finding.monorepo_commit, finding.line) == (base, 1)


def test_a_rewritten_history_is_scanned_from_the_start(world: PreflightContext) -> None:
    world.commits({"app/a.py": f"token = '{made_up_token('one')}'\n"})
    assert world.look().refusals
    world.commits({"app/a.py": "token = None\n"})
    assert not world.look().findings


def test_tags_are_scanned_too(world: PreflightContext) -> None:
    (base,) = world.commits({"app/a.py": "1\n"})
    world.builder.point("refs/tags/v1", world.builder.commit({"app/a.py": f"'{made_up_token('x')}'\n"}, base))
    assert world.paths("secret") == ["a.py"]


def test_a_damaged_cache_is_written_again(world: PreflightContext) -> None:
    world.commits({"app/a.py": f"token = '{made_up_token('one')}'\n"})
    first = world.look()
    memory = world.workspace / "split.git" / "preflight.json"
    for damage in ("", "{", "[]", '{"checks": 1}', memory.read_text().replace('"refusal"', '"doubt"')):
        memory.write_text(damage)
        assert world.look().findings == first.findings
    assert json.loads(memory.read_text())["repositories"]["new"]["in_history"]


def test_a_scanner_that_fails_stops_everything(world: PreflightContext) -> None:
    program = world.workspace.parent / "scanner"
    program.write_text('#!/bin/sh\n[ "$1" = --version ] && exit\necho no such thing >&2\nexit 7\n')
    program.chmod(0o755)
    world.scanner = replace(world.scanner, program=program)
    world.commits({"app/a.py": "x" * 200_000})
    with pytest.raises(CodeMoveError, match="no such thing"):
        world.look()


def test_a_repository_without_a_history_has_no_findings(world: PreflightContext) -> None:
    # Only a tag has the folder: the head has no history of it.
    other = world.builder.commit({"old/a": "1\n"})
    world.builder.point("refs/tags/v1", other)
    world.repositories.append({"name": "old", "moves": [{"from": "old"}]})
    world.commits({"app/a.py": "1\n"})
    assert world.look().findings == ()


def test_repositories_with_sha256_ids_are_scanned_and_rejected(tmp_path: Path, scanner: SecretScanner) -> None:
    world = PreflightContext(MonorepoBuilder(tmp_path / "mono.git", "sha256"), tmp_path / "workspace", scanner)
    (commit,) = world.commits({"app/a.py": f"token = '{made_up_token('one')}'\n", "app/x": ("160000", "1" * 64)})
    found = world.look()
    assert [(finding.path, finding.monorepo_commit) for finding in found.findings] == [
        ("", None),
        ("a.py", commit),
        ("x", commit),
    ]
    assert "init --object-format=sha1" in found.refusals[0].remedy

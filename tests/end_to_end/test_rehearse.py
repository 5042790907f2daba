"""`./multirepo rehearse`, as on the day somebody tries the project: one command, the whole migration."""

import json
import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.daemon import process
from sandbox.network.request_log import read_requests
from tests.conftest import Checkout, Repository

PLAN = """\
monorepo: {name: small}
repositories:
  - name: engine
    moves: [{from: engine}]
  - name: site
    moves: [{from: site, to: web}]
    tags: [{from: "*", to: "*"}]
"""
SEVEN = {
    "maestro-shared": "shared/packages",
    "quality-fabric": "quality-fabric",
    "maestro-frontend": "maestro-frontend",
    "maestro-engine": "maestro-engine",
    "maestro-hive": "maestro-hive",
    "maestro-ml-platform": "synth",
    "maestro-templates": "maestro-templates",
}
BORN = {"maestro-integration-tests", "maestro-docs"}


@pytest.fixture
def fresh(checkout: Checkout) -> Iterator[Checkout]:
    """A checkout whose sandbox is stopped at the end."""
    yield checkout
    process.stop(checkout.path / ".multirepo" / "sandbox")


@pytest.fixture
def small(fresh: Checkout, monorepo: Repository) -> Checkout:
    """A checkout beside a small monorepo with a plan of its own."""
    (fresh.path / "small.yaml").write_text(PLAN)
    return fresh


def rehearse(checkout: Checkout, *arguments: str, code: int = 0) -> str:
    return checkout.run("./multirepo", "rehearse", "--no-verify", *arguments, code=code).stdout


def own(monorepo: Repository) -> tuple[str, ...]:
    return ("--monorepo", str(monorepo.path), "--plan", "small.yaml")


def sandbox_writes(checkout: Checkout) -> int:
    return sum(request.is_write and request.tenant != "-" for request in read_requests(sandbox_root(checkout)))


def sandbox_root(checkout: Checkout) -> Path:
    return checkout.path / ".multirepo" / "sandbox"


def clones(checkout: Checkout, result: dict[str, Any], folder: Path) -> dict[str, Repository]:
    """Each repository cloned as a machine would: the token from the variable that the result names."""
    token = checkout.run(
        "./multirepo", "shell", "sh", "-c", f"printf %s ${result['repositories'][0]['token_env']}"
    ).stdout
    cloned = {}
    for entry in result["repositories"]:
        path = folder / entry["name"]
        url = entry["clone_url"].replace("://", f"://x-access-token:{token}@")
        subprocess.run(["git", "clone", "--quiet", url, str(path)], check=True)
        cloned[entry["name"]] = Repository(path)
    return cloned


def test_the_seven_repositories_hold_their_folders_with_the_whole_history_and_two_are_born(
    fresh: Checkout, tmp_path: Path
) -> None:
    result = json.loads(rehearse(fresh, "--json"))
    monorepo = Repository(Path(result["monorepo"]["path"]))
    assert result["changed"] is True
    assert result["monorepo"]["head"] == monorepo.git("rev-parse", "main")
    assert {entry["name"] for entry in result["repositories"]} == {*SEVEN, *BORN}
    cloned = clones(fresh, result, tmp_path / "clones")
    for name, clone in cloned.items():
        assert (clone.path / ".github" / "CODEOWNERS").exists(), name
        assert (clone.path / ".github" / "workflows" / "ci.yml").exists(), name
        clone.git("fsck", "--strict")
    for entry in result["repositories"]:
        if entry["name"] in BORN:
            continue
        name, clone, moved = entry["name"], cloned[entry["name"]], entry["moved_head"]
        assert entry["moves"] == [{"from": SEVEN[name], "to": ""}]
        assert entry["head"] == clone.git("rev-parse", "HEAD")
        assert clone.git("rev-parse", f"{moved}^{{tree}}") == monorepo.git("rev-parse", f"main:{SEVEN[name]}")
        # What the plan changes comes after the history: first its transforms, then the managed files.
        added = clone.git("log", "--format=%s", f"{moved}..HEAD").splitlines()
        assert added == ["Update the managed files", "Apply the plan's transforms"]
        assert entry["commits"] == int(clone.git("rev-list", "--count", moved, "--tags"))
        assert entry["merges"] == int(clone.git("rev-list", "--count", "--merges", moved, "--tags"))
        assert entry["tags"] == len(clone.git("tag").splitlines())
        originals = people_and_words(monorepo, "main", *folders(name))
        # The commit that only renamed the folder changes no file of the new repository, so it is not in there.
        assert people_and_words(clone, moved) == [
            original for original in originals if "Rename ml/ to synth/" not in original
        ]
    engine = (cloned["maestro-engine"].path / "pyproject.toml").read_text()
    assert 'maestro-core-api = {version = "^0.1.0", source = "maestro"}' in engine
    assert (cloned["maestro-ml-platform"].path / "maestro_ml" / "__init__.py").exists()


def folders(name: str) -> tuple[str, ...]:
    return ("--full-history", "--simplify-merges", "--", SEVEN[name], *(["ml"] if SEVEN[name] == "synth" else []))


def people_and_words(repository: Repository, revision: str, *limits: str) -> list[str]:
    """Author, committer, their dates and the raw message of every commit, in no order."""
    written = "--format=%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B%x01"
    listed = repository.git("log", "--encoding=UTF-8", "--date=raw", written, revision, *limits)
    return sorted(commit.strip() for commit in listed.split("\x01"))


def test_a_rehearsal_ends_with_the_judged_checklist_and_a_page_about_it(
    small: Checkout, monorepo: Repository, tmp_path: Path
) -> None:
    how = "    transforms: {add_files: {README.md: '" + "How to use it. " * 20 + "'}}\n"
    (small.path / "small.yaml").write_text(PLAN.replace("  - name: site\n", f"{how}  - name: site\n") + how)
    first = json.loads(small.run("./multirepo", "rehearse", "--json", *own(monorepo)).stdout)
    assert first["verified"] is True
    assert "Every commit arrived as it was" in Path(first["report"]).read_text()
    output = small.run("./multirepo", "rehearse", *own(monorepo)).stdout
    seen_part = re.findall(r"Verified\. \d+ checks: \d+ passed; run at (\S+)\.", output)
    assert seen_part == [json.loads((Path(first["report"]).parent / "evidence.json").read_text())["seen_at"]]

    command = next(line for line in output.splitlines() if "git clone" in line and "site.git" in line)
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True, env={"PATH": os.environ["PATH"]})
    clone = Repository(tmp_path / "site", commits=50)
    clone.git("rm", "--quiet", "README.md")
    clone.commit("No more words")
    clone.git("push", "--quiet", "origin", "main")
    junit = tmp_path / "junit.xml"
    verification = json.loads(
        small.run("./multirepo", "verify", "--json", "--junit", str(junit), *own(monorepo), code=1).stdout
    )
    assert [check["name"] for check in verification["checks"] if check["outcome"] != "passes"] == [
        "documentation.readme"
    ]
    assert "site has no README" in junit.read_text()
    assert "Not verified." in small.run("./multirepo", "rehearse", *own(monorepo), code=1).stdout
    report = small.run("./multirepo", "report", *own(monorepo)).stdout.strip()
    assert "site has no README" in Path(report).read_text()


def test_a_rehearsal_that_breaks_a_policy_ends_with_one_plain_error(small: Checkout, monorepo: Repository) -> None:
    token = "gh" + "p_" + "a1B2" * 9
    (small.path / "small.yaml").write_text(f"{PLAN}    description: {token}\n")
    output = small.run("./multirepo", "rehearse", *own(monorepo), code=1).stderr
    assert "✗ A policy stopped pulumi up of stack rehearsal-small-" in output
    assert "no-plain-secret: site/repository holds a credential in description. Revoke it" in output
    assert "Traceback" not in output


def test_a_monorepo_given_by_its_address_is_fetched(small: Checkout, monorepo: Repository) -> None:
    arguments = ("--monorepo", monorepo.path.as_uri(), "--plan", "small.yaml")
    assert json.loads(rehearse(small, "--json", *arguments))["monorepo"]["head"] == monorepo.git("rev-parse", "main")
    newer = monorepo.commit("Engine: another", engine__main="3\n")
    assert json.loads(rehearse(small, "--json", *arguments))["monorepo"]["head"] == newer


def test_a_rehearsal_that_was_killed_is_finished_by_the_next_one(small: Checkout, monorepo: Repository) -> None:
    command = ["./multirepo", "rehearse", *own(monorepo)]
    running = subprocess.Popen(command, cwd=small.path, env=small.environment, start_new_session=True)
    while sandbox_writes(small) < 4 and running.poll() is None:
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    result = json.loads(rehearse(small, "--json", *own(monorepo)))
    assert [(entry["commits"], entry["tags"]) for entry in result["repositories"]] == [(4, 1), (1, 1)]
    assert "pending" not in small.run("bash", "-c", source_line(small) + " && pulumi preview").stdout


def source_line(checkout: Checkout) -> str:
    return f"source {shlex.quote(str(checkout.path / '.multirepo' / 'environment.sh'))}"

"""./multirepo: finds Python, makes .venv once, hands over."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engine.conftest import Machine

LOCKS = ("requirements.txt", "requirements/command.txt", "requirements/aws.txt", "requirements/test.txt")
"""Those of every command first."""

LAUNCHER = Path(__file__).parents[2] / "multirepo"

COMMAND = """
import os, sys
print(sys.argv[1:], os.getcwd(), os.environ.get("PYTHONPATH"), sep="|")
sys.exit(int(os.environ.get("EXIT_CODE", "0")))
"""


@dataclass(frozen=True)
class Checkout:
    """A copy of the launcher with a command_line of three lines and requirements that need no network."""

    root: Path

    @property
    def stamp(self) -> Path:
        return self.root / ".venv" / "made-from"

    def start(
        self, *arguments: str, program: Path | None = None, cwd: Path | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program or self.root / "multirepo", *arguments],
            cwd=cwd or self.root,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def checkout(machine: Machine, tmp_path: Path) -> Checkout:
    """On a machine whose only Python is this one, in a folder with a blank in its name."""
    (machine.programs / "python3.11").symlink_to(Path(sys.executable).resolve())
    root = tmp_path / "a checkout"
    (root / "command_line").mkdir(parents=True)
    (root / "command_line" / "__main__.py").write_text(COMMAND)
    (root / "requirements").mkdir()
    for lock in LOCKS:
        (root / lock).write_text("# nothing\n")
    shutil.copy(LAUNCHER, root)
    return Checkout(root)


def pretend_made(checkout: Checkout) -> None:
    """Give the checkout a finished .venv without pip: 3 s less a test."""
    venv = checkout.root / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (packages,) = venv.glob("lib/python3*/site-packages")
    (packages / "multirepo.pth").write_text("../../../..\n")
    version = subprocess.run(
        [venv / "bin" / "python", "-c", "import sys; print('#', sys.version)"],
        capture_output=True,
        text=True,
        check=True,
    )
    checkout.stamp.mkdir()
    for lock in LOCKS[:2]:
        (checkout.stamp / Path(lock).name).write_text(version.stdout + (checkout.root / lock).read_text())


def test_a_first_start_makes_the_environment_and_says_how_long_it_takes(checkout: Checkout) -> None:
    first = checkout.start("rehearse", "--plan", "my plan.yaml")
    second = checkout.start("rehearse")

    assert first.returncode == 0, first.stderr
    assert "making .venv for this command (once, about 10 seconds)" in first.stderr
    assert first.stdout == f"['rehearse', '--plan', 'my plan.yaml']|{checkout.root}|None\n"
    assert second.returncode == 0
    assert second.stderr == ""


def test_it_works_from_any_folder_and_through_links(checkout: Checkout, tmp_path: Path) -> None:
    pretend_made(checkout)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "one").symlink_to("../a checkout/multirepo")
    (tmp_path / "two").symlink_to(elsewhere / "one")

    answer = checkout.start("x", program=tmp_path / "two", cwd=elsewhere)

    assert answer.stdout == f"['x']|{elsewhere}|None\n", answer.stderr


def test_folders_of_the_caller_do_not_shadow_the_project(checkout: Checkout, tmp_path: Path) -> None:
    pretend_made(checkout)
    (tmp_path / "command_line").mkdir()
    (tmp_path / "command_line" / "__main__.py").write_text("print('the wrong one')")

    assert "wrong" not in checkout.start(cwd=tmp_path).stdout


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "31"])
def test_the_command_s_exit_code_is_passed_on(checkout: Checkout, code: str) -> None:
    pretend_made(checkout)

    assert checkout.start(EXIT_CODE=code).returncode == int(code)


def test_a_warm_start_adds_little(checkout: Checkout) -> None:
    pretend_made(checkout)
    python = checkout.root / ".venv" / "bin" / "python"

    def processor_seconds(*command: Path | str) -> float:
        """Not wall time, which says more about what else the machine does."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=checkout.root, stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    with_launcher = min(processor_seconds(checkout.root / "multirepo") for _ in range(5))
    without = min(processor_seconds(python, "-P", "-m", "command_line") for _ in range(5))

    assert with_launcher - without < 0.05


def test_changed_requirements_are_installed(checkout: Checkout) -> None:
    pretend_made(checkout)
    (checkout.root / "requirements.txt").write_text("# changed\n")

    answer = checkout.start()

    assert "making .venv" in answer.stderr
    assert answer.returncode == 3  # this .venv has no pip
    assert not checkout.stamp.exists()


def installed_locks(checkout: Checkout) -> list[str]:
    return sorted(file.name for file in checkout.stamp.iterdir())


def test_a_command_gets_the_locks_that_it_needs_and_the_next_keeps_them(checkout: Checkout) -> None:
    checkout.start("--log-file", "test", "status")
    assert installed_locks(checkout) == ["command.txt", "requirements.txt"]
    (checkout.root / "Pulumi.prod.yaml").write_text("config: {multirepo:registry: {kind: codeartifact}}\n")
    assert "making .venv" in checkout.start("status").stderr
    assert installed_locks(checkout) == ["aws.txt", "command.txt", "requirements.txt"]
    assert "making .venv" in checkout.start("--verbose", "test", "-q").stderr
    assert installed_locks(checkout) == ["aws.txt", "command.txt", "requirements.txt", "test.txt"]
    assert checkout.start("status").stderr == ""
    (checkout.root / "requirements" / "test.txt").write_text("# changed\n")
    assert checkout.start("status").stderr == ""
    assert "making .venv" in checkout.start("test").stderr


def test_packages_that_cannot_be_installed_are_one_clear_error_and_nothing_is_taken_for_done(
    checkout: Checkout,
) -> None:
    (checkout.root / "requirements.txt").write_text("./no-such-package\n")

    answer = checkout.start()

    assert answer.returncode == 3
    assert "no-such-package" in answer.stderr
    assert "Check the network and pip's index, and start again" in answer.stderr
    assert str(checkout.root / ".multirepo" / "venv.log") in answer.stderr
    assert answer.stdout == ""
    assert not checkout.stamp.exists()


def test_a_start_killed_half_way_is_repaired_by_the_next(checkout: Checkout) -> None:
    killed = subprocess.Popen([checkout.root / "multirepo"], cwd=checkout.root, start_new_session=True)
    deadline = time.monotonic() + 20
    while not (checkout.root / ".venv" / "bin").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(killed.pid, 9)
    killed.wait()
    assert not checkout.stamp.exists()

    answer = checkout.start("again")

    assert answer.returncode == 0, answer.stderr
    assert "['again']" in answer.stdout


def test_two_first_starts_at_once_make_one_environment(checkout: Checkout) -> None:
    starts = [
        subprocess.Popen(
            [checkout.root / "multirepo"],
            cwd=checkout.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = [start.communicate(timeout=60)[1] for start in starts]

    assert [start.returncode for start in starts] == [0, 0], outputs
    assert sorted("making .venv for" in text for text in outputs) == [False, True]
    assert sorted("waiting for it" in text for text in outputs) == [False, True]


def test_no_python_is_one_error_with_the_remedy(checkout: Checkout, machine: Machine) -> None:
    (machine.programs / "python3.11").unlink()
    machine.install("python3", "exit 1")  # one that is too old answers so

    answer = checkout.start()

    assert answer.returncode == 2
    assert answer.stderr.startswith("multirepo: no Python 3.11 or later on PATH. Install one")
    assert len(answer.stderr.splitlines()) == 1


def test_the_python_that_the_environment_sets_up_is_used_before_newer_ones(
    checkout: Checkout, machine: Machine
) -> None:
    for name in ("python3", "python3.14"):
        machine.install(name, f'[ "$1" = -c ] || echo "made by {name}" >&2; [ "$1" = -c ]')

    answer = checkout.start()

    assert answer.returncode == 2
    assert "programs/python3 -m venv fails" in answer.stderr

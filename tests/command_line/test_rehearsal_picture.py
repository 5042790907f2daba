"""The picture of a rehearsal in the documentation: made by `rehearse --picture`, and still what a rehearsal prints."""

import html
import re
from pathlib import Path

import pytest

from command_line.reports import rehearsal_summary
from command_line.reports.rehearsal_summary import MovedRepository, Summary, draw_summary
from components.stack.locations import selections_of
from components.stack.settings import PROJECT, WORKSPACE
from migration.desired_state import Stage, desired_state
from migration.plan import read_plan
from migration.split.splitting import split_monorepo
from sandbox.sample_monorepo.making import make_sample_monorepo

PICTURE = PROJECT / "docs" / "rehearsal.svg"
CHARACTER_WIDTH = 12.2
"""Of Rich's pictures, in their units."""

RENEW = "Renew it: ./multirepo sandbox reset && ./multirepo rehearse --no-verify --picture docs/rehearsal.svg"


def text_of(picture: Path) -> list[str]:
    """The lines of the terminal, without blanks around them."""
    parts = re.findall(r'<text class="[^"]*" x="([^"]*)" y="([^"]*)"[^>]*>(.*?)</text>', picture.read_text())
    lines: dict[float, str] = {}
    for x, y, words in parts:
        line = lines.get(float(y), "").ljust(round(float(x) / CHARACTER_WIDTH))
        lines[float(y)] = line + html.unescape(words).replace("\xa0", " ")
    return [lines[y].strip() for y in sorted(lines)]


def summary_of(stack: str) -> Summary:
    moved = MovedRepository(
        name="engine", clone_url="http://127.0.0.1:1/x", head="a" * 40, vendor_head=None, history=None, moves=()
    )
    return Summary(
        stack=stack,
        monorepo_name="small",
        monorepo=str(WORKSPACE / "small"),
        monorepo_head="b" * 40,
        changes={"create": 2},
        changed=True,
        repositories=(moved,),
        seconds=1.5,
        git_settings=WORKSPACE / "git" / "dev",
    )


def test_a_picture_holds_what_is_printed_without_paths_of_this_machine(tmp_path: Path) -> None:
    summary = summary_of("dev")
    draw_summary(summary, tmp_path / "picture.svg")
    lines = text_of(tmp_path / "picture.svg")
    assert "2 created. small at bbbbbbbbbbbb, stack dev, 1.5 s." in lines
    assert "git clone -c include.path=~/multirepo/.multirepo/git/dev http://127.0.0.1:1/x" in lines
    assert str(PROJECT) not in (tmp_path / "picture.svg").read_text()


def test_the_next_steps_work_as_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(rehearsal_summary, "SOURCE_FILE", Path("/home/a b/environment.sh"))
    rehearsal_summary.print_summary(summary_of("rehearsal-small-1"))
    printed = capsys.readouterr().out
    assert (
        "source '/home/a b/environment.sh' && pulumi preview   # or: ./multirepo shell --stack rehearsal-small-1\n"
        in printed
    )
    rehearsal_summary.print_summary(summary_of("dev"))
    assert "or: ./multirepo shell\n" in capsys.readouterr().out


def test_the_picture_of_the_documentation_has_the_repositories_and_figures_of_the_sample(tmp_path: Path) -> None:
    plan = read_plan(PROJECT / "migration.yaml")
    selections = selections_of(desired_state(plan, {wave.name: Stage.MOVING for wave in plan.waves}))
    make_sample_monorepo(tmp_path / "sample")
    split = split_monorepo(tmp_path / "sample", "refs/heads/main", selections, tmp_path / "split")
    rows = {line.split()[0]: line.split()[1:-1] for line in text_of(PICTURE) if len(line.split()) == 7}
    rows.pop("repository", None)
    figures = {
        name: [f"{count:,}" for count in (made.commits, made.merges, len(made.tags), made.authors, made.files)]
        for name, made in split.histories.items()
    }
    empty = {repository.name: ["–"] * 5 for repository in plan.repositories}
    assert rows == {**empty, **figures}, RENEW


def test_the_picture_of_the_documentation_has_the_sentences_of_today() -> None:
    lines = text_of(PICTURE)
    for sentence in ("$ ./multirepo rehearse", "Look at them", "Next"):
        assert sentence in lines, RENEW
    assert "./multirepo sandbox status   # where the sandbox listens, and its request log" in lines, RENEW
    assert any(line.endswith("and rehearse again: only that is synced") for line in lines), RENEW

"""The six weeks of the sample's migration, played: waves move, people work on both sides, and nothing is lost."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import typer
import yaml

from command_line.pulumi_cli import up as pulumi
from command_line.pulumi_cli.deployment import Deployment
from command_line.pulumi_cli.environment import STATE
from command_line.rehearsal.simulated_people import PeopleAtWork, WrittenLine
from command_line.stack.sandbox_stack import PreparedStack, prepare_stack
from command_line.stack.stack import DEV, Stack
from command_line.terminal.console import Steps
from command_line.terminal.failures import UpFailedError, WeeksError
from components.github.github_client import github_client
from components.stack.settings import SANDBOX_RECORD, WORKSPACE
from migration.delivery.conflicts import RESOLUTION_BRANCH
from migration.plan import Plan, Repository, Wave, read_plan
from sandbox.daemon import process
from sandbox.daemon.administration import delete_tenant
from sandbox.sample_monorepo.making import make_sample_monorepo

ROLLBACK_WEEK = 4
CONFLICT_FILE = "notes/title.md"
"""One that no transform of the plan writes."""
CONFLICT_WEEK = 3


@dataclass
class Weeks:
    """One play on a stack of its own. sentences: the account, line by line."""

    stack: Stack
    plan: Plan
    place: PreparedStack
    people: PeopleAtWork
    progress: Steps
    sentences: list[str] = field(default_factory=list)

    def record(self, sentence: str) -> None:
        """One more sentence of the account."""
        self.sentences.append(sentence)

    def url(self, repository: str) -> str:
        """Where it is cloned from."""
        return self.stack.settings().github.clone_url(self.stack.owner, repository)

    def of(self, wave: str) -> list[Repository]:
        """The repositories of a wave that take code."""
        return [repository for repository in self.plan.repositories if repository.wave == wave and repository.moves]

    def set_stage(self, wave: str, stage: str) -> None:
        """In the stack's file, as a person does."""
        self.set(f"multirepo:waves.{wave}", stage)

    def set(self, key: str, value: str) -> None:
        """One setting."""
        pulumi.run(["config", "set", "--stack", self.stack.name, "--path", key, value], self.place.environment)

    def up(self, why: str) -> Deployment:
        """`pulumi up`, and a sentence on what it did."""
        started = time.monotonic()
        with self.progress.step(why) as step:
            done = pulumi.up(self.stack.name, self.place.environment, step.say, ())
        counts = ", ".join(f"{number} {kind}" for kind, number in sorted(done.changes.items()) if kind != "same")
        self.record(f"  pulumi up ({why}): {counts or 'nothing to do'}; {time.monotonic() - started:.0f} s")
        return done

    def week(self, number: int, wave: Wave, before: Wave | None) -> None:
        """The wave before is cut over and this one moves, in one run; then people work on both sides."""
        self.record(f"Week {number}: {wave.name}. {wave.description}")
        if before:
            self.set_stage(before.name, "cutover")
        self.set_stage(wave.name, "moving")
        cut = f"cut over {before.name}, " if before else ""
        self.up(f"{cut}move {wave.name}")
        self.work(number, wave.name)
        if number == CONFLICT_WEEK:
            self.conflict(self.of(wave.name)[0])
        elif self.of(wave.name):
            self.up("sync what people committed")
        else:
            self.record("  Nothing to sync: these repositories were created empty, and people work in them.")
        if number == 2:
            self.pause()

    def work(self, number: int, wave: str) -> None:
        """A commit to the monorepo, and one to the new repository, for each repository of the wave."""
        for repository in (each for each in self.plan.repositories if each.wave == wave):
            if repository.moves:
                path = f"{repository.moves[0].source}/notes/week-{number}.md"
                self.people.write(
                    self.url(self.plan.monorepo.name),
                    self.plan.monorepo.name,
                    path,
                    f"week {number}, {repository.name}",
                )
            self.people.write(self.url(repository.name), repository.name, f"notes/new-{number}.md", f"week {number}")
        self.record(f"  People committed: {len(self.people.lines)} lines in all, on both sides.")

    def conflict(self, repository: Repository) -> None:
        """Both sides change one line; the pull request that comes of it is resolved and merged."""
        folder, monorepo = repository.moves[0].source, self.plan.monorepo.name
        self.people.commit(
            self.url(monorepo), monorepo, "Ravi Patel", "Say it so", {f"{folder}/{CONFLICT_FILE}": "Ravi's title\n"}
        )
        self.people.commit(
            self.url(repository.name), repository.name, "Ana Souza", "No, so", {CONFLICT_FILE: "Ana's title\n"}
        )
        try:
            self.up("sync a conflict")
            raise WeeksError(f"{repository.name}: both sides changed one line, and pulumi up said nothing of it.")
        except UpFailedError as error:
            message = next(line for line in str(error).splitlines() if "same lines" in line)
            self.record(f"  pulumi up did everything else and ended with: {message.strip()}")
        clone = self.people.clone(self.url(repository.name), repository.name)
        self.people.git(clone, "checkout", "--quiet", "-B", RESOLUTION_BRANCH, f"origin/{RESOLUTION_BRANCH}")
        default = f"origin/{repository.default_branch}"
        self.people.git(
            clone, "merge", "--quiet", "--strategy-option=theirs", "--message", "Keep Ana's decision", default
        )
        self.people.git(clone, "push", "--quiet", "origin", f"HEAD:{RESOLUTION_BRANCH}")
        path = f"repos/{self.stack.owner}/{repository.name}/"
        with github_client(self.stack.settings(), path, self.place.token) as client:
            (pull,) = client.get("pulls").raise_for_status().json()
            client.put(f"pulls/{pull['number']}/merge", json={"merge_method": "merge"}).raise_for_status()
        self.record(f"  Ana resolved it in pull request #{pull['number']} and merged that.")
        self.up("go on after the conflict")

    def pause(self) -> None:
        """Every state is a stable one."""
        with self.progress.step("a pause"):
            arguments = ["preview", "--stack", self.stack.name, "--expect-no-changes", "--non-interactive"]
            pulumi.run(arguments, self.place.environment)
        self.record("  A pause: days later, pulumi preview has nothing to change.")

    def archive(self, last: Wave) -> None:
        """The last cutover, and the monorepo's end."""
        self.set_stage(last.name, "cutover")
        self.set("multirepo:archive", "true")
        self.up(f"cut over {last.name}, archive the monorepo")
        with self.progress.step("once more"):
            again = pulumi.up(self.stack.name, self.place.environment, lambda _: None, ())
        if again.changed:
            raise WeeksError(f"A second pulumi up changed something: {again.changes}.")
        self.record("  A second pulumi up changed nothing.")

    def rollback(self) -> None:
        """Every wave back, and then started again."""
        begun = [wave for wave, stage in self.stack.settings().stages.items() if stage != "planned"]
        for wave in begun:
            self.set_stage(wave, "rolled_back")
        self.up(f"roll back {', '.join(begun)}")
        self.demand(
            [(line, self.plan.monorepo.name, self.old_path(line)) for line in self.people.lines if self.old_path(line)]
        )
        self.record("  Every line is in the monorepo, under the old paths, with its author.")
        for wave in begun:
            self.set_stage(wave, "moving")
        self.up("start again")

    def old_path(self, line: WrittenLine) -> str:
        """Where a line belongs in the monorepo; "" for a repository that was created empty."""
        if line.repository == self.plan.monorepo.name:
            return line.path
        (repository,) = (each for each in self.plan.repositories if each.name == line.repository)
        return f"{repository.moves[0].source}/{line.path}" if repository.moves else ""

    def new_place(self, line: WrittenLine) -> tuple[str, str]:
        """The repository where a line belongs in the end, and its path there."""
        for repository in self.plan.repositories:
            for move in repository.moves:
                if line.repository == self.plan.monorepo.name and line.path.startswith(f"{move.source}/"):
                    return repository.name, line.path.removeprefix(f"{move.source}/")
        return line.repository, line.path

    def demand(self, places: list[tuple[WrittenLine, str, str]]) -> None:
        """Every line is where it belongs, or WeeksError."""
        with self.progress.step("look for every line"):
            lost = [
                f"{line.text} ({where}: {path})"
                for line, where, path in places
                if not self.people.found(line, self.url(where), where, path)
            ]
        if lost:
            raise WeeksError("\n".join(["These lines of people are lost:", *lost]))

    def demand_all(self) -> None:
        """Every line is in the repository where it belongs."""
        self.demand([(line, *self.new_place(line)) for line in self.people.lines])
        self.record(
            f"All {len(self.people.lines)} lines that people wrote are in the right repository, with their authors."
        )


def play_weeks(progress: Steps) -> Iterator[str]:
    """Both plays: to the archive, and with a rollback in week four. Yields the account. Raises WeeksError."""
    for name, rolled_back in (("weeks", False), ("weeks-rollback", True)):
        with _stage(name, progress) as weeks:
            before = None
            for number, wave in enumerate(weeks.plan.waves, start=1):
                weeks.week(wave.week or number, wave, before)
                before = wave
                if rolled_back and number == ROLLBACK_WEEK:
                    weeks.rollback()
                    break
            else:
                assert before
                weeks.archive(before)
            weeks.demand_all()
            yield f"{'With a rollback in week four' if rolled_back else 'Six weeks, to the archive'}:"
            yield from weeks.sentences


@contextmanager
def _stage(name: str, progress: Steps) -> Iterator[Weeks]:
    """A new tenant, stack and sample monorepo on GitHub."""
    stack, folder = Stack(f"rehearsal-{name}"), WORKSPACE / name
    delete_tenant(process.start(SANDBOX_RECORD.parent), stack.name)
    shutil.rmtree(folder, ignore_errors=True)
    for history in (WORKSPACE / "history").glob(f"maestro-platform-{stack.name}*"):
        shutil.rmtree(history)
    (STATE / ".pulumi" / "stacks" / "multirepo" / f"{stack.name}.json").unlink(missing_ok=True)
    dev = Stack(DEV)
    plan = read_plan(dev.plan_file)
    settings: dict[str, object] = {
        "multirepo:github": f"sandbox/{stack.name}",
        "multirepo:owner": dev.owner,
        "multirepo:monorepo": f"sandbox/{stack.name}/{dev.owner}/{plan.monorepo.name}.git",
        "multirepo:plan": str(dev.plan_file),
        "multirepo:registry": {"kind": "devpi", "server": "sandbox", "index": f"{dev.owner}/{stack.name}"},
    }
    stack.file.write_text(yaml.safe_dump({"config": settings}, sort_keys=False))
    place = prepare_stack(stack, progress)
    pulumi.ensure_stack(stack.name, place.environment, STATE)
    people = PeopleAtWork(folder, place.git_settings)
    weeks = Weeks(stack=stack, plan=plan, place=place, people=people, progress=progress)
    _publish_sample(weeks, folder / "sample")
    yield weeks


def _publish_sample(weeks: Weeks, folder: Path) -> None:
    make_sample_monorepo(folder)
    body = {"name": weeks.plan.monorepo.name, "private": True}
    with github_client(weeks.stack.settings(), token=weeks.place.token) as client:
        client.post(f"orgs/{weeks.stack.owner}/repos", json=body).raise_for_status()
    weeks.people.git(folder, "push", "--quiet", "--mirror", weeks.url(weeks.plan.monorepo.name))


def print_account(lines: Iterator[str]) -> None:
    """Print it as it comes."""
    for line in lines:
        typer.echo(line)

"""All commands: when each is used, an example, and what exit status 1 means for it."""

from dataclasses import dataclass

from components.stack.exit_codes import MEANINGS, ExitCode


@dataclass(frozen=True, kw_only=True)
class CommandEntry:
    """One command. check_failed: what status 1 means, "" where there is no such status. statuses: any further ones."""

    group: str
    example: str
    check_failed: str = ""
    statuses: tuple[ExitCode, ...] = ()

    @property
    def epilog(self) -> str:
        """The end of its help: the example, and each exit status."""
        texts = {
            ExitCode.OK: MEANINGS[ExitCode.OK].text,
            ExitCode.CHECK_FAILED: self.check_failed,
            ExitCode.INPUT: "invalid plan, setting or argument",
            ExitCode.OUTSIDE: "GitHub, Git, the network, the disk or the engine failed",
            **{status: MEANINGS[status].text.replace("`", "") for status in self.statuses},
            ExitCode.FAULT: "bug in multirepo",
        }
        listed = "; ".join(f"{int(status)} {text}" for status, text in texts.items() if text)
        return f"Example: ./multirepo {self.example}\n\nExit codes: {listed}."


COMMANDS: dict[str, CommandEntry] = {
    "init": CommandEntry(group="Plan", example="init ~/acme-migration --monorepo ~/acme"),
    "discover": CommandEntry(group="Plan", example="discover --monorepo ~/acme --plan acme.yaml"),
    "prove": CommandEntry(
        group="Plan", example="prove --monorepo ~/acme --plan acme.yaml", check_failed="a commit differs"
    ),
    "preflight": CommandEntry(group="Plan", example="preflight --stack prod", check_failed="a finding blocks the push"),
    "preview-transforms": CommandEntry(group="Plan", example="preview-transforms maestro-hive"),
    "rehearse": CommandEntry(
        group="Rehearse",
        example="rehearse --monorepo ~/acme --plan acme.yaml",
        check_failed="preflight, a policy or a check failed",
    ),
    "verify": CommandEntry(
        group="Rehearse", example="verify --junit checks.xml", check_failed="a check failed or was skipped"
    ),
    "report": CommandEntry(group="Rehearse", example="report"),
    "sandbox": CommandEntry(group="Rehearse", example="sandbox status", check_failed="status: it does not run"),
    "shell": CommandEntry(group="Migrate", example="shell --stack prod pulumi preview"),
    "status": CommandEntry(group="Migrate", example="status --stack prod"),
    "carry": CommandEntry(group="Migrate", example="carry feature/login --stack prod"),
    "rollback": CommandEntry(
        group="Migrate", example="rollback --stack prod --dry-run", check_failed="a policy failed"
    ),
    "drift": CommandEntry(group="Operate", example="drift --stack prod --json", statuses=(ExitCode.DRIFT,)),
    "where": CommandEntry(group="Operate", example="where 3f2a91c"),
    "rotate": CommandEntry(
        group="Operate", example="rotate --stack prod --dry-run", check_failed="a token has a wrong effect"
    ),
    "doctor": CommandEntry(group="Operate", example="doctor ~/maestro-hive", check_failed="a problem was found"),
    "test": CommandEntry(group="Develop", example="test tests/migration -q", check_failed="a test failed"),
}
"""In the order of the help. Each is a function of its name in the module of its name."""

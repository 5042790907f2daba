"""Which exit status a failure has, and what is printed of it."""

import errno

import httpx
import pytest

from command_line.terminal.failures import CommandError, describe_failure, exit_code_of
from components.github.github_client import GitHubUnreachableError
from components.stack.exit_codes import ExitCode
from components.stack.settings import Settings, SettingsError
from migration.errors import SplitError
from tests.conftest import PROJECT


def full_disk() -> OSError:
    return OSError(errno.ENOSPC, "No space left on device", "/tmp/split")


def split_on_a_full_disk() -> SplitError:
    try:
        raise SplitError("The split cannot be written.") from full_disk()  # noqa: TRY301
    except SplitError as error:
        return error


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (CommandError("x"), ExitCode.INPUT),
        (SettingsError("x"), ExitCode.INPUT),
        (SplitError("x"), ExitCode.INPUT),
        (GitHubUnreachableError("x"), ExitCode.OUTSIDE),
        (httpx.ConnectError("x"), ExitCode.OUTSIDE),
        (full_disk(), ExitCode.OUTSIDE),
        (split_on_a_full_disk(), ExitCode.OUTSIDE),
        (FileNotFoundError(errno.ENOENT, "x"), ExitCode.FAULT),
        (KeyError("x"), ExitCode.FAULT),
    ],
)
def test_a_failure_has_the_status_of_who_must_act(failure: Exception, code: ExitCode) -> None:
    assert exit_code_of(failure) is code


def test_a_full_disk_is_described_with_the_file_and_the_fix() -> None:
    assert describe_failure(split_on_a_full_disk()) == (
        "/tmp/split: No space left on device. Completed work is kept. "
        "Free disk space or fix permissions, and run again."
    )


@pytest.mark.parametrize(
    ("status", "headers", "text"),
    [
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"}, "The rate limit of the token"),
        (429, {"Retry-After": "7"}, "Run again in 7 s"),
        (403, {}, "rejected the token in GITHUB_TOKEN (403: Must have admin rights)"),
        (500, {}, "Cannot query the repositories of acme"),
    ],
)
def test_a_used_up_limit_is_not_called_a_rejected_token(status: int, headers: dict[str, str], text: str) -> None:
    settings = Settings(owner="acme", server="https://github.com", monorepo="m", plan_file=PROJECT, stages={})
    request = httpx.Request("GET", "https://api.github.com/x")
    answer = httpx.Response(status, headers=headers, json={"message": "Must have admin rights"}, request=request)
    error = httpx.HTTPStatusError("x", request=request, response=answer)
    assert text in str(GitHubUnreachableError.of(error, settings))

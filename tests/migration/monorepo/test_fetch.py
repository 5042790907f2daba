"""What is taken for the address of a monorepo."""

import pytest

from migration.errors import SplitError
from migration.monorepo.fetch import is_address, validate_monorepo


@pytest.mark.parametrize(
    ("monorepo", "problem"),
    [
        ("", "is an empty text; a variable may be unset"),
        (" ", "is an empty text"),
        ("-x@git.example:p", "starts with '-'"),
        ("--upload-pack=touch /tmp/x", "starts with '-'"),
        ("ext::sh -c touch", None),
        ("s3://bucket/p", "has the scheme 's3'. Give a path, or https, ssh, git or file"),
        ("HTTPS://git.example/p", "has the scheme 'HTTPS'"),
    ],
)
def test_what_git_must_not_be_given_is_rejected(monorepo: str, problem: str | None) -> None:
    assert not is_address(monorepo)
    if problem is None:  # a folder of this name: git is never asked
        validate_monorepo(monorepo)
        return
    with pytest.raises(SplitError, match=problem.replace(".", r"\.")):
        validate_monorepo(monorepo)

"""Secrets, which are nowhere in plain text: not in the stack's settings, not in what the stack writes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pulumi_policy import (
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from policies.approved import Approved

# Types whose `value` Pulumi encrypts by itself, and providers, which get their token from the environment.
SECRET_TYPES = re.compile(r"github:index/\w*[sS]ecret:\w+|pulumi:providers:.+|aws:secretsmanager/secretVersion:.+")

# Credentials that their issuers made recognizable: GitHub, AWS, PyPI, npm, Slack, private keys.
CREDENTIAL = re.compile(
    r"\b(gh[a-z]_[A-Za-z0-9]{36}|github_pat_\w{40,}|AKIA[A-Z0-9]{16}|pypi-AgE[\w-]{50,}|npm_[A-Za-z0-9]{36}|xox[a-z]-\S{20,})"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)


def check_properties(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
    """A property that is not a secret is readable in Pulumi's state, in previews and on GitHub."""
    if SECRET_TYPES.fullmatch(args.resource_type):
        return
    for path, text in texts(args.props):
        if CREDENTIAL.search(text):
            report_violation(
                f"{args.name} holds a credential in {path}. Revoke it, name its successor under `secrets` in the plan, "
                "and run: pulumi config set --secret --path 'multirepo:secrets.NAME'",
                None,
            )


def check_settings(args: StackValidationArgs, report_violation: ReportViolation) -> None:
    """`pulumi config set` without --secret writes a value into a file that is committed."""
    if not args.resources:
        return
    urn = args.resources[0].urn
    settings = Approved.of(urn).settings
    secrets = settings.get("multirepo:secrets", {})
    plain = (
        [] if _is_encrypted(secrets) else [f"secrets.{name}" for name in secrets if not _is_encrypted(secrets[name])]
    )
    for key in plain:
        report_violation(
            f"multirepo:{key} is in plain text in the stack's file. Replace the value where it came from, and run: "
            f"pulumi config set --secret --path 'multirepo:{key}'",
            None,
        )


def _is_encrypted(value: object) -> bool:
    return isinstance(value, Mapping) and list(value) == ["secure"]


def texts(props: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in the properties, with its path; what is not known yet is left out."""
    if isinstance(props, str):
        yield path, props
        return
    keys = list(props) if isinstance(props, Mapping) else range(len(props)) if isinstance(props, Sequence) else ()
    for key in keys:
        with suppress(UnknownValueError):
            yield from texts(props[key], f"{path}.{key}".lstrip("."))


no_plain_secret = ResourceValidationPolicy(
    name="no-plain-secret",
    description="No credential is in plain text in what the stack writes.",
    validate=check_properties,
)

no_plain_secret_in_settings = StackValidationPolicy(
    name="no-plain-secret-in-settings",
    description="The stack's secrets are encrypted.",
    validate=check_settings,
)

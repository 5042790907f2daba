"""Workflows that the stack writes run only actions whose code cannot change under them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from pulumi_policy import ReportViolation, ResourceValidationArgs, ResourceValidationPolicy

MANAGED_FILES = "pulumi-python:dynamic/managed_files:ManagedFiles"
REPOSITORY_FILE = "github:index/repositoryFile:RepositoryFile"

WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml|(.+/)?action\.ya?ml")

# A full commit id, an image by its digest, or an action of the same repository, which comes with the same commit.
# https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}|docker://.+@sha256:[0-9a-f]{64}|\./.*")


def check_pins(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
    """The owner of an action can move a tag such as v4 to other code."""
    for path, content in _files(args):
        if not WORKFLOW.fullmatch(path):
            continue
        for used in dict.fromkeys(_used(yaml.load(content, yaml.CSafeLoader))):
            if not PINNED.fullmatch(used):
                report_violation(
                    f"{args.name}: {path} uses {used}. Pin it by the full id of its commit, with the version in a "
                    "comment (migration/desired_state/actions.py).",
                    None,
                )


def _files(args: ResourceValidationArgs) -> Iterator[tuple[str, str]]:
    """Path and content of the files that the resource writes."""
    if args.resource_type == MANAGED_FILES:
        for path in args.props["files"]:
            yield path, args.props["files"][path]
    elif args.resource_type == REPOSITORY_FILE:
        yield args.props["file"], args.props["content"]


def _used(workflow: Any) -> Iterator[str]:
    """Every value of a key `uses`, of steps and of called workflows, in the order of the file."""
    if isinstance(workflow, Mapping):
        for key, value in workflow.items():
            if key == "uses" and isinstance(value, str):
                yield value
            else:
                yield from _used(value)
    elif isinstance(workflow, list):
        for value in workflow:
            yield from _used(value)


actions_pinned = ResourceValidationPolicy(
    name="actions-pinned",
    description="Every action in a managed workflow is pinned by the full id of its commit.",
    validate=check_pins,
)

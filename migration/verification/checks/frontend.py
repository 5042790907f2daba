"""The page: its backend is a setting and nothing else."""

import re
from collections.abc import Iterator
from functools import partial

from migration.plan import Repository
from migration.verification.checks.integration import api_variable
from migration.verification.checks.standalone_repositories import texts_of, title_of
from migration.verification.harness.check import BrokenError, Check, Evidence
from migration.verification.harness.commands import clean_environment, run
from migration.verification.harness.context import VerificationContext
from migration.verification.harness.node import node_modules

MARKER = "http://backend.test:4711"
_ADDRESS = re.compile(r"(?:https?|wss?)://[\w.-]+(?::\d+)?")
# What React, SVG and XML name by an address without ever asking it.
_NAMES = ("http://www.w3.org", "https://react.dev", "https://reactjs.org", "http://json-schema.org")


def checks(context: VerificationContext) -> Iterator[Check]:
    """The line about each web application of the plan that calls an API."""
    for repository in context.plan.repositories:
        if repository.kind == "vite-application" and repository.contract:
            yield Check(
                name=f"{repository.name}.backend-address",
                part=title_of(repository),
                line="Can configure backend URL via env var",
                run=partial(_address_is_a_setting, context, repository),
            )


def _address_is_a_setting(context: VerificationContext, repository: Repository, evidence: Evidence) -> None:
    """Built with an address, the page holds that one and no other; its sources hold none."""
    variable = api_variable(context, repository.name, evidence)
    remedy = f"Take the address from {variable} alone."
    files = texts_of(context.clone(repository.name, evidence))
    sources = {path: text for path, text in files.items() if path.startswith("src/") and ".test." not in path}
    fixed = [
        f"{path}: {address}"
        for path, text in sources.items()
        for address in _ADDRESS.findall(text)
        if not address.startswith(_NAMES)
    ]
    if fixed:
        raise BrokenError(f"The sources contain an address: {', '.join(fixed)}.", remedy)
    clone = node_modules(context, repository.name, evidence)
    built = context.folder / "stack" / f"{repository.name}-address"
    command = ["npx", "vite", "build", "--logLevel", "warn", "--outDir", built, "--emptyOutDir"]
    run(evidence, command, clone, remedy, clean_environment(**{variable: MARKER}))
    scripts = "".join(path.read_text() for path in built.rglob("*.js"))
    if MARKER not in scripts:
        raise BrokenError(f"The page that was built with {variable}={MARKER} does not hold it.", remedy)
    if others := {each for each in _ADDRESS.findall(scripts) if not each.startswith((*_NAMES, MARKER))}:
        raise BrokenError(f"The built page contains {', '.join(sorted(others))}.", remedy)
    evidence.saw.append(f"built with {variable}={MARKER}, the page has that address and no other")

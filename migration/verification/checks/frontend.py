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
# A file that the page loads, and that an operator replaces without a build.
_AT_RUN_TIME = re.compile(r"public/(?:.*/)?(?:runtime[-_.]?)?(?:config|env|settings)[\w.-]*\.(?:js|json)")
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
    files = texts_of(context.clone(repository.name, evidence))
    settings = [path for path in files if _AT_RUN_TIME.fullmatch(path)]
    named = repository.contract is not None and repository.contract.address_variable
    variable = "" if settings and not named else api_variable(context, repository.name, evidence)
    remedy = f"Take the address from {variable or settings[0]} alone."
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
    run(evidence, command, clone, remedy, clean_environment(**({variable: MARKER} if variable else {})))
    served = {path.removeprefix("public/") for path in settings}
    outputs = {path.relative_to(built).as_posix(): path for path in built.rglob("*.js")}
    scripts = "".join(path.read_text() for name, path in outputs.items() if name not in served)
    if absent := [name for name in sorted(served) if not variable and not (built / name).exists()]:
        raise BrokenError(f"The built page has no {', '.join(absent)}.", remedy)
    if variable and MARKER not in scripts:
        raise BrokenError(f"The page that was built with {variable}={MARKER} does not hold it.", remedy)
    if others := {each for each in _ADDRESS.findall(scripts) if not each.startswith((*_NAMES, MARKER))}:
        raise BrokenError(f"The built page contains {', '.join(sorted(others))}.", remedy)
    evidence.saw.append(
        f"built with {variable}={MARKER}, the page has that address and no other"
        if variable
        else f"the page has no address but that of {', '.join(settings)}, which is read at run time"
    )

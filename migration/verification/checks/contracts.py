"""The API contract: generated from the code, valid, kept by what runs, and the same on both sides."""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import yaml

from migration.desired_state.pipelines import VERSIONS
from migration.plan import Contract, Repository
from migration.verification.checks.standalone_repositories import title_of
from migration.verification.compose.running import stack
from migration.verification.harness.check import BrokenError, Check, Evidence, SkippedError
from migration.verification.harness.commands import clean_environment, run
from migration.verification.harness.context import VerificationContext
from migration.verification.harness.python_environments import python_environment, tool

OPENAPI_GENERATOR = "7.26.0"
SCHEMATHESIS = "4.32.5"


def checks(context: VerificationContext) -> Iterator[Check]:
    """The lines about each repository that serves or calls an API."""
    for repository in context.plan.repositories:
        contract = repository.contract
        if contract is None:
            continue
        lines = {}
        if contract.generated_by:
            lines["spec"] = ("OpenAPI spec generated, and valid for two validators", _check_generated)
            lines["kept"] = ("The running service keeps its contract", _check_requests)
        if contract.types:
            lines["documented"] = ("Documents API contract expectations", _check_documented)
            lines["types"] = ("Its types are those of the service's contract", _types)
        for name, (line, run_line) in lines.items():
            yield Check(
                name=f"{repository.name}.contract-{name}",
                part=title_of(repository),
                line=line,
                run=partial(run_line, context, repository, contract),
            )


def _check_generated(
    context: VerificationContext, repository: Repository, contract: Contract, evidence: Evidence
) -> None:
    assert contract.generated_by is not None
    programs = python_environment(context, repository.name, ".", evidence)
    clone = context.copy(repository.name, "contract", evidence)
    remedy = f"Run {contract.generated_by} in a clone of {repository.name} and commit {contract.file}."
    if not (clone / contract.file).exists():
        raise BrokenError(f"{repository.name} has no {contract.file}.", remedy)
    committed = (clone / contract.file).read_bytes()
    environment = clean_environment(PYTHONPATH=str(clone))
    run(evidence, [programs / "python", contract.generated_by], clone, remedy, environment)
    if (clone / contract.file).read_bytes() != committed:
        raise BrokenError(f"{contract.file} says something else than the code.", remedy)
    validate(context, clone / contract.file, evidence)
    evidence.saw.append(f"{contract.file} is what the code says")


def validate(context: VerificationContext, file: Path, evidence: Evidence) -> None:
    """Two validators that share no code."""
    remedy = f"Fix {file.name}: both validators name the place."
    version = VERSIONS["openapi_spec_validator"]
    run(
        evidence,
        [*tool(context, "openapi-spec-validator", version, "openapi-spec-validator"), file.name],
        file.parent,
        remedy,
    )
    generator = tool(context, "openapi-generator-cli", OPENAPI_GENERATOR, "openapi-generator-cli")
    quick = clean_environment(JAVA_TOOL_OPTIONS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")  # it runs for one second
    run(evidence, [*generator, "validate", "-i", file.name], file.parent, remedy, quick)


def _check_requests(
    context: VerificationContext, repository: Repository, contract: Contract, evidence: Evidence
) -> None:
    """Schemathesis makes requests of the contract and holds every answer against it."""
    address = stack(context, evidence).addresses.get(repository.name)
    if address is None:
        raise SkippedError(f"{repository.name} is not a service of the stack.", "Add it to the compose file.")
    keeps_contract(context, address, context.clone(repository.name, evidence) / contract.file, evidence)


def keeps_contract(context: VerificationContext, address: str, contract: Path, evidence: Evidence) -> None:
    """What answers at the address does what the contract says, whatever it is asked."""
    remedy = f"Make the service do what {contract.name} says, or say in it what it does."
    command = tool(context, "schemathesis", SCHEMATHESIS, "schemathesis", "run", str(contract), "--url", address)
    # Starlette's routes know their own method alone, so its 405 does not list the others of the path.
    options = ["--exclude-checks", "allow_header_conformance", "--max-examples", "20", "--seed", "1", "--no-color"]
    output = run(evidence, [*command, *options], context.temporary("schemathesis-"), remedy)
    counted = [line.strip() for line in output.splitlines() if "generated" in line]
    evidence.saw.append(f"{counted[-1] if counted else 'requests'}: no violation")


def _check_documented(
    context: VerificationContext, repository: Repository, contract: Contract, evidence: Evidence
) -> None:
    """The contract is there and valid, and a page for people names every path of it."""
    clone = context.clone(repository.name, evidence)
    file = clone / contract.file
    if not file.exists():
        raise BrokenError(f"{repository.name} has no {contract.file}.", "Add the contract that it expects.")
    pages = " ".join(page.read_text() for page in clone.glob("*.md"))
    plain = re.sub(r"[{:](\w+)\}?", "*", pages)
    absent = [
        path
        for path in yaml.safe_load(file.read_text())["paths"]
        if re.sub(r"\{\w+\}", "*", path) not in plain and "health" not in path
    ]
    if absent:
        raise BrokenError(
            f"No page of {repository.name} names {', '.join(absent)}.", "Write what it expects of a backend."
        )
    validate(context, file, evidence)
    evidence.saw.append(f"{contract.file} and a page for people")


def _types(context: VerificationContext, repository: Repository, contract: Contract, evidence: Evidence) -> None:
    """Generated from the contract of the repository that serves the API, not from the copy beside the types."""
    assert contract.types is not None
    served = next(
        (
            repository
            for repository in context.plan.repositories
            if repository.contract and repository.contract.generated_by
        ),
        None,
    )
    if served is None or served.contract is None:
        raise SkippedError("No repository of the plan serves the API.", "Nothing to compare with.")
    source = context.clone(served.name, evidence) / served.contract.file
    clone = context.clone(repository.name, evidence)
    written = context.temporary("types-") / "types.ts"
    remedy = f"Take {served.contract.file} of {served.name} over and generate {contract.types} again."
    command = ["npx", "--yes", f"openapi-typescript@{VERSIONS['openapi_typescript']}", source, "--output", written]
    run(evidence, command, clone, remedy)
    if written.read_text() != (clone / contract.types).read_text():
        raise BrokenError(f"{contract.types} is not what {served.name}'s contract gives.", remedy)
    document = json.loads(source.read_text())
    evidence.saw.append(f"{contract.types}: {len(document['components']['schemas'])} schemas, the same on both sides")

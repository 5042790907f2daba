"""The documentation: a README in each repository, and a site that is built in strict mode."""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from migration.desired_state.pipelines import VERSIONS
from migration.plan import Repository
from migration.verification.harness.check import BrokenError, Check, Evidence
from migration.verification.harness.commands import run
from migration.verification.harness.context import VerificationContext
from migration.verification.harness.python_environments import tool

PART = "Documentation"
SHORTEST_README = 200  # characters; below that it says nothing about how to use it
_LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)")


def checks(context: VerificationContext) -> Iterator[Check]:
    """The lines about READMEs and about the site, where the plan has one."""
    yield Check(name="documentation.readme", part=PART, line="Each repo has README", run=partial(_readmes, context))
    site = next((repository for repository in context.plan.repositories if repository.kind == "documentation"), None)
    if site is None:
        return
    serves = any(repository.contract and repository.contract.generated_by for repository in context.plan.repositories)
    lines = {
        "site": ("The site is built in strict mode, and all its links lead somewhere", _site),
        "contracts": ("API contracts documented", _contracts),
        "patterns": ("Integration patterns documented", _patterns),
        "migration": ("Migration guide available", _migration),
    }
    if not serves:
        del lines["contracts"]
    if not _to_integrate(context):
        del lines["patterns"]
    for name, (line, run_line) in lines.items():
        yield Check(name=f"documentation.{name}", part=PART, line=line, run=partial(run_line, context, site))


def _readmes(context: VerificationContext, evidence: Evidence) -> None:
    """Each stands alone: it says something, and its links lead to files of its own repository."""
    for repository in context.plan.repositories:
        clone = context.clone(repository.name, evidence)
        readme = clone / "README.md"
        if not readme.exists() or len(readme.read_text()) < SHORTEST_README:
            raise BrokenError(
                f"{repository.name} has no README that says how to use it.", "Write one in the repository."
            )
        if absent := dead_links(clone, readme):
            raise BrokenError(
                f"README.md of {repository.name} links {', '.join(absent)}, which is not there.", "Fix it."
            )
    evidence.saw.append(f"{len(context.plan.repositories)} READMEs, every link leads somewhere")


def dead_links(clone: Path, page: Path) -> list[str]:
    """Links of a page to files that are not in the clone."""
    return [link for link in _LINK.findall(page.read_text()) if not (page.parent / link).exists()]


def _site(context: VerificationContext, site: Repository, evidence: Evidence) -> None:
    clone = context.clone(site.name, evidence)
    remedy = f"Build the site in a clone of {site.name} and fix what it warns of."
    target = context.folder / "site"
    # Not --quiet: what MkDocs does not print, it does not count either, and strict mode finds nothing.
    command = tool(context, "mkdocs", VERSIONS["mkdocs"], "mkdocs", "build", "--strict", "--site-dir")
    run(evidence, [*command, str(target)], clone, remedy)
    evidence.saw.append(f"{len(list(target.rglob('*.html')))} pages")


def _pages(context: VerificationContext, site: Repository, evidence: Evidence) -> dict[str, str]:
    docs = context.clone(site.name, evidence) / "docs"
    return {path.relative_to(docs).as_posix(): path.read_text() for path in sorted(docs.rglob("*.md"))}


def _contracts(context: VerificationContext, site: Repository, evidence: Evidence) -> None:
    """A page names every operation of the contract as it is served."""
    served = next(
        (
            repository
            for repository in context.plan.repositories
            if repository.contract and repository.contract.generated_by
        ),
        None,
    )
    assert served is not None
    assert served.contract is not None
    contract = json.loads((context.clone(served.name, evidence) / served.contract.file).read_text())
    text = "\n".join(_pages(context, site, evidence).values())
    absent = [
        f"{method.upper()} {path}"
        for path, operations in contract["paths"].items()
        for method in operations
        if f"{method.upper()} {path}" not in text
    ]
    if absent:
        raise BrokenError(f"No page names {', '.join(absent)}.", f"Generate the API reference of {site.name} again.")
    evidence.saw.append(f"every operation of {served.name}'s contract has its place")


def _to_integrate(context: VerificationContext) -> list[str]:
    calling_or_serving = [repository.name for repository in context.plan.repositories if repository.contract]
    return [
        *calling_or_serving,
        *(repository.test_service for repository in context.plan.repositories if repository.test_service),
    ]


def _patterns(context: VerificationContext, site: Repository, evidence: Evidence) -> None:
    """A page about integration names the repositories that serve the API, call it, and test it."""
    pages = {path: text.lower() for path, text in _pages(context, site, evidence).items() if "integration" in path}
    text = "\n".join(pages.values())
    repositories = _to_integrate(context)
    absent = [name for name in repositories if name.replace("-", " ") not in text.replace("-", " ")]
    if not pages or absent:
        what = ", ".join(absent) or "anything"
        raise BrokenError(f"No page on integration names {what}.", "Write docs/integration.md.")
    evidence.saw.append(f"{', '.join(pages)}: {', '.join(repositories)}")


def _migration(context: VerificationContext, site: Repository, evidence: Evidence) -> None:
    """There is a guide, and every old path can be looked up."""
    pages = _pages(context, site, evidence)
    text = "\n".join(pages.values())
    moved = [name for repository in context.plan.repositories for move in repository.moves for name in move.names]
    absent = [name for name in moved if f"`{name}/`" not in text]
    if absent or not any("migration" in path for path in pages):
        raise BrokenError(f"Nothing says where {', '.join(absent) or 'code'} went.", f"Write it into {site.name}.")
    evidence.saw.append(f"a guide, and the new place of {len(moved)} old folders")

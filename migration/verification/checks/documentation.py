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
from migration.verification.harness.python_environments import tool
from migration.verification.harness.world import VerificationWorld

PART = "Documentation"
SHORTEST_README = 200  # characters; below that it says nothing about how to use it
_LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)")


def checks(world: VerificationWorld) -> Iterator[Check]:
    """The lines about READMEs and about the site, where the plan has one."""
    yield Check(name="documentation.readme", part=PART, line="Each repo has README", judge=partial(_readmes, world))
    site = next((one for one in world.plan.repositories if one.kind == "documentation"), None)
    if site is None:
        return
    serves = any(one.contract and one.contract.generated_by for one in world.plan.repositories)
    lines = {
        "site": ("The site is built in strict mode, and all its links lead somewhere", _site),
        "contracts": ("API contracts documented", _contracts),
        "patterns": ("Integration patterns documented", _patterns),
        "migration": ("Migration guide available", _migration),
    }
    if not serves:
        del lines["contracts"]
    if not _to_integrate(world):
        del lines["patterns"]
    for name, (line, judge) in lines.items():
        yield Check(name=f"documentation.{name}", part=PART, line=line, judge=partial(judge, world, site))


def _readmes(world: VerificationWorld, evidence: Evidence) -> None:
    """Each stands alone: it says something, and its links lead to files of its own repository."""
    for repository in world.plan.repositories:
        clone = world.clone(repository.name, evidence)
        readme = clone / "README.md"
        if not readme.exists() or len(readme.read_text()) < SHORTEST_README:
            raise BrokenError(
                f"{repository.name} has no README that says how to use it.", "Write one in the repository."
            )
        if absent := dead_links(clone, readme):
            raise BrokenError(
                f"README.md of {repository.name} links {', '.join(absent)}, which is not there.", "Mend it."
            )
    evidence.saw.append(f"{len(world.plan.repositories)} READMEs, every link leads somewhere")


def dead_links(clone: Path, page: Path) -> list[str]:
    """Links of a page to files that are not in the clone."""
    return [link for link in _LINK.findall(page.read_text()) if not (page.parent / link).exists()]


def _site(world: VerificationWorld, site: Repository, evidence: Evidence) -> None:
    clone = world.clone(site.name, evidence)
    remedy = f"Build the site in a clone of {site.name} and mend what it warns of."
    target = world.folder / "site"
    # Not --quiet: what MkDocs does not print, it does not count either, and strict mode finds nothing.
    command = tool(world, "mkdocs", VERSIONS["mkdocs"], "mkdocs", "build", "--strict", "--site-dir")
    run(evidence, [*command, str(target)], clone, remedy)
    evidence.saw.append(f"{len(list(target.rglob('*.html')))} pages")


def _pages(world: VerificationWorld, site: Repository, evidence: Evidence) -> dict[str, str]:
    docs = world.clone(site.name, evidence) / "docs"
    return {path.relative_to(docs).as_posix(): path.read_text() for path in sorted(docs.rglob("*.md"))}


def _contracts(world: VerificationWorld, site: Repository, evidence: Evidence) -> None:
    """A page names every operation of the contract as it is served."""
    served = next((one for one in world.plan.repositories if one.contract and one.contract.generated_by), None)
    assert served is not None
    assert served.contract is not None
    contract = json.loads((world.clone(served.name, evidence) / served.contract.file).read_text())
    text = "\n".join(_pages(world, site, evidence).values())
    absent = [
        f"{method.upper()} {path}"
        for path, operations in contract["paths"].items()
        for method in operations
        if f"{method.upper()} {path}" not in text
    ]
    if absent:
        raise BrokenError(f"No page names {', '.join(absent)}.", f"Generate the API reference of {site.name} anew.")
    evidence.saw.append(f"every operation of {served.name}'s contract has its place")


def _to_integrate(world: VerificationWorld) -> list[str]:
    calling_or_serving = [one.name for one in world.plan.repositories if one.contract]
    return [*calling_or_serving, *(one.test_service for one in world.plan.repositories if one.test_service)]


def _patterns(world: VerificationWorld, site: Repository, evidence: Evidence) -> None:
    """A page about integration names whoever serves the API, whoever calls it, and whoever tests it."""
    pages = {path: text.lower() for path, text in _pages(world, site, evidence).items() if "integration" in path}
    text = "\n".join(pages.values())
    wanted = _to_integrate(world)
    absent = [name for name in wanted if name.replace("-", " ") not in text.replace("-", " ")]
    if not pages or absent:
        what = ", ".join(absent) or "anything"
        raise BrokenError(f"No page on integration tells of {what}.", "Write docs/integration.md.")
    evidence.saw.append(f"{', '.join(pages)}: {', '.join(wanted)}")


def _migration(world: VerificationWorld, site: Repository, evidence: Evidence) -> None:
    """There is a guide, and every old path can be looked up."""
    pages = _pages(world, site, evidence)
    text = "\n".join(pages.values())
    moved = [name for one in world.plan.repositories for move in one.moves for name in (move.source, *move.earlier)]
    absent = [name for name in moved if f"`{name}/`" not in text]
    if absent or not any("migration" in path for path in pages):
        raise BrokenError(f"Nothing says where {', '.join(absent) or 'code'} went.", f"Write it into {site.name}.")
    evidence.saw.append(f"a guide, and the new place of {len(moved)} old folders")

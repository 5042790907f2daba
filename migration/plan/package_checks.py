"""Checks of packages: every dependency is in the plan, comes no later than its consumer, and never leads back."""

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NamedTuple

from migration.plan.model import Plan, Repository
from migration.plan.problems import Location, PlanFinding, did_you_mean
from migration.plan.values import quoted


class _Need(NamedTuple):
    """A package that a repository needs, for its own code (by is None) or for its package `by`."""

    repository: Repository
    by: str | None
    package: str
    location: Location


def check_packages(plan: Plan) -> Iterator[PlanFinding]:
    """Repeated and unknown packages, cycles, and packages that come after their consumers."""
    yield from _check_repeated(plan)
    homes = {package.name: repository for repository in plan.repositories for package in repository.packages}
    needs = list(_needs(plan))
    for need in needs:
        if need.package not in homes and "" not in homes and need.package:
            remedy = did_you_mean(need.package, homes, "The packages of this plan are:")
            yield PlanFinding(need.location, f"there is no package {quoted(need.package)}", remedy)
    known = [need for need in needs if need.package in homes]
    cycles = list(_check_cycles("package", {(need.by, need.package): need.location for need in known if need.by}))
    if not cycles:
        across = [need for need in known if homes[need.package] is not need.repository]
        edges = {(need.repository.name, homes[need.package].name): need.location for need in across}
        cycles = list(_check_cycles("repository", edges))
    yield from cycles
    yield from _check_wave_order(plan, homes, known)


def _check_repeated(plan: Plan) -> Iterator[PlanFinding]:
    publisher: dict[str, str] = {}
    for index, repository in enumerate(plan.repositories):
        paths: set[str] = set()
        for number, package in enumerate(repository.packages):
            location: Location = ("repositories", index, "packages", number)
            normal = re.sub(r"[-_.]+", "-", package.name).lower()  # PEP 503: one name for a registry
            if normal in publisher and normal:
                problem = f"the package {quoted(package.name)} is already published from {quoted(publisher[normal])}"
                yield PlanFinding((*location, "name"), problem, "Remove one, or rename it.")
            if package.path in paths and package.path:
                problem = f"{quoted(package.path)} is already the folder of another package"
                yield PlanFinding((*location, "path"), problem, "Give each package a folder of its own.")
            publisher.setdefault(normal, repository.name)
            paths.add(package.path)


def _needs(plan: Plan) -> Iterator[_Need]:
    for index, repository in enumerate(plan.repositories):
        for number, name in enumerate(repository.consumes):
            yield _Need(repository, None, name, ("repositories", index, "consumes", number))
        for place, package in enumerate(repository.packages):
            for number, name in enumerate(package.depends_on):
                location: Location = ("repositories", index, "packages", place, "depends_on", number)
                yield _Need(repository, package.name, name, location)


def _check_cycles(what: str, edges: Mapping[tuple[str, str], Location]) -> Iterator[PlanFinding]:
    """edges: (consumer, what it needs) to the place that says so. One finding for each cycle; none shares an edge."""
    open_edges = dict(edges)
    while True:
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for consumer, needed in open_edges:
            sorter.add(consumer, needed)
        try:
            sorter.prepare()
        except CycleError as error:
            cycle: list[str] = error.args[1][::-1]
            chain = " -> ".join(cycle)
            problem = f"the {what} {quoted(cycle[0])} needs itself: {chain}"
            remedy = "Remove one of these dependencies. What tests alone need is read from groups of the manifests."
            yield PlanFinding(open_edges[cycle[0], cycle[1]], problem, remedy)
            for pair in pairwise(cycle):
                del open_edges[pair]
        else:
            return


def _check_wave_order(plan: Plan, homes: Mapping[str, Repository], needs: list[_Need]) -> Iterator[PlanFinding]:
    order = {wave.name: number for number, wave in enumerate(plan.waves)}
    for need in needs:
        home = homes[need.package]
        if order.get(home.wave, 0) > order.get(need.repository.wave, len(order)):
            problem = (
                f"{quoted(need.package)} is published from {quoted(home.name)} in the wave {quoted(home.wave)}, "
                f"after {quoted(need.repository.wave)}"
            )
            remedy = f"Move {quoted(home.name)} in an earlier wave, or {quoted(need.repository.name)} in a later one."
            yield PlanFinding(need.location, problem, remedy)

"""Who needs whom, as a picture: SVG to stand inside a page, in the page's own colours. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name

from migration.plan import Plan, Repository

WIDTH, HEIGHT, ACROSS, DOWN, MARGIN = 200, 40, 24, 64, 16
MOST_IN_A_ROW = 5


@dataclass(frozen=True, kw_only=True)
class Edge:
    """`source` needs `target`. loose: by a contract or an address, not by code."""

    source: str
    target: str
    loose: bool = False


def before(plan: Plan) -> str:
    """The folders of the monorepo, tied by paths."""
    folder = {
        canonicalize_name(package.name): _monorepo_folder(home, package.path)
        for home in plan.repositories
        for package in home.packages
    }
    edges = [
        Edge(source=folder[canonicalize_name(package.name)], target=folder[canonicalize_name(need)])
        for home in plan.repositories
        for package in home.packages
        for need in package.depends_on
    ]
    nodes = list(dict.fromkeys(folder.values()))
    for repository in plan.repositories:
        if repository.packages:
            continue
        for move in repository.moves:
            nodes.append(move.source)
            needs = [*repository.consumes, *repository.transforms.remove_dependencies]
            known = [folder[canonicalize_name(need)] for need in needs if canonicalize_name(need) in folder]
            edges += [Edge(source=move.source, target=each) for each in known]
    title = f"Before: {len(nodes)} folders of {plan.monorepo.name}, tied by {len(edges)} paths"
    return picture(nodes, edges, title, around=plan.monorepo.name)


def _monorepo_folder(repository: Repository, path: str) -> str:
    """The folder of the monorepo that arrives at a path of a new repository: unique, which the path alone is not."""
    inside = PurePosixPath(path)
    moves = [move for move in repository.moves if inside.is_relative_to(move.target)]
    if not moves:
        return str(PurePosixPath(repository.name, path))
    nearest = max(moves, key=lambda move: len(PurePosixPath(move.target).parts))
    return str(PurePosixPath(nearest.source, inside.relative_to(nearest.target)))


def after(plan: Plan) -> str:
    """The repositories, which meet at released versions and at the API contract."""
    nodes, edges = [repository.name for repository in plan.repositories], []
    registry = "package registry"
    publishers = [repository.name for repository in plan.repositories if repository.packages]
    if publishers:
        nodes.append(registry)
        edges += [Edge(source=registry, target=name) for name in publishers]
    serves = [
        repository.name for repository in plan.repositories if repository.contract and repository.contract.generated_by
    ]
    for repository in plan.repositories:
        if repository.consumes:
            edges.append(Edge(source=repository.name, target=registry))
        if repository.contract and repository.contract.types:
            edges += [Edge(source=repository.name, target=name, loose=True) for name in serves]
        if repository.kind == "compose-tests":
            images = [
                candidate.name
                for candidate in plan.repositories
                if candidate.contract or candidate.name == repository.test_service
            ]
            edges += [Edge(source=repository.name, target=name, loose=True) for name in images]
    title = f"After: {len(plan.repositories)} repositories that meet at released versions and the API contract"
    return picture(nodes, edges, title)


def picture(nodes: Sequence[str], edges: Sequence[Edge], title: str, around: str = "") -> str:
    """Each node is above the nodes that it needs. around: the name of a frame about everything."""
    rows = _rows(nodes, edges)
    widest = max(map(len, rows))
    width = 2 * MARGIN + widest * (WIDTH + ACROSS) - ACROSS
    top = MARGIN + (24 if around else 0)
    places: dict[str, tuple[float, float]] = {}
    for number, row in enumerate(rows):
        start = (width - len(row) * (WIDTH + ACROSS) + ACROSS) / 2
        places |= {
            name: (start + index * (WIDTH + ACROSS), top + number * (HEIGHT + DOWN)) for index, name in enumerate(row)
        }
    height = top + len(rows) * (HEIGHT + DOWN) - DOWN + MARGIN
    words = "; ".join(f"{edge.source} needs {edge.target}" for edge in edges)
    parts = [f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img" aria-label="{escape(title)}">']
    parts.append(f"<desc>{escape(words)}</desc>")
    if around:
        parts.append(f'<rect class="frame" x="2" y="2" width="{width - 4:g}" height="{height - 4:g}" rx="10"/>')
        parts.append(f'<text class="name" x="{MARGIN}" y="26">{escape(around)}</text>')
    parts += [_line(places[edge.source], places[edge.target], edge.loose) for edge in edges]
    parts += [_box(name, *place) for name, place in places.items()]
    return "".join([*parts, "</svg>"])


def _rows(nodes: Iterable[str], edges: Sequence[Edge]) -> list[list[str]]:
    """From those that nobody needs down to those that need nothing; a long row is broken into several."""
    needs: Mapping[str, list[str]] = {name: [edge.target for edge in edges if edge.source == name] for name in nodes}
    levels: dict[str, int] = {}

    def level(name: str) -> int:
        if name not in levels:
            levels[name] = 0  # of a cycle, the first node that is asked for counts as needing nothing
            levels[name] = max((level(other) + 1 for other in needs[name]), default=0)
        return levels[name]

    by_level: dict[int, list[str]] = {}
    for name in needs:
        by_level.setdefault(level(name), []).append(name)
    rows = [by_level[number] for number in sorted(by_level, reverse=True)]
    return [row[index : index + MOST_IN_A_ROW] for row in rows for index in range(0, len(row), MOST_IN_A_ROW)]


def _line(source: tuple[float, float], target: tuple[float, float], loose: bool) -> str:
    (from_x, from_y), (to_x, to_y) = source, target
    start, end = (from_x + WIDTH / 2, from_y + HEIGHT), (to_x + WIDTH / 2, to_y)
    middle = (start[1] + end[1]) / 2
    kind = "loose" if loose else "tight"
    curve = f"M{start[0]:g} {start[1]:g} C{start[0]:g} {middle:g} {end[0]:g} {middle:g} {end[0]:g} {end[1]:g}"
    return f'<path class="{kind}" d="{curve}"/>'


def _box(name: str, x: float, y: float) -> str:
    short = name if len(name) <= 27 else f"…{name[-26:]}"
    return (
        f'<rect class="box" x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
        f'<text class="name" x="{x + WIDTH / 2:g}" y="{y + HEIGHT / 2 + 5:g}" text-anchor="middle">'
        f"{escape(short)}</text>"
    )

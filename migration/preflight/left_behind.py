"""What decides about moved files, or names moved commits, and stays in the monorepo, by name."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from migration.desired_state import CodeSelection, Stage, desired_state
from migration.desired_state.managed_files import CODE_OWNERS_PATHS
from migration.git.command import GitError, run_git
from migration.git.path_patterns import is_about_names, matches_folder, rerooted
from migration.plan import Plan, Repository, is_own_tag
from migration.proof.tag_checks import new_name
from migration.split.workspace import Split

_NAMED = 10
_HOOKS = (".pre-commit-config.yaml", ".pre-commit-hooks.yaml", ".husky", "lefthook.yml", ".lefthook.yml")
_SETTINGS = (
    *("ruff.toml", ".ruff.toml", ".flake8", "setup.cfg", "tox.ini", "mypy.ini", ".mypy.ini", ".pylintrc", ".isort.cfg"),
    *("pyproject.toml", "pytest.ini", ".bandit", ".yamllint*", ".markdownlint*", ".codespellrc", "typos.toml"),
    *(".eslintrc*", "eslint.config.*", ".eslintignore", ".prettierrc*", ".prettierignore", "prettier.config.*"),
    *(".stylelintrc*", "tsconfig*.json", "biome.json*", "babel.config.*", ".babelrc*", "jest.config.*"),
    *("package.json", ".npmrc", ".nvmrc", "pnpm-workspace.yaml", "lerna.json", "nx.json", "turbo.json", "rush.json"),
    *(".golangci.y*ml", "go.work", "rustfmt.toml", ".rustfmt.toml", "clippy.toml", ".clang-format", ".clang-tidy"),
    *(".rubocop.yml", ".tool-versions", ".python-version", "renovate.json*", ".renovaterc*", "codecov.yml"),
    *("Cargo.toml", "Directory.Build.*", "global.json", "gradle.properties", "settings.gradle*", "checkstyle.xml"),
)
_LOCKS = (
    *("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock*", "poetry.lock", "uv.lock"),
    *("pdm.lock", "Pipfile.lock", "requirements*.txt", "constraints*.txt", "Cargo.lock", "go.sum", "go.work.sum"),
    *("Gemfile.lock", "composer.lock", "mix.lock", "gradle.lockfile", "packages.lock.json", "flake.lock"),
)
_INHERITED = {
    "attributes": ".gitattributes",
    "ignore": ".gitignore",
    "mailmap": ".mailmap",
    "editorconfig": ".editorconfig",
}


@dataclass(frozen=True, kw_only=True)
class LeftBehind:
    """One file, entry or ref. about: repositories that it is about. remedy: how the plan brings it."""

    name: str
    about: tuple[str, ...]
    remedy: str

    def __str__(self) -> str:
        """One line."""
        about = f" (about {', '.join(self.about)})" if self.about else ""
        return f"{self.name}{about}. {self.remedy}"


def find_left_behind(split: Split, monorepo: Path, plan: Plan) -> Iterator[LeftBehind]:
    """Root files that decide about moved files, code owners, tags that nobody gets, and notes. Raises GitError."""
    git_dir, monorepo_head = split.git_dir, split.monorepo_head
    takers = [repository for repository in plan.repositories if any(move.source != "." for move in repository.moves)]
    files = [name for name in _root_names(git_dir, monorepo_head) if name not in _moved_names(plan)]
    names = tuple(repository.name for repository in takers)
    for remedy, patterns in _REMEDIES.items():
        for name in files if takers else ():
            if any(fnmatchcase(name, pattern) for pattern in patterns):
                yield LeftBehind(name=name, about=names, remedy=remedy)
    yield from _not_inherited(takers, files)
    yield from _code_owners(git_dir, monorepo_head, takers)
    yield from _refs(split, monorepo, plan)


_REMEDIES: Mapping[str, Sequence[str]] = {
    "Write what applies with `transforms.add_files` or `add_folder`.": (*_HOOKS, *_SETTINGS),
    "A lock file is made for all folders: make one in each repository, or add it with `transforms.add_files`.": _LOCKS,
}


def _root_names(git_dir: Path, commit: str) -> list[str]:
    listed = run_git("ls-tree", "-z", "--full-tree", "--name-only", commit, directory=git_dir)
    return os.fsdecode(listed).split("\0")[:-1]


def _moved_names(plan: Plan) -> set[str]:
    return {move.source for repository in plan.repositories for move in repository.moves}


def _not_inherited(takers: Iterable[Repository], files: Sequence[str]) -> Iterator[LeftBehind]:
    for word, name in _INHERITED.items():
        without = tuple(each.name for each in takers if word not in each.transforms.inherit)
        if name in files and without:
            yield LeftBehind(name=name, about=without, remedy=f"Add {word} to `transforms.inherit`.")


def _code_owners(git_dir: Path, commit: str, takers: Iterable[Repository]) -> Iterator[LeftBehind]:
    path, text = next(((path, text) for path in CODE_OWNERS_PATHS if (text := _text(git_dir, commit, path))), ("", ""))
    takers = list(takers)
    folders = _folders(git_dir, commit) if text else []
    for line in text.splitlines():
        pattern = line.split("#")[0].split()
        if not pattern:
            continue
        about = tuple(
            each.name for each in takers if any(_is_about(pattern[0], move.source, folders) for move in each.moves)
        )
        if about:
            yield LeftBehind(name=f"{path}: {' '.join(pattern)}", about=about, remedy="Name them in `code_owners`.")


def _is_about(pattern: str, source: str, folders: Sequence[str]) -> bool:
    """Whether an entry is about files of a moved folder, the folder itself, or one in it."""
    if not is_about_names(pattern):
        return bool(rerooted(pattern, source, "")) or matches_folder(pattern, source)
    inside = (folder for folder in folders if f"{folder}/".startswith(f"{source}/"))
    return not pattern.endswith("/") or any(matches_folder(pattern, folder) for folder in (source, *inside))


def _folders(git_dir: Path, commit: str) -> list[str]:
    listed = run_git("ls-tree", "-r", "-d", "-z", "--full-tree", "--name-only", commit, directory=git_dir)
    return os.fsdecode(listed).split("\0")[:-1]


def _text(git_dir: Path, commit: str, path: str) -> str:
    try:
        return run_git("cat-file", "blob", f"{commit}:{path}", directory=git_dir).decode(errors="replace")
    except GitError:
        return ""


def _refs(split: Split, monorepo: Path, plan: Plan) -> Iterator[LeftBehind]:
    state = desired_state(plan, {wave.name: Stage.MOVING for wave in plan.waves})
    codes = {repository.name: repository.code for repository in state.repositories if repository.code}
    tags = [name for name in _names_of_refs(monorepo, "refs/tags/") if not is_own_tag(name)]
    if left := [tag for tag in tags if not any(_takes(split, name, code, tag) for name, code in codes.items())]:
        remedy = "No rule of `tags` takes them, or their commits change no repository: add a rule if needed."
        yield LeftBehind(name=f"tags {_some(left)}", about=(), remedy=remedy)
    if notes := _names_of_refs(monorepo, "refs/notes/"):
        remedy = "Notes name the monorepo's commits and stay there; the new ids are in refs/notes/monorepo."
        yield LeftBehind(name=f"notes {_some(notes)}", about=(), remedy=remedy)


def _takes(split: Split, repository: str, code: CodeSelection, tag: str) -> bool:
    """Whether the repository gets the tag; of one that is not split yet, whether its rules take it."""
    new = new_name(code.tags, tag)
    history = split.histories.get(repository)
    return new is not None and (history is None or new in history.tags)


def _names_of_refs(monorepo: Path, prefix: str) -> list[str]:
    listed = run_git("for-each-ref", "--format=%(refname)", prefix, directory=monorepo, user_config=True)
    return [os.fsdecode(line).removeprefix(prefix) for line in listed.splitlines()]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else "")

"""Git says the same of every moved file in the monorepo and in the new repository."""

import random
from pathlib import Path

import pytest

from migration.desired_state import desired_state
from migration.git.command import GitError, run_git
from migration.plan import Plan
from migration.split.splitting import Split, split_monorepo
from migration.transforms.inherited_rules import Rules, attributes_of, editor_settings_of, ignored_of
from migration.transforms.tip_trees import tip_trees
from tests.conftest import Repository

ROOT = {
    ".gitattributes": "[attr]photo -diff -merge\n# pictures\n*.psd photo\n\n# of the site\nweb/*.js text eol=lf\n"
    '"web/a b.txt" eol=crlf\nlibs/*/*.c -text\n/api/** linguist-generated\n**/gen/** -diff\n',
    ".gitignore": "node_modules/\n*.log\nweb/dist/\n/api/build/\n!/web/keep.log\n**/tmp/x\nlibs/*/out\n",
    ".mailmap": "Zoë Ł <zoe@new.example> <zoe@maestro.example>\n",
    ".editorconfig": "root = true\n\n[*]\nindent_size = 2\n\n[web/**.js]\nindent_size = 4\n\n"
    "[api/*.py]\nindent_size = 8\n",
    "LICENSE": "MIT\n",
    "NOTICE.md": "Mind it\n",
    "libs/.gitattributes": "*.h eol=lf\nauth/*.c -text diff=cpp\n",
    "libs/.gitignore": "*.o\n/auth/private/\n",
}
FILES = ["a.js", "a b.txt", "x.psd", "deep/y.psd", "gen/z/q", "m.c", "m.h", "dist/d.js", "keep.log", "other.log"]
IGNORED = [*FILES, "a/dist/x", "build/y", "tmp/x", "q/tmp/x", "out", "sub/out", "m.o", "private/k", "node_modules/n"]
OWN = {"web/.gitattributes": "a.js eol=crlf\n", "libs/auth/.gitignore": "!special.o\n"}


def plan(moves: dict[str, list[dict[str, str]]], **transforms: object) -> Plan:
    repositories = [{"name": name, "moves": each, "transforms": transforms} for name, each in moves.items()]
    return Plan.model_validate({"monorepo": {"name": "platform"}, "repositories": repositories})


def done(monorepo: Repository, of: Plan, workspace: Path) -> Split:
    state = desired_state(of, {"migration": "moving"})
    selections = {repository.name: repository.code for repository in state.repositories if repository.code}
    return split_monorepo(monorepo.path, "main", selections, workspace)


def clone(split: Split, tree: str, path: Path) -> Path:
    run_git("init", "--quiet", str(path), directory=split.git_dir)
    run_git("fetch", "--quiet", str(split.git_dir), *tip(split, tree), directory=path)
    run_git("checkout", "--quiet", "FETCH_HEAD", directory=path)
    return path


def tip(split: Split, tree: str) -> list[str]:
    people = {f"GIT_{role}_{part}": "x" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    commit = run_git("commit-tree", tree, "-m", "tip", directory=split.git_dir, variables=people).decode().strip()
    run_git("update-ref", "refs/heads/tip", commit, directory=split.git_dir)
    return ["refs/heads/tip"]


def attributes(work_tree: Path, folder: str, names: list[str]) -> list[str]:
    paths = [f"{folder}/{name}" if folder else name for name in names]
    answer = run_git("check-attr", "--all", "-z", "--", *paths, directory=work_tree).decode().split("\0")[:-1]
    triples = zip(answer[::3], answer[1::3], answer[2::3], strict=True)
    return sorted(f"{path[len(folder) :].lstrip('/')} {name} {value}" for path, name, value in triples)


def ignored(work_tree: Path, folder: str, names: list[str]) -> set[str]:
    request = "".join(f"{folder}/{name}\0" if folder else f"{name}\0" for name in names).encode()
    command = ("check-ignore", "--no-index", "--stdin", "-z")
    try:
        answer = run_git(*command, directory=work_tree, standard_input=request).decode().split("\0")[:-1]
    except GitError:
        return set()
    return {path[len(folder) :].lstrip("/") for path in answer}


def test_git_says_the_same_of_every_moved_file(monorepo: Repository, tmp_path: Path) -> None:
    folders = {"web": "", "libs/auth": "", "api": "server"}
    files = {f"{folder}/{name}": "1\n" for folder in folders for name in FILES}
    for path, text in {**ROOT, **OWN, **files}.items():
        (monorepo.path / path).parent.mkdir(parents=True, exist_ok=True)
        (monorepo.path / path).write_text(text)
    monorepo.git("add", "--all", "--force")
    monorepo.git("commit", "--quiet", "--message", "Everything")
    moves = {folder.replace("/", "-"): [{"from": folder, "to": to or "."}] for folder, to in folders.items()}
    split = done(monorepo, plan(moves), tmp_path / "split")
    trees = tip_trees(plan(moves), split, None)
    for folder, target in folders.items():
        name = folder.replace("/", "-")
        made = clone(split, trees[name], tmp_path / name)
        assert attributes(made, target, FILES) == attributes(monorepo.path, folder, FILES)
        assert ignored(made, target, IGNORED) == ignored(monorepo.path, folder, IGNORED)
        person = "Somebody <zoe@maestro.example>"
        assert run_git("check-mailmap", person, directory=made) == run_git(
            "check-mailmap", person, directory=monorepo.path
        )
        assert (made / "LICENSE").read_text() == "MIT\n"
        assert (made / "NOTICE.md").read_text() == "Mind it\n"
        assert (made / ".editorconfig").read_text().startswith("root = true\n\n[*]\nindent_size = 2\n")
    web, api = ((tmp_path / name / ".editorconfig").read_text() for name in ("web", "api"))
    assert "[/**.js]\nindent_size = 4" in web
    assert "indent_size = 8" not in web
    assert "[/server/*.py]\nindent_size = 8" in api


def test_the_plan_can_take_none_and_its_own_files_go_before(monorepo: Repository, tmp_path: Path) -> None:
    monorepo.commit("Licence", LICENSE="MIT\n", **{".gitignore": "*.log\n"})
    moves = {"engine": [{"from": "engine"}]}
    split = done(monorepo, plan(moves), tmp_path / "split")
    assert tip_trees(plan(moves, inherit=[]), split, None) == {}
    tree = tip_trees(plan(moves, add_files={".gitignore": "mine\n"}), split, None)["engine"]
    assert run_git("cat-file", "blob", f"{tree}:.gitignore", directory=split.git_dir) == b"mine\n"
    assert run_git("cat-file", "blob", f"{tree}:LICENSE", directory=split.git_dir) == b"MIT\n"


@pytest.mark.parametrize("target", ["", "t/u"])
def test_git_agrees_about_made_up_patterns(tmp_path: Path, target: str) -> None:
    chance = random.Random(7)
    parts = ["a", "b", "*", "?", "**", "[ab]", "a*", "x.c", "*.c"]
    names = ["x.c", "a", "b/x.c", "a/b/x.c", "b/a", "a/a/a"]
    for repository in ("before", "after"):
        run_git("init", "--quiet", str(tmp_path / repository), directory=tmp_path)
    for _ in range(40):
        patterns = ["/".join(chance.choices(parts, k=chance.randint(1, 4))) for _ in range(chance.randint(1, 3))]
        patterns = [chance.choice(["", "/"]) + each for each in patterns]
        for name, rules, suffix in ((".gitignore", ignored_of, ""), (".gitattributes", attributes_of, " k=v")):
            lines = [each + (suffix or chance.choice(["", "/"])) for each in patterns]
            _compare(tmp_path, "\n".join(lines) + "\n", name, rules, target, names)


def _compare(folder: Path, text: str, name: str, rules: Rules, target: str, names: list[str]) -> None:
    left = rules(text, "a/b", target, True)
    for repository in ("before", "after"):
        for other in (".gitignore", ".gitattributes"):
            (folder / repository / other).unlink(missing_ok=True)
    (folder / "before" / name).write_text(text)
    (folder / "after" / name).write_text(left)
    asked = ignored if name == ".gitignore" else attributes
    assert asked(folder / "after", target, names) == asked(folder / "before", "a/b", names), (text, left)


def test_sections_about_other_folders_go() -> None:
    text = "[*.{js,ts}]\na = 1\n\n[{web,api}/**]\nb = 2\n\n[docs/**.md]\nc = 3\n"
    assert editor_settings_of(text, "web", "", True) == "[*.{js,ts}]\na = 1\n\n[/**]\nb = 2\n"


@pytest.mark.parametrize("address", ["https://host.example/acme/mono.git", "git@host.example:acme/mono.git"])
@pytest.mark.parametrize("url", ["../x.git", "./x.git", "../../y/x", "https://other.example/x.git"])
def test_submodules_arrive_with_the_addresses_that_git_gives_them_in_the_monorepo(
    monorepo: Repository, tmp_path: Path, address: str, url: str
) -> None:
    monorepo.git("remote", "add", "origin", address)
    entry = f'[submodule "x y"]\n\tpath = engine/vendor/x\n\turl = {url}\n\tbranch = dev\n'
    other = '[submodule "z"]\n\tpath = site/z\n\turl = ../z.git\n'
    monorepo.commit("Submodules", **{".gitmodules": entry + other})
    monorepo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},engine/vendor/x")
    monorepo.git("commit", "--quiet", "--message", "Link")
    moves = {"engine": [{"from": "engine", "to": "src"}]}
    split = done(monorepo, plan(moves), tmp_path / "split")
    made = clone(split, tip_trees(plan(moves), split, None, address=address)["engine"], tmp_path / "engine")
    named = ("config", "--file", ".gitmodules", "--get-regexp", ".*")
    settings = run_git(*named, directory=made).decode()
    assert "submodule.x y.path src/vendor/x\n" in settings
    assert "submodule.x y.branch dev\n" in settings
    assert "site" not in settings
    run_git("submodule", "--quiet", "init", directory=made)
    monorepo.git("submodule", "--quiet", "init", "engine/vendor/x")
    for_x = ("config", "submodule.x y.url")
    assert run_git(*for_x, directory=made).decode().strip() == monorepo.git(*for_x)

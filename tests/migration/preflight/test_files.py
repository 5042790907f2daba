"""Large files, Git LFS pointers, submodules, symbolic links, paths, and what nobody takes."""

import os
from pathlib import Path

import pytest

from migration.errors import SplitError
from migration.preflight import Severity, UnclaimedFile
from migration.preflight.checks.history_objects import HistoryObject
from migration.preflight.checks.hostile_paths import danger
from migration.preflight.checks.large_files import large_files, large_push
from tests.migration.conftest import git
from tests.migration.preflight.conftest import PreflightContext

MEBIBYTE = 2**20
OID = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 12345\n"
COMMIT = "1" * 40


def test_a_file_beyond_the_limit_is_refused_even_where_it_is_long_gone(world: PreflightContext) -> None:
    _, second, _ = world.commits(
        {"app/a": "1"}, {"app/a": "1", "app/dump.sql": "\0" * (100 * MEBIBYTE + 1)}, {"app/a": "1"}
    )
    (finding,) = world.look().findings
    assert (finding.severity, finding.check, finding.path) == (Severity.REFUSAL, "large-file", "dump.sql")
    assert (finding.size, finding.monorepo_commit) == (100 * MEBIBYTE + 1, second)
    assert "100.0 MiB" in finding.problem


@pytest.mark.parametrize(
    ("size", "severities"),
    [
        (50 * MEBIBYTE, []),
        (50 * MEBIBYTE + 1, [Severity.WARNING]),
        (100 * MEBIBYTE, [Severity.WARNING]),
        (100 * MEBIBYTE + 1, [Severity.REFUSAL]),
    ],
)
def test_the_limits_are_github_s(size: int, severities: list[Severity]) -> None:
    blob = HistoryObject(COMMIT, "a", size, COMMIT)
    assert [finding.severity for finding in large_files("new", [blob])] == severities


def test_a_push_of_more_than_two_gibibytes_is_warned_of() -> None:
    assert list(large_push("new", 2 * 2**30)) == []
    (finding,) = large_push("new", 2 * 2**30 + 1)
    assert finding.severity is Severity.WARNING


def test_lfs_pointers_are_refused_once_for_a_repository_with_an_example(
    world: PreflightContext, builder_path: Path
) -> None:
    other = POINTER.replace("4d7a", "0000")
    world.commits({"app/a.bin": POINTER, "app/b.bin": POINTER}, {"app/c.bin": other})
    (finding,) = world.look().findings
    assert finding.severity is Severity.REFUSAL
    assert finding.problem.startswith("2 Git LFS objects (such as ")
    assert "2 of them are not in" in finding.problem
    place = builder_path / "lfs" / "objects" / OID[:2] / OID[2:4] / OID
    place.parent.mkdir(parents=True)
    place.write_bytes(b"1")
    (finding,) = world.look().findings
    assert "1 of them are not in" in finding.problem
    assert (finding.rule, finding.path) == (OID.replace("4d7a", "0000"), "c.bin")


@pytest.fixture
def builder_path(world: PreflightContext) -> Path:
    return world.builder.path


def test_lfs_objects_are_looked_for_where_the_monorepo_keeps_them(world: PreflightContext, tmp_path: Path) -> None:
    world.commits({"app/a.bin": POINTER})
    store = tmp_path / "elsewhere"
    git(world.builder.path, "config", "lfs.storage", str(store))
    assert f"not in {store / 'objects'}" in world.findings("git-lfs")[0].problem


def test_the_plan_lets_pointers_go_without_their_objects(world: PreflightContext) -> None:
    world.commits({"app/a.bin": POINTER})
    world.rules = {"lfs_without_objects": {"new": "uploaded by hand"}}
    (finding,) = world.findings("git-lfs")
    assert finding.severity is Severity.WARNING
    assert "uploaded by hand" in finding.problem


def test_pointers_whose_attributes_stay_behind_are_refused_whatever_the_plan_accepts(world: PreflightContext) -> None:
    world.commits({".gitattributes": "*.psd filter=lfs\n", "app/a.psd": POINTER})
    world.rules = {"lfs_without_objects": {"new": "uploaded by hand"}}
    assert world.findings("git-lfs")[0].severity is Severity.WARNING
    world.repositories[0]["transforms"] = {"inherit": []}
    (finding,) = world.findings("git-lfs")
    assert finding.severity is Severity.REFUSAL
    assert "every clone would have the pointers" in finding.problem


@pytest.mark.parametrize(
    "text", [f"see {POINTER}", POINTER.replace("sha256", "md5"), "version 1\n", POINTER + "x" * 999]
)
def test_what_only_resembles_a_pointer_is_none(world: PreflightContext, text: str) -> None:
    world.commits({"app/a": text})
    assert world.findings("git-lfs") == []


def test_a_submodule_whose_settings_stay_behind_is_warned_of(world: PreflightContext) -> None:
    settings = '[submodule "x"]\n\tpath = app/x\n\turl = https://example.org/x.git\n'
    first, _ = world.commits(
        {".gitmodules": settings, "app/old": ("160000", COMMIT), "app/x": ("160000", COMMIT)},
        {".gitmodules": settings, "app/x": ("160000", COMMIT), "app/a": "1"},
    )
    (finding,) = world.findings("submodule")
    assert (finding.path, finding.problem) == (
        "x",
        "a submodule, https://example.org/x.git; its entry arrives in .gitmodules",
    )
    (finding,) = world.findings("submodule-in-history")
    assert (finding.path, finding.monorepo_commit) == ("old", first)


def test_a_gitlink_that_has_no_entry_is_named_with_its_commit_and_its_age(world: PreflightContext) -> None:
    _, since, _ = world.commits(
        {"app/a": "1"},
        {"app/a": "1", "app/x": ("160000", COMMIT)},
        {"app/a": "2", "app/x": ("160000", COMMIT)},
    )
    (finding,) = world.findings("submodule")
    assert f"gitlink to commit {COMMIT[:12]}" in finding.problem
    assert "by accident" in finding.problem
    assert finding.monorepo_commit == since
    world.repositories = [{"name": "new", "moves": [{"from": "app/x"}]}]
    with pytest.raises(SplitError, match=f"gitlink to commit {COMMIT[:12]} .* since commit {since[:12]}"):
        world.split()


def test_a_submodule_with_its_settings_is_fine_but_for_a_relative_address(world: PreflightContext) -> None:
    settings = "".join(
        f'[submodule "{name}"]\n\tpath = lib/{name}\n\turl = {url}\n'
        for name, url in {"x": "https://example.org/x.git", "y": "../y.git"}.items()
    )
    world.commits(
        {"app/.gitmodules": settings, "app/lib/x": ("160000", COMMIT), "app/lib/y": ("160000", COMMIT)},
    )
    (finding,) = world.look().findings
    assert (finding.check, finding.path) == ("submodule", "lib/y")
    assert "'../y.git'" in finding.problem


def test_links_that_lead_nowhere_are_warned_of(world: PreflightContext) -> None:
    links = {
        "app/fine": "a",
        "app/deep/fine": "../deep",
        "app/out": "../shared/a",
        "app/absolute": "/etc/passwd",
        "app/missing": "nothing",
        "app/loop": "loop",
        "app/through": "a/b",
        "app/new\nline": "missing too",
    }
    world.commits({"app/a": "1", "shared/a": "1", **{path: ("120000", target) for path, target in links.items()}})
    assert {finding.path: finding.problem for finding in world.findings("symlink")} == {
        "out": "points out of the repository (../shared/a)",
        "absolute": "points out of the repository (/etc/passwd)",
        "missing": "points to what is not in the repository",
        "loop": "points to itself in the end",
        "through": "points below a file as if it were a folder",
        "new\nline": "points to what is not in the repository",
    }


def test_paths_that_collide_are_warned_of_at_the_highest_level(world: PreflightContext) -> None:
    world.commits(
        {"app/Src/a": "", "app/src/a": "", "app/src/b": "", "app/\u00e9": "", "app/e\u0301": "", "app/fine": ""}
    )
    findings = world.findings("colliding-paths")
    assert sorted(finding.path for finding in findings) == ["Src", "e\u0301"]
    assert "the same as src" in next(finding for finding in findings if finding.path == "Src").problem


ON_NO_WINDOWS = ["aux", "NUL.txt", "com1", "LPT9.tar.gz", "COM\u00b2", "conin$", "con /a", "end.", "end ", "x" * 201]
ON_NO_WINDOWS += ["a:b", "what?", "a\\b", "a\x01b", "\udcff"]


@pytest.mark.parametrize("name", ON_NO_WINDOWS)
def test_what_windows_cannot_write_is_warned_of(world: PreflightContext, name: str) -> None:
    world.commits({f"app/{name}": "1"})
    assert world.paths("windows-path") == [name]


@pytest.mark.parametrize("name", ["console", "auxiliary", "com10", "nul_", ".end", "a b", "x" * 200, "é", "com"])
def test_what_windows_can_write_is_not(world: PreflightContext, name: str) -> None:
    world.commits({f"app/{name}": "1"})
    assert world.look().findings == ()


HOSTILE = [b".git", b".GIT", b"git~1", b".git ", b".git.", b".git::$INDEX_ALLOCATION", b"..", b".", b"a/b", b"..\\x"]
HOSTILE += [b"x\\.git\\y", ".g\u200cit".encode(), b"\xef\xbb\xbf.git"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_that_reach_into_git_s_folder_are_dangerous(name: bytes) -> None:
    assert danger(name) is not None


@pytest.mark.parametrize(
    "name", [b".gitignore", b".github", b"git", b"...", b"git~2", b".git-x", b"a..b", b".gitmodules"]
)
def test_names_that_only_resemble_them_are_not(name: bytes) -> None:
    assert danger(name) is None


def test_settings_of_submodules_may_be_no_link() -> None:
    assert danger(b".gitmodules", b"120000") is not None


@pytest.mark.parametrize("name", [b".GIT", b"git~1"])
def test_a_hostile_path_in_the_history_is_refused(world: PreflightContext, name: bytes) -> None:
    builder = world.builder
    inner = builder.raw_tree([("100644", b"config", builder.write("blob", b"[core]\n"))])
    app = builder.raw_tree([("40000", name, inner), ("100644", b"a", builder.write("blob", b"1"))])
    first = builder.commit(builder.raw_tree([("40000", b"app", app)]))
    second = builder.commit({"app/a": "1"}, first)
    builder.point("main", second)
    (finding,) = world.look().findings
    assert (finding.severity, finding.check, finding.path) == (Severity.REFUSAL, "hostile-path", os.fsdecode(name))
    assert finding.monorepo_commit == first


def test_what_no_repository_takes_is_listed_by_the_highest_folder(world: PreflightContext) -> None:
    world.repositories = [
        {"name": "new", "moves": [{"from": "libs/app", "exclude": ["*.log"]}]},
        {"name": "born", "description": "takes nothing"},
    ]
    world.commits(
        {
            "README": "one\ntwo\nthree",
            "docs/a": "1\n",
            "docs/deep/b": "1\n2\n",
            "docs/logo.png": "\0\n\n\n",
            "libs/app/a": "taken\n",
            "libs/app/x.log": "1\n",
            "libs/notes": "",
            "libs/other/c": "1\n",
            "libs/module": ("160000", COMMIT),
        }
    )
    assert world.look().leftovers == (
        UnclaimedFile(folder="", whole=False, files=1, lines=3),
        UnclaimedFile(folder="docs", whole=True, files=3, lines=3),
        UnclaimedFile(folder="libs", whole=False, files=2, lines=0),
        UnclaimedFile(folder="libs/app", whole=False, files=1, lines=1),
        UnclaimedFile(folder="libs/other", whole=True, files=1, lines=1),
    )

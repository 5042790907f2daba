"""Secrets that the plan redacts: gone from every version, with everything else as it was."""

import base64
from pathlib import Path

from migration.proof import prove_split
from migration.split.splitting import Split
from tests.migration.conftest import git, git_bytes
from tests.migration.preflight.conftest import PreflightContext, made_up_token

ONE, TWO = made_up_token("one"), made_up_token("two")


def redact_all(world: PreflightContext, **options: str) -> None:
    found = {finding.fingerprint for finding in world.findings("secret")}
    world.history = {"redact": [{"fingerprint": each, **options} for each in sorted(map(str, found))]}


def contents(split: Split, revision: str) -> dict[str, bytes]:
    listed = git(split.git_dir, "ls-tree", "-r", "--name-only", revision).splitlines()
    return {path: git_bytes(split.git_dir, "cat-file", "blob", f"{revision}:{path}") for path in listed}


def history(split: Split) -> list[str]:
    return git(split.git_dir, "rev-list", "--topo-order", "--reverse", str(split.histories["new"].head)).split()


def everything(split: Split) -> bytes:
    """Every object of the new history, uncompressed."""
    listed = git_bytes(split.git_dir, "rev-list", "--objects", "--no-object-names", "--glob=refs/multirepo/*")
    return git_bytes(split.git_dir, "cat-file", "--batch", standard_input=listed)


def test_a_secret_goes_from_every_version_and_all_else_stays(world: PreflightContext) -> None:
    world.commits(
        {"app/a.env": f"A=1\nTOKEN={ONE}\n", "app/b.txt": "b\n"},
        {"app/a.env": f"A=2\nTOKEN={ONE}\nB=1\n", "app/b.txt": "b\n", "app/deep/down/c.py": f"t = '{ONE}'\n"},
        {"app/a.env": "A=2\nTOKEN=\nB=1\n", "app/b.txt": "b\n"},
    )
    before = {commit: contents(world.split(), commit) for commit in history(world.split())}
    redact_all(world)
    split = world.split()
    after = [contents(split, commit) for commit in history(split)]
    assert after == [
        {path: content.replace(ONE.encode(), b"***REMOVED***") for path, content in files.items()}
        for files in before.values()
    ]
    assert ONE.encode() not in everything(split)
    report = world.look()
    assert report.refusals == ()
    places = [(each.path, each.rule) for each in report.warnings if each.check == "redacted"]
    assert places == [("a.env", "github-pat"), ("deep/down/c.py", "github-pat")]


def test_the_new_history_is_proved_and_has_the_commits_of_the_old(world: PreflightContext) -> None:
    """Also the commit that only puts one secret in place of another."""
    world.commits({"app/a": f"t = '{ONE}'\n"}, {"app/a": f"t = '{TWO}'\n"}, {"app/a": f"t = '{TWO}'\nx\n"})
    before = history(world.split())
    redact_all(world)
    split = world.split()
    assert len(history(split)) == len(before)
    assert prove_split(split, world.builder.path, world.selections).failures == ()


def test_secrets_in_messages_tags_and_names_go(world: PreflightContext) -> None:
    builder = world.builder
    first = builder.commit({"app/a": "1\n"}, message=f"Use token {ONE} here\n\nBody\n")
    author = f"María {TWO} <m@example.org>"
    second = builder.commit({"app/a": "2\n"}, first, author=author, message="Second\n")
    builder.point("main", second)
    three = made_up_token("three")
    builder.point("refs/tags/v1", builder.annotated_tag("v1", first, f"Released with {three}\n"))
    redact_all(world)
    split = world.split()
    log = git(split.git_dir, "log", "--format=%an|%ae|%B", str(split.histories["new"].head))
    assert log.startswith("María ***REMOVED***|m@example.org|Second\n")
    assert "Use token ***REMOVED*** here\n\nBody\n" in log
    tag = git(split.git_dir, "cat-file", "tag", split.histories["new"].tags["v1"])
    assert tag.endswith("Released with ***REMOVED***")
    assert not any(token.encode() in everything(split) for token in (ONE, TWO, three))
    assert world.findings("secret") == []
    assert prove_split(split, builder.path, world.selections).failures == ()


def test_new_commits_go_on_from_the_same_ids(world: PreflightContext, tmp_path: Path) -> None:
    versions = [{"app/a": f"{number}\nt = '{ONE}'\n", "app/b": f"{number}\n"} for number in range(6)]
    ids = world.commits(*versions[:3])
    redact_all(world)
    before = history(world.split())
    for version in versions[3:]:
        ids.append(world.builder.commit(version, ids[-1]))
    world.builder.point("main", ids[-1])
    grown = history(world.split())
    assert grown[:3] == before
    world.workspace = tmp_path / "fresh"
    assert history(world.split()) == grown
    assert prove_split(world.split(), world.builder.path, world.selections).failures == ()


def test_a_secret_that_a_later_commit_shows_goes_from_the_older_ones(world: PreflightContext, tmp_path: Path) -> None:
    """The scanner sees the later place only; the same plan must give the same history however it is made."""
    bare = "Zk4pQ9vLr2Xw7TbN"
    ids = world.commits({"app/notes": f"see {bare} in it\n"})
    assert world.findings("secret") == []
    later = {"app/notes": f"see {bare} in it\n", "app/s.py": f'password = "{bare}"\n'}
    ids.append(world.builder.commit(later, ids[-1]))
    world.builder.point("main", ids[-1])
    (finding,) = world.findings("secret")
    world.builder.point("main", ids[0])
    world.history = {"redact": [{"fingerprint": finding.fingerprint}]}
    world.split()
    world.builder.point("main", ids[1])
    grown = history(world.split())
    assert bare.encode() not in everything(world.split())
    world.workspace = tmp_path / "fresh"
    assert history(world.split()) == grown


def test_the_replacement_is_the_plan_s(world: PreflightContext) -> None:
    replacement = "\\1 [x] *"
    world.commits({"app/a.py": f"t = '{ONE}'\n"})
    redact_all(world, replacement=replacement)
    split = world.split()
    assert contents(split, str(split.histories["new"].head)) == {"a.py": f"t = '{replacement}'\n".encode()}
    assert prove_split(split, world.builder.path, world.selections).failures == ()


def test_a_secret_that_is_encoded_is_still_refused(world: PreflightContext) -> None:
    encoded = base64.b64encode(f"token={ONE}".encode()).decode()
    world.commits({"app/a.txt": f"data: {encoded}\n", "app/b.py": f"t = '{ONE}'\n"})
    redact_all(world)
    (finding,) = world.findings("secret")
    assert finding.path == "a.txt"
    assert "encoded" in finding.remedy
    world.history = {"redact": [{"fingerprint": "0123456789abcdef"}]}
    (finding,) = world.findings("redacted")
    assert "0123456789abcdef" in finding.problem


def test_the_replacement_of_a_password_is_no_finding(world: PreflightContext) -> None:
    lines = ('password = "{}"', "postgres://u:{}@h/db", "curl -u me:{} https://h")
    passwords = ("Zk4pQ9vLr2Xw7TbN", "mV8tYc3HsD6fJk1Q", "rW5nBx9GzP2uLe7A")
    texts = [line.format(password) for line, password in zip(lines, passwords, strict=True)]
    world.commits({f"app/{number}.sh": f"{text}\n" for number, text in enumerate(texts)})
    redact_all(world)
    assert len(world.history["redact"]) >= 3
    assert world.findings("secret") == []


def test_a_split_that_changed_anything_else_is_not_proved(world: PreflightContext) -> None:
    world.commits({"app/a.py": f"t = '{ONE}'\nx\n"})
    redact_all(world)
    split = world.split()
    record = split.git_dir / "redactions.json"
    record.write_text(record.read_text().replace('"size": 40', '"size": 41'))
    (failure, *_) = prove_split(split, world.builder.path, world.selections).failures
    assert "a.py" in failure

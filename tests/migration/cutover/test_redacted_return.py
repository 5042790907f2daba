"""Work that comes back from a repository whose history was redacted: the monorepo keeps what it had."""

from pathlib import Path

from migration.cutover.bringing_back import BringingBack
from migration.cutover.reversal import Reversal
from migration.desired_state import desired_state
from migration.plan import Plan
from migration.preflight import SecretScanner, preflight
from migration.split.splitting import split_monorepo
from tests.migration.conftest import MonorepoBuilder, git, git_bytes
from tests.migration.preflight.conftest import made_up_token

ONE, TWO = made_up_token("one"), made_up_token("two")


def test_files_that_people_left_or_changed_elsewhere_come_back_with_what_was_redacted(
    builder: MonorepoBuilder, tmp_path: Path
) -> None:
    lines = "".join(f"line {number}\n" for number in range(10))
    files = {"old/a.py": f"t = '{ONE}'\n{lines}", "old/b.py": f"t = '{TWO}'\n", "other": "1\n"}
    first = builder.commit(files)
    second = builder.commit(
        {path.replace("old/", "app/"): text for path, text in files.items()} | {"app/c.py": "c\n"}, first
    )
    builder.point("main", second)
    moves = [{"from": "app", "to": "src", "earlier": ["old"]}]
    document = {"monorepo": {"name": "mono"}, "repositories": [{"name": "new", "moves": moves}]}
    plan = Plan.model_validate(document)
    code = desired_state(plan, {"migration": "moving"}).repositories[0].code
    assert code
    split = split_monorepo(builder.path, "main", {"new": code}, tmp_path / "workspace")
    found = preflight(split, builder.path, plan, SecretScanner.installed()).findings
    redact = [{"fingerprint": each} for each in {finding.fingerprint for finding in found if finding.fingerprint}]
    plan = Plan.model_validate({**document, "history": {"redact": redact}})
    repository = plan.repositories[0]
    code = desired_state(plan, {"migration": "moving"}).repositories[0].code
    assert code
    split = split_monorepo(builder.path, "main", {"new": code}, tmp_path / "workspace")
    head, git_dir = str(split.histories["new"].head), split.git_dir
    a, b = (git(git_dir, "cat-file", "-p", f"{head}:src/{name}") for name in ("a.py", "b.py"))
    assert ONE not in a
    assert TWO not in b
    changed = git_bytes(git_dir, "hash-object", "-w", "--stdin", standard_input=f"{a}\nline of people\n".encode())
    others = "\n".join(git(git_dir, "ls-tree", f"{head}:src").split("\n")[1:])
    tree = f"100644 blob {changed.decode().strip()}\ta.py\n{others}"
    folder = git_bytes(git_dir, "mktree", standard_input=f"{tree}\n".encode()).decode().strip()
    root = git_bytes(git_dir, "mktree", standard_input=f"040000 tree {folder}\tsrc\n".encode()).decode().strip()
    theirs = git(git_dir, "commit-tree", root, "-p", head, "-m", "Work of people")
    reversal = Reversal(plan=plan, repository=repository, index_url=None, managed={})
    back = BringingBack(git_dir, "new", code.moves, reversal).bring(theirs, head, second, {})
    assert back.listed == ()
    assert git(git_dir, "cat-file", "-p", f"{back.head}:app/a.py") == f"t = '{ONE}'\n{lines}line of people"
    assert git(git_dir, "diff-tree", "-r", "--name-only", second, back.head) == "app/a.py"

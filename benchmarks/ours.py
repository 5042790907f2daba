"""Our split as a command, for measuring: `python -m benchmarks.ours REPOSITORY WORKSPACE PREFIX...`.

Each folder becomes a repository of its own. Prints JSON: the bare repository that holds the new histories, the head
of each by folder, and the peak memory of this process alone, in bytes.
"""

import json
import resource
import sys
from pathlib import Path

from migration.desired_state.code_selection import CodeSelection, FolderMove
from migration.split.splitting import split_monorepo


def main() -> None:
    """Split HEAD."""
    monorepo, workspace, *prefixes = sys.argv[1:]
    selections = {f"repository-{number}": selection(prefix) for number, prefix in enumerate(prefixes)}
    split = split_monorepo(Path(monorepo), "HEAD", selections, Path(workspace))
    heads = [history.head for history in split.histories.values()]
    result = {
        "git_dir": str(split.git_dir),
        "heads": dict(zip(prefixes, heads, strict=True)),
        "python_peak_rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(result))


def selection(prefix: str) -> CodeSelection:
    """The folder as the root of a repository, without tags: most of the other tools know none."""
    return CodeSelection(moves=(FolderMove(source=prefix),), tags=())


if __name__ == "__main__":
    main()

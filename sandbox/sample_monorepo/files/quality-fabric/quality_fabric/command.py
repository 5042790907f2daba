"""`quality-fabric run [TARGET]`."""

import argparse
import sys

from quality_fabric.client import TargetClient
from quality_fabric.report import run_suites
from quality_fabric.targets import TargetError, chosen_target


def main(arguments: list[str] | None = None) -> int:
    """0 when nothing failed, 1 when a check failed, 2 when there is nothing to test."""
    parser = argparse.ArgumentParser(prog="quality-fabric")
    parser.add_argument("command", choices=["run"])
    parser.add_argument("target", nargs="?", help="a name in config/test_targets.yml (default: TEST_TARGET)")
    options = parser.parse_args(arguments)
    try:
        target = chosen_target(options.target)
    except TargetError as error:
        print(f"quality-fabric: {error}", file=sys.stderr)
        return 2
    results = run_suites(TargetClient(target))
    print("\n".join(result.line() for result in results))
    return int(any(result.outcome == "failed" for result in results))

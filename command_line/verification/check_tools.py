"""Node and Java for the checks that need them, on machines that have none."""

import os
from collections.abc import Sequence

from command_line.terminal.console import Step, print_message
from engine import JAVA, NODE, EngineError, WheelTool, ensure_tool
from migration.plan import Plan

NODE_KINDS = ("vite-application", "compose-tests")


def needed_tools(plan: Plan) -> Sequence[WheelTool]:
    """Those that the checks of this plan run: Node for pages and types of contracts, Java to validate contracts."""
    has_contract = any(repository.contract for repository in plan.repositories)
    needs_node = has_contract or any(repository.kind in NODE_KINDS for repository in plan.repositories)
    return [*([NODE] if needs_node else []), *([JAVA] if has_contract else [])]


def put_tools_on_path(plan: Plan, step: Step) -> None:
    """Install what this machine lacks, behind everything that is on PATH. What cannot be had, its checks report."""
    for tool in needed_tools(plan):
        if tool.is_on_path:
            continue
        try:
            folder = ensure_tool(tool, step.say)
        except EngineError as error:
            print_message(f"! {error}")
            continue
        os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), str(folder)])

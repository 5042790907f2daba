"""The resources that the state of this stack holds, as the engine reads them for the program."""

from collections.abc import Mapping
from typing import Any

import pulumi


def stored_resources() -> list[tuple[str, Mapping[str, Any]]]:
    """Type and outputs of each; secrets among the outputs are in clear, so store and print none.

    Empty for a stack that has no outputs yet: the engine cannot read the resources of one without a state.
    """
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    if not pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {"name": stack}).value["outputs"]:
        return []
    found = pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {"stackName": stack}).value["outputs"]
    return [(resource["type"], resource["outputs"]) for resource in found.values()]

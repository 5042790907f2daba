"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

MonorepoOption = Annotated[
    str | None, typer.Option("--monorepo", metavar="PATH_OR_URL", help="Your monorepo, instead of the sample.")
]
PlanOption = Annotated[Path | None, typer.Option("--plan", help="Your plan, instead of migration.yaml.")]
StackOption = Annotated[str, typer.Option("--stack", help="The stack to look at.")]
DockerOption = Annotated[
    bool, typer.Option("--docker", help="Run the stack in containers, and set up what that needs.")
]

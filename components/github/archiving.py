"""Repositories that GitHub refused to archive in an earlier run."""

import pulumi

from components.github.github_client import github_client
from components.stack.settings import Settings


def archived_again(settings: Settings, repository: str) -> pulumi.ResourceHookBinding:
    """A hook of the repository: archives it before an update, if the state says wrongly that it is.

    After a refusal the state has the archived repository, and the provider skips those in silence.
    """

    def archive(args: pulumi.ResourceHookArgs) -> None:
        before, after = args.old_outputs or {}, args.new_inputs or {}
        if before.get("archived") and after.get("archived"):
            with github_client(settings, f"repos/{settings.owner}/") as client:
                if not client.get(repository).raise_for_status().json()["archived"]:
                    client.patch(repository, json={"archived": True}).raise_for_status()

    return pulumi.ResourceHookBinding(before_update=[pulumi.ResourceHook(f"{repository}-archiving", archive)])

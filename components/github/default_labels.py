"""The labels that GitHub gives to every new repository, where the plan names labels of the same names."""

from collections.abc import Iterable
from urllib.parse import quote

import pulumi

from components.github.github_client import github_client
from components.stack.settings import Settings


def without_default_labels(settings: Settings, repository: str, labels: Iterable[str]) -> pulumi.ResourceHookBinding:
    """Delete those of the labels that GitHub put into a repository which this run has just created.

    No issue can have them yet. GitHub refuses a second label of a name, and a preview cannot know which labels the
    organization gives to new repositories.
    """

    def delete(_: pulumi.ResourceHookArgs) -> None:
        with github_client(settings, f"repos/{settings.owner}/{repository}/labels/") as client:
            for label in labels:
                client.delete(quote(label, safe=""))

    return pulumi.ResourceHookBinding(after_create=[pulumi.ResourceHook(f"{repository}-default-labels", delete)])

"""The settings that a plan names. Only those are managed; a new repository gets defaults for the others."""

from collections.abc import Iterator

from migration import plan as planned

_OF_THE_ENTRY = ("description", "homepage", "topics", "visibility")
"""Settings that only a repository's own entry can name, in the words of the REST API."""

PLAN_SWITCHES = {
    "has_issues": ("features", "issues"),
    "has_projects": ("features", "projects"),
    "has_wiki": ("features", "wiki"),
    "allow_merge_commit": ("merging", "merge_commits"),
    "allow_squash_merge": ("merging", "squash"),
    "allow_rebase_merge": ("merging", "rebase"),
    "delete_branch_on_merge": ("merging", "delete_branch"),
    "allow_auto_merge": ("merging", "auto_merge"),
    "allow_update_branch": ("merging", "update_branch"),
}
"""Settings, in the words of the REST API, to the group and the key of the plan."""
PLAN_MESSAGES = {
    "merge_message": {
        "pull_request": ("PR_TITLE", "PR_BODY"),
        "merge": ("MERGE_MESSAGE", "PR_TITLE"),
        "title": ("PR_TITLE", "BLANK"),
    },
    "squash_message": {
        "pull_request": ("PR_TITLE", "PR_BODY"),
        "commits": ("COMMIT_OR_PR_TITLE", "COMMIT_MESSAGES"),
        "title": ("PR_TITLE", "BLANK"),
        "title_and_commits": ("PR_TITLE", "COMMIT_MESSAGES"),
    },
}
"""Key to its values, each with the title and the message that GitHub takes together."""


def named_settings(settings: planned.RepositorySettings) -> dict[str, bool | str]:
    """What `features` and `merging` name, in the words of the REST API.

    https://docs.github.com/en/rest/repos/repos#update-a-repository
    """
    return dict(_named(settings))


def _named(settings: planned.RepositorySettings) -> Iterator[tuple[str, bool | str]]:
    for name, (group, key) in PLAN_SWITCHES.items():
        value = getattr(getattr(settings, group), key, None)
        if value is not None:
            yield name, value
    for key, method in (("merge_message", "merge"), ("squash_message", "squash_merge")):
        if message := getattr(settings.merging, key, None):
            yield from zip(
                (f"{method}_commit_title", f"{method}_commit_message"), PLAN_MESSAGES[key][message], strict=True
            )


def unmanaged_settings(repository: planned.Repository, settings: planned.RepositorySettings) -> tuple[str, ...]:
    """The settings that keep what GitHub has. settings: the repository's own over the plan's defaults."""
    messages = [f"{method}_commit_{part}" for method in ("merge", "squash_merge") for part in ("title", "message")]
    named = {*repository.model_fields_set, *named_settings(settings)}
    return tuple(name for name in (*_OF_THE_ENTRY, *PLAN_SWITCHES, *messages) if name not in named)

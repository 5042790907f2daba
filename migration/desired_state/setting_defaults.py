"""The plan's defaults, and what a repository's own entry says over them."""

from typing import TypeVar

from migration import plan as planned

_Part = TypeVar("_Part", planned.Protection, planned.Environment, planned.Features, planned.Merging, planned.Pipeline)


def with_defaults(defaults: planned.RepositorySettings, own: planned.RepositorySettings) -> planned.RepositorySettings:
    """What the repository says itself, and the defaults for what it does not name."""
    named = {key: getattr(own, key) for key in planned.RepositorySettings.model_fields if key in own.model_fields_set}
    if own.protection and defaults.protection:
        named["protection"] = _over(defaults.protection, own.protection)
    if own.features and defaults.features:
        named["features"] = _over(defaults.features, own.features)
    if own.merging and defaults.merging:
        named["merging"] = _over(defaults.merging, own.merging)
    if own.pipeline and defaults.pipeline:
        named["pipeline"] = _over(defaults.pipeline, own.pipeline)
    by_name = {environment.name: environment for environment in defaults.environments}
    for environment in own.environments:
        default = by_name.get(environment.name)
        by_name[environment.name] = _over(default, environment) if default else environment
    return defaults.model_copy(update={**named, "environments": tuple(by_name.values())})


def _over(default: _Part, own: _Part) -> _Part:
    return default.model_copy(update={key: getattr(own, key) for key in own.model_fields_set})

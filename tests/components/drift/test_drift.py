"""What counts as drift; what each kind looks like on GitHub is tested in tests/end_to_end/test_drift.py."""

from typing import Any

import pytest

from components.drift.drift import REPOSITORY, Drift, RefreshedResource, drifts

COMPONENT = RefreshedResource(
    urn="urn:pulumi:prod::multirepo::multirepo:github:ServiceRepository::engine",
    op="same",
    parent="",
    inputs={},
    was={},
    now={},
)
HOME = RefreshedResource(
    urn=f"urn:pulumi:prod::multirepo::multirepo:github:ServiceRepository${REPOSITORY}::engine-repository",
    op="same",
    parent=COMPONENT.urn,
    inputs={"name": "engine"},
    was={},
    now={},
)
PACKAGE = "pulumi-python:dynamic/packages:PublishedPackage"


def found(
    kind: str, op: str, was: dict[str, Any], now: dict[str, Any], unmanaged: tuple[str, ...] = (), **inputs: Any
) -> list[Drift]:
    urn = f"urn:pulumi:prod::multirepo::multirepo:github:ServiceRepository${kind}::engine-thing"
    named = inputs | {"name": "engine"} if kind == REPOSITORY else inputs
    resource = RefreshedResource(urn=urn, op=op, parent=COMPONENT.urn, inputs=named, was=was, now=now)
    resources = [resource, COMPONENT] if kind == REPOSITORY else [resource, HOME, COMPONENT]
    return drifts(resources, "maestro", {"engine": unmanaged})


def test_a_property_that_the_stack_does_not_set_is_not_shown() -> None:
    was, now = {"description": "Old", "etag": "a"}, {"description": "Old", "etag": "b"}
    (drift,) = found(REPOSITORY, "update", was, now, description="Old")
    assert drift.differences == ()


@pytest.mark.parametrize("nothing", [None, "", 0, False, [], {}])
def test_nothing_no_and_zero_are_the_same(nothing: object) -> None:
    (drift,) = found(REPOSITORY, "update", {"topics": nothing}, {}, topics=[])
    assert drift.differences == ()


def test_what_has_no_order_at_github_is_compared_without_one() -> None:
    (drift,) = found(REPOSITORY, "update", {"topics": ["a", "b"]}, {"topics": ["b", "a"]}, topics=["a", "b"])
    assert drift.differences == ()


def test_a_refresh_that_saw_no_change_is_no_drift() -> None:
    assert found(REPOSITORY, "same", {"description": "Old"}, {"description": "New"}, description="Old") == []


def test_a_component_or_provider_is_nothing_at_github() -> None:
    assert found("multirepo:github:Secrets", "update", {}, {}) == []
    assert found("pulumi:providers:github", "update", {}, {}) == []


def test_a_kind_of_resource_that_nobody_named_yet_is_told_by_the_resources_name() -> None:
    (drift,) = found("github:index/new:New", "delete", {}, {})
    assert (drift.repository, drift.thing, drift.is_gone) == ("engine", "engine-thing", True)


def test_a_file_of_a_published_version_that_is_gone_from_the_registry_is_drift() -> None:
    files = {"core-1.0.whl": "aa", "core-1.0.tar.gz": "bb"}
    was = {"name": "core", "version": "1.0", "files": files, "seen": files}
    now = was | {"seen": {"core-1.0.whl": "aa"}}
    (drift,) = found(PACKAGE, "update", was, now, name="core", version="1.0", files=None, seen=None)
    assert (drift.area, drift.thing) == ("registry", "published package core 1.0")
    assert [(difference.property, difference.was, difference.now) for difference in drift.differences] == [
        ("seen.core-1.0.tar.gz", "bb", None)
    ]


def test_of_what_the_plan_does_not_name_only_the_visibility_is_drift() -> None:
    was = {"description": "Old", "visibility": "private"}
    (drift,) = found(
        REPOSITORY, "update", was, {"description": "New", "visibility": "public"}, ("description", "visibility"), **was
    )
    assert [difference.property for difference in drift.differences] == ["visibility"]
    assert drift.before_up == ("gh api --method PATCH repos/maestro/engine --raw-field visibility=private",)

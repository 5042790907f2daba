import pytest

from quality_fabric.targets import TargetError, chosen_target, read_targets

TARGETS = """
targets:
  - name: staging
    api_base: https://staging.example.com
    test_suites: [api]
"""


def test_targets_are_read_by_name():
    assert read_targets(TARGETS)["staging"].test_suites == ("api",)


def test_an_unknown_suite_is_refused_with_the_known_ones():
    with pytest.raises(TargetError, match="e2e"):
        read_targets(TARGETS.replace("[api]", "[speed]"))


def test_an_unknown_key_is_refused():
    with pytest.raises(TargetError, match="api_bass"):
        read_targets(TARGETS.replace("api_base", "api_bass"))


def test_the_environment_names_a_target(monkeypatch):
    monkeypatch.setenv("TEST_TARGET", "http://localhost:8000")
    assert chosen_target().api_base == "http://localhost:8000"


def test_without_a_target_there_is_nothing_to_test(monkeypatch):
    monkeypatch.delenv("TEST_TARGET", raising=False)
    with pytest.raises(TargetError, match="set TEST_TARGET"):
        chosen_target()

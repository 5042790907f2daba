import pytest

from quality_fabric.checks import SUITE_CHECKS, Skipped

CHECKS = [check for checks in SUITE_CHECKS.values() for check in checks]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_target_passes(check, client):
    try:
        check(client)
    except Skipped as skipped:
        pytest.skip(str(skipped))

"""The change of Pulumi's SDK: only where the SDK is the one that it was made for."""

import subprocess
import sys

import pytest

from components.stack import sdk_speed
from tests.conftest import PROJECT

PATCHED = """
import pulumi
from pulumi.runtime import stack
from components.stack import sdk_speed
{change}
sdk_speed.quicken_sdk()
print(type(stack.asyncio).__name__, pulumi.log.debug.__name__)
"""


def test_the_pinned_sdk_is_the_known_one() -> None:
    assert sdk_speed.is_known_sdk()


@pytest.mark.parametrize(
    ("change", "printed"),
    [
        ("", "_WaitingOnce <lambda>"),
        ("sdk_speed.TESTED_SDK = '3.999.'", "module debug"),
        ("async def wait_for_rpcs(): pass\nstack.wait_for_rpcs = stack._load_monitor_feature_support", "module debug"),
    ],
)
def test_an_sdk_with_another_version_or_other_code_stays_as_it_is(change: str, printed: str) -> None:
    command = [sys.executable, "-c", PATCHED.format(change=change)]
    assert subprocess.check_output(command, cwd=PROJECT, text=True).strip() == printed

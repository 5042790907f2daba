import pytest

from quality_fabric.client import TargetClient
from quality_fabric.targets import TargetError, chosen_target


@pytest.fixture(scope="session")
def client() -> TargetClient:
    try:
        return TargetClient(chosen_target())
    except TargetError as error:
        pytest.skip(str(error))

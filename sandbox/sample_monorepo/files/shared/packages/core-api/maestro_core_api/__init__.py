"""The FastAPI application that Maestro services start from."""

from maestro_core_api.application import ApiInfo, ApiSettings, create_api
from maestro_core_api.health import HEALTH_PATH, Check
from maestro_core_api.problems import NotFound, Problem
from maestro_core_api.security import caller

__all__ = ["HEALTH_PATH", "ApiInfo", "ApiSettings", "Check", "NotFound", "Problem", "caller", "create_api"]

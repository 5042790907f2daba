"""Signed tokens for Maestro services."""

from maestro_core_auth.settings import AuthSettings
from maestro_core_auth.tokens import Claims, InvalidToken, issue_token, verify_token

__all__ = ["AuthSettings", "Claims", "InvalidToken", "issue_token", "verify_token"]

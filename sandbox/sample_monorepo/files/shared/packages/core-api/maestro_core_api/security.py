"""Who calls?"""

import time
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from maestro_core_auth import AuthSettings, InvalidToken, verify_token

bearer = HTTPBearer(auto_error=False)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def caller(settings: AuthSettings) -> Callable[[Credentials], str]:
    """A dependency: the caller's name, "anonymous" on an open service, else 401."""

    def name(credentials: Credentials) -> str:
        if not settings.required:
            return "anonymous"
        try:
            return verify_token(credentials.credentials if credentials else "", settings, time.time()).subject
        except InvalidToken as error:
            raise HTTPException(401, str(error), headers={"WWW-Authenticate": "Bearer"}) from None

    return name

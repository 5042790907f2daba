"""Who calls?"""

import time
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from maestro_core_auth import AuthSettings, InvalidToken, verify_token

bearer = HTTPBearer(auto_error=False)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def anonymous() -> str:
    """The caller of an open service, whose contract then speaks of no token."""
    return "anonymous"


def caller(settings: AuthSettings) -> Callable[..., str]:
    """A dependency: the caller's name, "anonymous" on an open service, else 401."""
    if not settings.required:
        return anonymous

    def name(credentials: Credentials) -> str:
        try:
            return verify_token(credentials.credentials if credentials else "", settings, time.time()).subject
        except InvalidToken as error:
            raise HTTPException(401, str(error), headers={"WWW-Authenticate": "Bearer"}) from None

    return name

"""Who sends a request, by its Authorization header.

https://docs.github.com/rest/authentication/authenticating-to-the-rest-api
"""

import base64
import binascii
from collections.abc import Mapping

from sandbox import errors
from sandbox.tenant.entities import Account, Token
from sandbox.tenant.tenants import Tenant


def authenticate(tenant: Tenant, headers: Mapping[str, str]) -> tuple[Account, Token] | tuple[None, None]:
    """Who sends these headers. Raises 401 for a token that is wrong; without any, nobody.

    "Bearer TOKEN", "token TOKEN", or Basic with the token as the password and any user name, or as the user name
    with no password or "x-oauth-basic".
    """
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if not scheme:
        return None, None
    if scheme.lower() == "basic":
        try:
            name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise errors.bad_credentials() from None
        value = name if password in {"", "x-oauth-basic"} else password
    elif scheme.lower() not in {"bearer", "token"}:
        raise errors.bad_credentials()
    bearer = tenant.bearer(value.strip())
    if bearer is None:
        raise errors.bad_credentials()
    return bearer

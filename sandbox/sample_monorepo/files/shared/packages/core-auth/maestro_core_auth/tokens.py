"""A token is `payload.signature`, both URL-safe base64; the payload is JSON."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass

from maestro_core_auth.settings import AuthSettings


class InvalidToken(ValueError):
    """The token is malformed, not ours, or too old."""


@dataclass(frozen=True)
class Claims:
    """What a token says: who calls, and until when (seconds since the epoch)."""

    subject: str
    expires: int


def issue_token(subject: str, settings: AuthSettings, now: float) -> str:
    """A token for the subject, good for `settings.token_minutes` from now."""
    expires = int(now) + 60 * settings.token_minutes
    payload = _encode(json.dumps({"sub": subject, "exp": expires}).encode())
    return f"{payload}.{_signature(payload, settings)}"


def verify_token(token: str, settings: AuthSettings, now: float) -> Claims:
    """What the token says. Raises InvalidToken."""
    payload, _, signature = token.partition(".")
    # Compared as bytes: compare_digest refuses text that is not ASCII.
    if not hmac.compare_digest(signature.encode(), _signature(payload, settings).encode()):
        raise InvalidToken("the signature does not fit")
    fields = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims = Claims(subject=fields["sub"], expires=fields["exp"])
    if claims.expires <= now:
        raise InvalidToken("the token is too old")
    return claims


def _signature(payload: str, settings: AuthSettings) -> str:
    return _encode(hmac.digest(settings.token_secret.encode(), payload.encode(), hashlib.sha256))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

"""What a service needs to know to check tokens."""

from dataclasses import dataclass

from maestro_core_config import SettingError


@dataclass(frozen=True)
class AuthSettings:
    """Read by maestro_core_config from TOKEN_SECRET and TOKEN_MINUTES."""

    token_secret: str = ""
    token_minutes: int = 60

    def __post_init__(self) -> None:
        if self.token_secret and len(self.token_secret) < 16:
            raise SettingError("TOKEN_SECRET is too short: use at least 16 characters")

    @property
    def required(self) -> bool:
        """Whether callers must show a token."""
        return bool(self.token_secret)

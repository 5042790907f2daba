"""How an event becomes a line."""

import json
import logging

from maestro_core_logging.context import current_request

HIDDEN_FIELDS = frozenset({"password", "token", "secret"})
# Fields that every record has; what else a record carries came from `extra`.
STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonFormatter(logging.Formatter):
    """One JSON object per event: level, logger, message, request, and the extra fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without a line end."""
        event: dict[str, object] = {
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := current_request():
            event["request"] = request
        event |= extra_fields(record)
        if record.exc_info:
            event["error"] = self.formatException(record.exc_info)
        return json.dumps(event, default=str, ensure_ascii=False)


def extra_fields(record: logging.LogRecord) -> dict[str, object]:
    """What the caller passed as `extra`, with secrets blotted out."""
    extra = {name: value for name, value in vars(record).items() if name not in STANDARD_FIELDS}
    return {name: "***" if name in HIDDEN_FIELDS else value for name, value in extra.items()}

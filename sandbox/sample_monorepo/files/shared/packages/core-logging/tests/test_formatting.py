import json
import logging

from maestro_core_logging import request_id
from maestro_core_logging.formatting import JsonFormatter


def line(**fields: object) -> dict[str, object]:
    record = logging.makeLogRecord({"name": "engine", "levelname": "INFO", "msg": "hello", **fields})
    return json.loads(JsonFormatter().format(record))


def test_an_event_is_one_json_object():
    assert line() == {"level": "INFO", "logger": "engine", "message": "hello"}


def test_the_request_is_named_inside_its_block_only():
    with request_id("7f3a"):
        assert line()["request"] == "7f3a"
    assert "request" not in line()


def test_extra_fields_are_kept_and_secrets_hidden():
    event = line(workflow="w1", token="s3cret")
    assert event["workflow"] == "w1"
    assert event["token"] == "***"

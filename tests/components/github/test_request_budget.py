"""How long requests take, and when an hour's limit will not do. The table itself is held in tests/end_to_end."""

from datetime import UTC, datetime

import pytest

from components.github.request_budget import Calls, beyond_the_limit, duration, hours
from components.github.server_facts import RateLimit, ServerFacts

RESET = datetime(2026, 1, 31, 12, 30, tzinfo=UTC)


def limit(remaining: int) -> RateLimit:
    return RateLimit(limit=5_000, remaining=remaining, reset=RESET)


def facts(rest: int, graphql: int = 5_000) -> ServerFacts:
    return ServerFacts(plan="team", version=None, rest=limit(rest), graphql=limit(graphql))


def test_a_second_passes_after_each_write_and_the_provider_takes_graphql_for_writes() -> None:
    assert Calls(reads=4).seconds == 1.0
    assert Calls(writes=4).seconds == 5.0
    assert Calls(queries=4).seconds == 5.0
    assert Calls(queries=4, unpaced=4).seconds == 1.0


def test_requests_beyond_this_hours_limit_wait_for_the_next_ones() -> None:
    calls = Calls(reads=12_000)
    assert duration(calls, None) == duration(calls, limit(12_000)) == 3_000
    assert duration(calls, limit(5_000)) == 2 * 3_600
    assert duration(calls, limit(1_000)) == 3 * 3_600


def test_a_limit_that_is_too_small_is_reported_with_what_happens_then() -> None:
    calls = Calls(reads=90, writes=20, queries=3)
    assert beyond_the_limit(calls, facts(rest=110)) is None
    warning = beyond_the_limit(calls, facts(rest=100))
    assert warning is not None
    assert warning.startswith(
        "This makes about 110 requests of GitHub's REST API, and 100 of 5,000 are left until 12:30 UTC."
    )
    assert "GraphQL API, and 2 of" in (beyond_the_limit(calls, facts(rest=110, graphql=2)) or "")


def test_a_server_without_limits_has_none_to_exceed() -> None:
    assert (
        beyond_the_limit(Calls(reads=10**6), ServerFacts(plan=None, version=(3, 19), rest=None, graphql=None)) is None
    )


@pytest.mark.parametrize(("seconds", "words"), [(50, "50 s"), (119, "119 s"), (750, "12 min"), (12_300, "3.4 h")])
def test_durations_are_written_as_people_say_them(seconds: float, words: str) -> None:
    assert hours(seconds) == words

"""The requests that the program makes of GitHub itself: patient with its limits, and paced between writes."""

import logging
import threading
import time

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, retry_if_result, stop_after_attempt, wait_exponential

from components.stack.settings import Settings, UnavailableError, github_token

WRITE_DELAY = 1.0
"""Seconds between writes to a GitHub that others use too, as it asks for, so that its secondary rate limits are not
met: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api"""

_ATTEMPTS = 4
_PASSING = (500, 502, 503, 504)
_backing_off = wait_exponential(0.2)


class GitHubUnreachableError(UnavailableError):
    """GitHub cannot be queried: a wrong token or address, a used-up limit, or no network."""

    @classmethod
    def of(cls, error: httpx.HTTPError, settings: Settings) -> "GitHubUnreachableError":
        """The sentence for the error of httpx."""
        where = f"GitHub at {settings.github.address}"
        if not isinstance(error, httpx.HTTPStatusError) or error.response.status_code not in (401, 403, 429):
            return cls(
                f"{where}: Cannot query the repositories of {settings.owner}: {error}. Check the address "
                "(multirepo:github) and the network; for the sandbox run ./multirepo sandbox start."
            )
        answer = error.response
        if (seconds := _asked_to_wait(answer)) is not None:
            return cls(
                f"{where}: The rate limit of the token in GITHUB_TOKEN is used up. Run again in {seconds:.0f} s."
            )
        message = answer.json().get("message")
        return cls(
            f"{where} rejected the token in GITHUB_TOKEN ({answer.status_code}: {message}). "
            f"Use one that may create repositories for {settings.owner}; for the sandbox run ./multirepo shell."
        )


def github_client(settings: Settings, path: str = "", token: str | None = None) -> httpx.Client:
    """For requests below `path`, which is empty or ends in a slash, of the REST API; and for its GraphQL address.

    token: the one of the environment, if not given. An answer may be an error; see `raise_for_status`.
    """
    return httpx.Client(
        base_url=f"{settings.github.api}{path}",
        headers={"Authorization": f"Bearer {token or github_token()}", "Accept": "application/vnd.github+json"},
        timeout=30,
        follow_redirects=True,
        transport=_Patient(0 if settings.github.is_local else WRITE_DELAY),
    )


class _Patient(httpx.BaseTransport):
    """Waits where GitHub asks for it, and asks again where that is safe.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
    """

    _one_write_at_a_time = threading.Lock()

    def __init__(self, pause: float) -> None:
        self._inner, self._pause = httpx.HTTPTransport(), pause

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        repeatable = request.method != "POST" or request.url.path.endswith("/graphql")

        def passing(response: httpx.Response) -> bool:
            return _asked_to_wait(response) is not None or (repeatable and response.status_code in _PASSING)

        asking = Retrying(
            retry=retry_if_exception(lambda error: repeatable and isinstance(error, httpx.TransportError))
            | retry_if_result(passing),
            wait=_wait,
            stop=stop_after_attempt(_ATTEMPTS),
            retry_error_callback=_last,
        )
        return asking(self._pace, request)

    def close(self) -> None:
        self._inner.close()

    def _pace(self, request: httpx.Request) -> httpx.Response:
        if not self._pause or not _writes(request):
            return self._read(request)
        with self._one_write_at_a_time:
            response = self._read(request)
            time.sleep(self._pause)
        return response

    def _read(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        response.read()  # the connection is free again before anybody waits
        return response


def _writes(request: httpx.Request) -> bool:
    if request.url.path.endswith("/graphql"):
        return b"mutation" in request.read()
    return request.method not in ("GET", "HEAD")


def _asked_to_wait(response: httpx.Response) -> float | None:
    """The seconds after which GitHub wants to be asked again; None when it does not want that.

    GraphQL reports its limit with 200 and an error, REST with 403 or 429.
    """
    refused = response.status_code in (403, 429) or (response.is_success and b'"RATE_LIMITED"' in response.content)
    if not refused:
        return None
    if after := response.headers.get("Retry-After"):
        return float(after)
    if response.headers.get("X-RateLimit-Remaining") == "0":
        return max(0.0, float(response.headers["X-RateLimit-Reset"]) - time.time())
    return 60.0 if b"secondary rate limit" in response.content else None


def _wait(state: RetryCallState) -> float:
    assert state.outcome
    asked = None if state.outcome.failed else _asked_to_wait(state.outcome.result())
    if asked is None:
        return _backing_off(state)
    logging.getLogger(__name__).warning("GitHub's rate limit is used up. Going on in %.0f s.", asked)
    return asked


def _last(state: RetryCallState) -> httpx.Response:
    assert state.outcome
    response: httpx.Response = state.outcome.result()
    return response

"""Requests that no friendly client sends: each gets GitHub's 4xx, none a 500."""

import http.client

import httpx
import pytest

from sandbox.daemon.administration import TenantAccess
from sandbox.daemon.process import Running


@pytest.mark.parametrize(
    "path", ["..%2f", "..%2F..%2Fetc", ".%2F.", "a%0Ab", "%0A", "a%09b", ":", "a:b", "%5c", "^{tree}"]
)
def test_a_path_of_contents_that_no_tree_can_have_is_not_found(api: httpx.Client, repository: str, path: str) -> None:
    assert api.get(f"{repository}/contents/{path}").status_code == 404


@pytest.mark.parametrize("ref", ["a%0Ab", "@%7B", "-x", "%00", "main%5E%7B"])
def test_a_ref_that_git_cannot_have_is_not_found(api: httpx.Client, repository: str, ref: str) -> None:
    assert api.get(f"{repository}/contents/README?ref={ref}").status_code == 404
    assert api.get(f"{repository}/commits/{ref}").status_code in {404, 422}


@pytest.mark.parametrize("body", ["[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000])
def test_json_that_is_nested_too_deeply_is_refused(api: httpx.Client, repository: str, body: str) -> None:
    answer = api.patch(repository, content=body)
    assert (answer.status_code, answer.json()["message"]) == (400, "Problems parsing JSON")


def test_a_number_that_no_database_holds_is_refused(api: httpx.Client, repository: str) -> None:
    digits = "9" * 5000
    assert api.patch(repository, content=f'{{"name": {digits}}}').status_code in {400, 422}
    assert api.get(f"{repository}/hooks/{digits}").status_code == 404
    assert api.get(f"{repository}/hooks/99999999999999999999").status_code == 404
    assert api.get(f"repositories/{digits}").status_code == 404
    assert api.get(f"{repository}/issues", params={"page": digits}).status_code == 200


def test_a_body_is_not_read_before_its_sender_is_known(server: Running, world: TenantAccess) -> None:
    """A hundred megabytes are promised and never sent: who has to read them before answering, waits."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest("POST", f"/{world.name}/api/v3/orgs/maestro/repos")
    connection.putheader("Authorization", "Bearer ghp_nobody")
    connection.putheader("Content-Length", str(100_000_000))
    connection.endheaders()
    assert connection.getresponse().status == 401
    connection.close()


def test_a_body_beyond_the_limit_is_refused_by_its_length_alone(server: Running, world: TenantAccess) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest("POST", f"/{world.name}/api/v3/orgs/maestro/repos")
    connection.putheader("Authorization", f"Bearer {world.token}")
    connection.putheader("Content-Length", str(300_000_000))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_a_body_of_unknown_length_from_nobody_is_read_to_a_limit(server: Running, world: TenantAccess) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest("POST", f"/{world.name}/api/v3/orgs/maestro/repos")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    for _ in range(3):  # megabytes, and there is no last chunk
        connection.send(b"f4240\r\n" + b" " * 1_000_000 + b"\r\n")
    assert connection.getresponse().status == 401
    connection.close()

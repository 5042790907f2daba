"""Contracts that are not kept, not documented, or not the same on both sides."""

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from migration.packages.index.simple_index import SimpleIndex
from migration.verification.compose.services import ComposeStack
from migration.verification.harness.check import Evidence, Outcome
from tests.migration.verification.conftest import Worlds, verdict_on

CONTRACT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "paths": {
        "/api/things": {
            "get": {
                "responses": {
                    "200": {
                        "description": "All",
                        "content": {
                            "application/json": {"schema": {"type": "object", "required": ["name"], "properties": {}}}
                        },
                    }
                }
            }
        }
    },
    "components": {"schemas": {"Thing": {"type": "object", "properties": {"name": {"type": "string"}}}}},
}
ENGINE = {
    "name": "engine",
    "kind": "python-service",
    "moves": [{"from": "engine"}],
    "contract": {"file": "openapi.json", "generated_by": "generate.py"},
}
PAGE = {
    "name": "page",
    "kind": "vite-application",
    "moves": [{"from": "page"}],
    "contract": {"file": "openapi.json", "types": "contract.ts"},
}
EMPTY = '[project]\nname = "engine"\nversion = "1"\n'
NOWHERE = SimpleIndex(url="http://127.0.0.1:9/simple/")


@pytest.mark.breaks("*.contract-spec")
def test_a_contract_that_the_code_no_longer_says_is_found(worlds: Worlds) -> None:
    generator = "open('openapi.json', 'w').write('{\"paths\": {}}')\n"
    files = {"pyproject.toml": EMPTY, "generate.py": generator, "openapi.json": json.dumps(CONTRACT)}
    verdict = verdict_on(worlds([ENGINE], {"engine": files}, NOWHERE), "engine.contract-spec")
    assert verdict.why == "openapi.json says something else than the code."
    assert "commit openapi.json" in verdict.remedy


@pytest.mark.breaks("*.contract-spec")
def test_a_contract_that_was_never_generated_is_found(worlds: Worlds) -> None:
    files = {"pyproject.toml": EMPTY, "generate.py": ""}
    verdict = verdict_on(worlds([ENGINE], {"engine": files}, NOWHERE), "engine.contract-spec")
    assert verdict.why == "engine has no openapi.json."


@pytest.mark.breaks("*.contract-spec")
def test_a_contract_that_is_no_openapi_is_refused_by_the_validators(worlds: Worlds) -> None:
    files = {"pyproject.toml": EMPTY, "generate.py": "", "openapi.json": '{"openapi": "3.1.0", "paths": []}'}
    verdict = verdict_on(worlds([ENGINE], {"engine": files}, NOWHERE), "engine.contract-spec")
    assert verdict.outcome == Outcome.FAILS
    assert "openapi-spec-validator" in verdict.ran[-1]


@pytest.mark.breaks("*.contract-documented")
def test_a_contract_that_no_page_tells_of_is_found(worlds: Worlds) -> None:
    files = {"openapi.json": json.dumps(CONTRACT), "README.md": "It needs GET /api/others.\n"}
    verdict = verdict_on(worlds([ENGINE, PAGE], {"page": files}), "page.contract-documented")
    assert verdict.why == "No page of page names /api/things."


@pytest.mark.breaks("*.contract-types")
def test_types_of_another_contract_than_the_services_are_found(worlds: Worlds) -> None:
    files = {
        "engine": {"openapi.json": json.dumps(CONTRACT)},
        "page": {"openapi.json": "{}", "contract.ts": "export type Thing = { id: number };\n"},
    }
    verdict = verdict_on(worlds([ENGINE, PAGE], files), "page.contract-types")
    assert verdict.why == "contract.ts is not what engine's contract gives."


class _Liar(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def liar() -> Iterator[str]:
    """A service that answers with a list where its contract promises an object."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Liar) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.breaks("*.contract-kept")
def test_a_service_that_does_not_keep_its_contract_is_found(worlds: Worlds, liar: str) -> None:
    world = worlds([ENGINE], {"engine": {"openapi.json": json.dumps(CONTRACT)}})
    running = ComposeStack(addresses={"engine": liar}, suite={}, test=lambda _: "", how="by hand")
    world.once("stack", Evidence(), lambda _: running)
    verdict = verdict_on(world, "engine.contract-kept")
    assert "Response violates schema" in verdict.why
    assert "Make the service do what openapi.json says" in verdict.remedy

from fastapi.testclient import TestClient

from maestro_core_api import ApiInfo, ApiSettings, NotFound, create_api


def client(**checks) -> TestClient:
    app = create_api(ApiInfo("Example", "1.0", checks), ApiSettings())

    @app.get("/missing")
    def missing() -> None:
        raise NotFound("there is no such thing")

    return TestClient(app)


def test_a_service_without_checks_is_well():
    reply = client().get("/api/health")
    assert (reply.status_code, reply.json()) == (200, {"status": "ok", "checks": {}})


def test_a_failing_check_is_named():
    def database() -> None:
        raise ConnectionError

    reply = client(database=database).get("/api/health")
    assert (reply.status_code, reply.json()["checks"]) == (503, {"database": "failing"})


def test_what_is_not_there_is_404():
    reply = client().get("/missing")
    assert (reply.status_code, reply.json()) == (404, {"detail": "there is no such thing"})


def test_the_frontend_may_call():
    headers = {"Origin": "http://localhost:4200"}
    reply = client().get("/api/health", headers=headers)
    assert reply.headers["Access-Control-Allow-Origin"] == "http://localhost:4200"


def test_the_reply_names_its_request():
    assert client().get("/api/health", headers={"X-Request-Id": "7f3a"}).headers["X-Request-Id"] == "7f3a"

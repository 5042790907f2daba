import time
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

from maestro_core_api import caller
from maestro_core_auth import AuthSettings, issue_token

SETTINGS = AuthSettings(token_secret="a secret of the tests")


def client(settings: AuthSettings) -> TestClient:
    app = FastAPI()

    @app.get("/name")
    def name(name: Annotated[str, Depends(caller(settings))]) -> str:
        return name

    return TestClient(app)


def test_an_open_service_lets_everyone_in():
    assert client(AuthSettings()).get("/name").json() == "anonymous"


def test_a_token_names_the_caller():
    token = issue_token("zoe", SETTINGS, time.time())
    assert client(SETTINGS).get("/name", headers={"Authorization": f"Bearer {token}"}).json() == "zoe"


def test_without_a_token_the_answer_is_401():
    assert client(SETTINGS).get("/name").status_code == 401

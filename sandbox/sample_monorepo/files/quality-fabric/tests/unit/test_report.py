import httpx

from quality_fabric.client import TargetClient
from quality_fabric.report import run_suites
from quality_fabric.targets import Target


def outcomes(answer, **target) -> dict[str, str]:
    client = TargetClient(Target("example", "http://api", **target), httpx.MockTransport(answer))
    return {result.name: result.outcome for result in run_suites(client)}


def test_an_application_without_our_routes_can_be_tested():
    assert outcomes(lambda _request: httpx.Response(404)) == {
        "the target answers": "passed",
        "the target is well": "skipped",
        "the page and its scripts load": "skipped",
        "a workflow runs to its end": "skipped",
    }


def test_a_target_that_is_down_fails():
    def answer(request):
        raise httpx.ConnectError("refused", request=request)

    assert outcomes(answer, test_suites=("api",))["the target answers"] == "failed"


def test_a_script_that_does_not_load_fails():
    def answer(request):
        page = '<script type="module" src="/main.js"></script>'
        return httpx.Response(200, text=page) if request.url.path == "/" else httpx.Response(404)

    results = outcomes(answer, frontend_url="http://app", test_suites=("frontend",))
    assert results == {"the page and its scripts load": "failed"}


def test_a_workflow_is_followed_to_its_end():
    states = iter(["pending", "running", "succeeded"])

    def answer(request):
        if request.method == "POST":
            return httpx.Response(201, json={"id": "w1"})
        return httpx.Response(200, json={"status": next(states)})

    assert outcomes(answer, test_suites=("e2e",)) == {"a workflow runs to its end": "passed"}

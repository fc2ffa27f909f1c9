"""Challenges, liveness, the contract, and what is not there."""

import pytest
import yaml

from regain.api.contract import OPERATIONS
from regain.problems import CATALOGUE
from tests.functions.conftest import solve


def test_a_challenge_that_a_browser_solves_opens_a_flow_s34(world):
    challenge = world.request("GET", "/api/challenge")
    assert challenge.operations == ()
    assert challenge.headers["cache-control"] == "no-store"
    body = {"user_id": world.person().user_id, "proof": solve(challenge.body)}
    assert world.post("/api/reset/start", body).status == 201


@pytest.mark.parametrize(
    "change",
    [
        {"signature": "0" * 64},
        {"parameters": {"cost": 1}},
        {"parameters": {"expiresAt": 9_999_999_999}},
        {"parameters": {"data": {"action": "other"}}},
        {"parameters": {"keyPrefix": "00"}},
    ],
    ids=["signature", "cost", "expiry", "purpose", "prefix"],
)
def test_a_challenge_that_was_changed_is_refused(world, change):
    challenge = world.request("GET", "/api/challenge").body
    changed = {**challenge, **change, "parameters": {**challenge["parameters"], **change.get("parameters", {})}}
    solved = solve({**changed, "parameters": {**changed["parameters"], "cost": 1, "keyPrefix": "0"}})
    answer = world.post("/api/reset/start", {"user_id": world.person().user_id, "proof": solved})
    assert answer.code == "robot-check-failed"


@pytest.mark.parametrize("proof", ["x", "e30=", "bnVsbA==", "W10=", "eyJjaGFsbGVuZ2UiOiAxfQ==", "Ww==" * 900])
def test_what_is_no_proof_is_refused_before_the_store_is_asked(world, proof):
    answer = world.post("/api/reset/start", {"user_id": "maria", "proof": proof})
    assert (answer.code, answer.operations) == ("robot-check-failed", ())


def test_it_says_that_it_lives(world):
    assert world.request("GET", "/api/health").body == {"status": "ok"}


def test_the_contract_is_the_one_that_the_template_routes(world, root):
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, suffix, node: node.value)
    resources = yaml.load((root / "template.yaml").read_text(), Loader)["Resources"]
    routes = {
        (event["Properties"]["Method"], event["Properties"]["Path"])
        for resource in resources.values()
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == "HttpApi" and "Path" in event["Properties"]  # `$default` is for CloudFront
    }
    assert routes - {("ANY", "/api/{proxy+}")} == {(op.method, op.path) for op in OPERATIONS}
    document = world.request("GET", "/api/openapi.json").body
    assert {(m.upper(), path) for path, methods in document["paths"].items() for m in methods} == {
        (op.method, op.path) for op in OPERATIONS
    }
    assert document["components"]["schemas"]["Start"]["additionalProperties"] is False
    assert document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"] == sorted(CATALOGUE)


@pytest.mark.parametrize(
    "path",
    ["/api/nothing", "/api/reset", "/api/reset/start/", "/api/RESET/start", "/api/reset%2Fstart", "/api/accounts"],
)
def test_what_is_not_there_is_a_problem(world, path):
    answer = world.request("POST", path, "{}")
    assert (answer.status, answer.code) == (404, "not-found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/reset/start"),
        ("PUT", "/api/account/sign-in"),
        ("OPTIONS", "/api/unlock/send"),
        ("POST", "/api/health"),
    ],
)
def test_another_method_is_a_problem_that_names_the_right_one(world, method, path):
    from service.app import lambda_handler
    from tests.functions import conftest

    assert lambda_handler is conftest.handler("/api/health")
    answer = world.request(method, path, "{}", serve=lambda_handler)
    assert (answer.status, answer.code) == (405, "method-not-allowed")
    assert answer.headers["allow"] in ("POST", "GET")
    assert "access-control-allow-origin" not in answer.headers

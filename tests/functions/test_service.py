"""Challenges, liveness, the contract, and what is not there."""

import importlib
import json

import pytest
import yaml

from regain.api.contract import OPERATIONS
from regain.api.handler import ContractResolver
from regain.api.scim import PREFIX
from regain.problems import CATALOGUE, INTERNAL_ERROR
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
        {"parameters": {"data": {"action": "start", "times": float("inf")}}},
    ],
    ids=["signature", "cost", "expiry", "purpose", "prefix", "no number"],
)
def test_a_challenge_that_was_changed_is_refused(world, change):
    challenge = world.request("GET", "/api/challenge").body
    changed = {**challenge, **change, "parameters": {**challenge["parameters"], **change.get("parameters", {})}}
    solved = solve({**changed, "parameters": {**changed["parameters"], "cost": 1, "keyPrefix": "0"}})
    answer = world.post("/api/reset/start", {"user_id": world.person().user_id, "proof": solved})
    assert answer.code == "robot-check-failed"


@pytest.mark.parametrize("proof", ["x", "e30=", "bnVsbA==", "W10=", "eyJjaGFsbGVuZ2UiOiAxfQ==", "Ww==" * 900])
def test_what_is_no_proof_is_refused_before_the_store_is_asked(world, proof):
    answer = world.post("/api/reset/start", {"user_id": "maria@contoso.example", "proof": proof})
    assert (answer.code, answer.operations) == ("robot-check-failed", ())


def test_it_says_that_it_lives(world):
    assert world.request("GET", "/api/health").body == {"status": "ok"}


def test_routes_of_the_functions_events_of_the_template_and_the_openapi_document_are_one_set(world, root):
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, suffix, node: node.value)
    resources = yaml.load((root / "template.yaml").read_text(), Loader)["Resources"]
    events = {
        (resource["Properties"]["Handler"].removesuffix(".lambda_handler"), event["Properties"]["Method"], path)
        for resource in resources.values()
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == "HttpApi" and (path := event["Properties"].get("Path"))  # `$default` is for CloudFront
    }
    events.remove(("service.app", "ANY", "/api/{proxy+}"))
    events.remove(("provisioning.app", "ANY", f"{PREFIX}/{{proxy+}}"))  # a contract of its own: RFC 7644
    resolvers = {module: importlib.import_module(module).app for module, _, _ in events}
    routes = {
        (module, route.method, route.openapi_path)
        for module, app in resolvers.items()
        for route in (*app._static_routes, *app._dynamic_routes)
    }
    assert routes == events
    served = {(method, path) for _, method, path in routes}
    assert len(served) == len(routes)
    assert served == {(op.method, op.path) for op in OPERATIONS}
    document = world.request("GET", "/api/openapi.json").body
    assert served == {(m.upper(), path) for path, methods in document["paths"].items() for m in methods}
    assert document["components"]["schemas"]["Start"]["additionalProperties"] is False
    assert document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"] == sorted(CATALOGUE)


def test_a_route_that_the_contract_does_not_list_cannot_be_registered():
    with pytest.raises(LookupError, match="POST /api/reset/undo is no operation"):
        ContractResolver().post("/api/reset/undo")(lambda context: None)


@pytest.mark.parametrize(
    "path",
    [
        "/api/nothing",
        "/api/reset",
        "/api/reset/start/",
        "/api/RESET/start",
        "/api/reset%2Fstart",
        "/api/accounts",
        "/api/openapi-json",
        "/xwell-known/change-password",
        "/api/health\n",
        "/api/admin/accounts/x/reset\n",
    ],
)
def test_what_is_not_there_is_a_problem(world, path):
    answer = world.request("POST", path, "{}")
    assert (answer.status, answer.code) == (404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/reset/start", "POST"),
        ("PUT", "/api/account/sign-in", "POST"),
        ("OPTIONS", "/api/unlock/send", "POST"),
        ("POST", "/api/health", "GET"),
        ("PUT", "/api/account/methods", "GET, POST"),
        ("PATCH", "/api/admin/accounts/%23EXT%23@contoso.example/require-registration", "DELETE, POST"),
        ("GET", "/api/account/methods/keep", "POST"),  # a path of its own: no id, which could be removed
        ("GET", "/api/account/methods/kept", "DELETE"),
    ],
)
def test_another_method_is_a_problem_that_names_the_right_ones(world, method, path, allowed):
    from service.app import lambda_handler
    from tests.functions import conftest

    assert lambda_handler is conftest.handler("/api/health")
    answer = world.request(method, path, "{}", serve=lambda_handler)
    assert (answer.status, answer.code) == (405, "method-not-allowed")
    assert answer.headers["allow"] == allowed
    assert "access-control-allow-origin" not in answer.headers


def event(method, path):
    """The least that API Gateway hands over."""
    http = {"method": method, "path": path, "sourceIp": "192.0.2.1"}
    context = {"http": http, "requestId": "r", "stage": "$default"}
    return {"rawPath": path, "headers": {"host": "help.contoso.example"}, "requestContext": context}


def test_powertools_own_debugging_prints_no_event_and_no_traceback_b20(world, monkeypatch, capsys):
    def fail(user_id, context):
        raise ValueError("typed-secret")

    monkeypatch.setenv("POWERTOOLS_DEV", "true")
    app = ContractResolver()
    app.get("/api/admin/accounts/<user_id>")(fail)
    answer = app.resolve(event("GET", "/api/admin/accounts/typed-secret"), None)
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (500, INTERNAL_ERROR.code)
    assert "typed-secret" not in "".join(capsys.readouterr()) + json.dumps(answer)


@pytest.mark.parametrize(
    "path", ["%23EXT%23@contoso.example", "#EXT#@contoso.example", "%2523EXT%2523@contoso.example"]
)
def test_a_parameter_of_the_path_is_decoded_once_however_the_gateway_hands_it_over(path):
    asked = []
    app = ContractResolver()
    app.get("/api/admin/accounts/<user_id>")(lambda user_id, context: asked.append(user_id))
    assert app.resolve(event("GET", f"/api/admin/accounts/{path}"), None)["statusCode"] == 200
    assert asked == ["%23EXT%23@contoso.example" if "25" in path else "#EXT#@contoso.example"]

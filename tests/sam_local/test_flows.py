"""The real `sam local start-api` on the embedded stack's store (B21): what `sam build` made, in the runtime's own Python.

Run by `make sam-local`, because it needs Docker. Without it these flows run in the sandboxes (tests/local).
"""

import json
import os

import pytest

from tests.codes import code_in
from tests.conftest import ROOT, launch
from tests.local.test_stack import newest, post, started

pytestmark = pytest.mark.skipif(os.environ.get("SAM_LOCAL") != "1", reason="needs Docker: make sam-local")
NEW = "pebble-Orchard-86-lamp"


@pytest.fixture(scope="module")
def stack(tmp_path_factory, site):
    """The whole stack, with the API in containers."""
    running = launch(tmp_path_factory.mktemp("state"), site, "--build", str(ROOT / ".aws-sam" / "local"))
    assert running.said[-1:] == ["ready"], "\n".join(running.said)
    yield running
    running.stop()


def proved(stack, user_id, to, purpose):
    flow = started(stack, user_id, purpose)["flow"]
    before = len(stack.messages(to))
    assert post(stack, f"/api/{purpose}/send", {"flow": flow, "method": "email"})[0] == 202
    code = code_in(newest(stack, to, before + 1)["body"])
    status, told = post(stack, f"/api/{purpose}/verify", {"flow": flow, "method": "email", "code": code})
    assert (status, told["gates"]) == (200, {"required": 1, "passed": 1})
    return flow


def sign_in(stack, user_id, password):
    return post(stack, "/api/account/sign-in", {"user_id": user_id, "password": password})


def test_a_password_is_reset_in_containers(stack):
    flow = proved(stack, "chen.li@contoso.example", "chen@home.example", "reset")
    refused = post(stack, "/api/reset/finish", {"flow": flow, "new_password": "short"})
    assert (refused[0], refused[1]["code"]) == (422, "password-not-accepted")
    assert post(stack, "/api/reset/finish", {"flow": flow, "new_password": NEW})[0] == 200
    assert sign_in(stack, "chen.li@contoso.example", NEW)[0] == 200


def test_an_account_is_unlocked_in_containers(stack):
    for number in range(13):  # the limit of this account and day is 8 to 12
        assert sign_in(stack, "maria.silva@contoso.example", f"wrong-{number}")[0] in (401, 429)
    assert sign_in(stack, "maria.silva@contoso.example", "maple-Cedar-93-window")[1]["code"] == "sign-in-locked"
    flow = proved(stack, "maria.silva@contoso.example", "maria@home.example", "unlock")
    assert post(stack, "/api/unlock/finish", {"flow": flow})[0] == 200
    assert sign_in(stack, "maria.silva@contoso.example", "maple-Cedar-93-window")[0] == 200


def test_what_is_not_there_and_what_is_not_json_are_problems_in_containers_too(stack):
    status, _, body = stack.get("/api/nothing")
    assert (status, json.loads(body)["code"]) == (404, "not-found")
    status, told = post(stack, "/api/reset/start", {"user_id": 7})
    assert (status, told["code"]) == (400, "request-not-read")

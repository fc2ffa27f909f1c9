"""`regain scim token`: made, shown once, listed, revoked."""

import re

import pytest

from cli.stack import Stack
from tests.functions.provisioner import Provisioner


@pytest.fixture(autouse=True)
def origin(monkeypatch):
    monkeypatch.setattr(Stack, "origin", lambda _: "https://account.contoso.example")


def test_a_token_is_shown_once_opens_scim_and_ends_when_it_is_revoked(run, world):
    status, out, _ = run("scim", "token", "create", "Contoso Okta", "--days", "30")
    assert status == 0
    assert "https://account.contoso.example/api/scim/v2" in out
    token = out.split()[-1]
    token_id, secret = re.fullmatch(r"regain-scim\.([0-9a-f]{8})\.([\w-]{43})", token).groups()
    okta = Provisioner(world)
    assert okta.send("GET", "/Users", token=token).status == 200
    status, listed, _ = run("scim", "token", "list")
    assert status == 0
    assert token_id in listed and "Contoso Okta" in listed and secret not in listed
    assert run("scim", "token", "revoke", token_id)[0] == 0
    assert okta.send("GET", "/Users", token=token).status == 401
    status, _, said = run("scim", "token", "revoke", token_id)
    assert (status, "scim token list" in said) == (1, True)


def test_who_changed_something_is_named_after_the_token(run, world):
    token = run("scim", "token", "create", "Contoso Okta")[1].split()[-1]
    user_id = f"named{world.number}@contoso.example"
    assert Provisioner(world).send("POST", "/Users", {"userName": user_id}, token=token).status == 201
    (event,) = world.events(user_id)
    assert event["by"] == "scim Contoso Okta"


@pytest.mark.parametrize(
    "arguments", [("create", ""), ("create", "x" * 61), ("create", "a\nb"), ("create", "x", "--days", "0")]
)
def test_a_name_or_a_time_that_makes_no_sense_is_refused(run, arguments):
    assert run("scim", "token", *arguments)[0] == 2

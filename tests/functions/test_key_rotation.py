"""Counting a key's generation up (docs/admin/keys.md) replaces the key for what is new; what was given before stays good (X23)."""

import os

import pyotp
import pytest

from notify.confirmation import confirmed
from notify.flow import render
from regain.adapters.outbox import Message
from regain.adapters.security_info import from_item
from regain.adapters.store import to_dataclass
from regain.recovery import repudiation
from regain.runtime import services as composition
from tests.functions.agent import Agent
from tests.functions.test_proofs import KINDS, Owner, method


@pytest.fixture
def rotate(monkeypatch):
    """Deploys with a generation counted up."""

    def count_up(*keys, generation="2"):
        for key in keys or ("CODE_KEY", "PROOF_KEY"):
            monkeypatch.setitem(os.environ, f"{key}_GENERATION", generation)
        composition.services.cache_clear()

    yield count_up
    composition.services.cache_clear()


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_registered_before_a_rotation_proves_its_owner_after_it_x23(use, rotate, kind, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    owner = Owner(use(recovery={"gates": 2, "methods": list(KINDS)})).everything()
    time_machine.shift(60)
    rotate()
    flow = owner.start()
    assert owner.prove(flow, method(flow["methods"], kind)).status == 200


def test_what_is_registered_after_a_rotation_comes_from_the_new_key_x23(world, rotate):
    owner = Owner(world)
    rotate("PROOF_KEY")
    owner.everything()
    item = world.services.store.get(
        *world.services.security_infos.key(world.services.recoveries.subject(owner.account.id))
    )
    info = from_item(item)
    assert (info.authenticator.generation, info.recovery_code.generation) == (2, 2)
    flow = owner.start()
    assert owner.prove(flow, method(flow["methods"], "recovery-code")).status == 200


@pytest.mark.parametrize("kind", ["email", "authenticator"])
def test_a_registration_that_began_before_a_rotation_is_confirmed_after_it_x23(world, rotate, kind):
    owner = Owner(world)
    begun = owner.register(kind, **({"contact": "new@mail.example"} if kind == "email" else {})).body
    code = owner.code("new@mail.example") if kind == "email" else pyotp.TOTP(begun["secret"]).at(world.services.now)
    rotate()
    assert owner.confirm(begun["id"], code=code).status == 200


def test_a_code_for_a_helper_or_a_caller_stays_good_during_a_rotation_x23(world, rotate):
    agent, person = Agent(world, role="helpdesk"), world.person()
    agent.prove()
    started = agent.over(person, "caller/start").body
    assert agent.over(person, "caller/send", {"flow": started["flow"], "method": "email"}).status == 202
    code = world.code(started["reference"])
    rotate()
    proof = {"flow": started["flow"], "method": "email", "code": code}
    assert agent.over(person, "caller/verify", proof).status == 200


def test_a_temporary_password_that_is_under_way_is_sent_as_it_was_set_x23(world, rotate):
    agent, person = Agent(world), world.person()
    agent.prove()
    agent.over(person, "reset", {"to": "email"})
    (message,) = [m for m in world.outbox_of(person.user_id) if m["kind"] == "temporary-password"]
    rotate()
    password = render(confirmed(to_dataclass(message, Message), world.services), world.services).text.split("\n\n")[1]
    assert world.sign_in(person.user_id, password).body["must_change_password"]


def test_a_link_of_a_notice_stays_good_after_a_rotation_x23(world, rotate):
    person = world.person()
    world.proved(person.user_id)
    world.finish(world.proved(person.user_id).body["flow"])
    notice = next(m for m in world.outbox_of(person.user_id) if m["kind"] == "password-reset")
    token = repudiation.derive_token(world.services.keys, notice["subject"], notice["reference"], notice["facts"]["at"])
    rotate()
    assert world.post("/api/account/secure", {"token": token}).status == 200


def test_each_key_derives_what_it_is_for_and_nothing_else_x23(world):
    """Codes of reset and unlock, other proofs, passwords, and the rest have roots that differ, each asked of KMS by its id."""
    keys = world.services.keys
    asked = []
    client = keys._client

    class Watched:
        def generate_mac(self, **params):
            asked.append(params["KeyId"])
            return client.generate_mac(**params)

    keys._client, keys._roots, keys._derived = Watched(), {}, {}
    expected = {
        "CODE_KEY": ("code",),
        "PROOF_KEY": ("registration", "step-up", "authenticator", "recovery-code", "answer", "temporary-password",
                      "repudiation", "fingerprint"),
        "PASSWORD_KEY": ("password",),
        "SERVICE_KEY": ("subject", "limit", "challenge", "challenge-solution", "sealed-user-id"),
    }  # fmt: skip
    for variable, purposes in expected.items():
        for purpose in purposes:
            keys._roots, keys._derived = {}, {}
            asked.clear()
            keys.derive(purpose)
            assert asked == [os.environ[variable]], purpose

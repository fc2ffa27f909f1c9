"""“This was not me”: a notice's link locks the account, once, and only when it is confirmed (B3, B6)."""

import itertools
from dataclasses import replace

import pytest

from regain.recovery import repudiation
from regain.runtime.services import Services
from tests.functions.agent import Agent
from tests.functions.person import Person

NEW = "violet-Anchor-27-plum"


def changed(world, person, purpose="reset"):
    """Somebody changes the account; the token in the notice about it."""
    started = world.proved(person.user_id, purpose)
    assert world.finish(started.body["flow"], NEW, purpose).status == 200
    reference = started.body["reference"]
    notice = next(m for m in world.outbox(reference) if m["kind"] != "code")
    return repudiation.derive_token(world.services.keys, notice["subject"], reference, notice["facts"]["at"])


def secure(world, token):
    return world.post("/api/account/secure", {"token": token})


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_it_locks_the_account_ends_sessions_and_flows_and_tells_b6(world, purpose):
    person = world.person()
    token = changed(world, person, purpose)
    password = NEW if purpose == "reset" else world.password
    session = world.sign_in(person.user_id, password).session
    started = world.start(person.user_id).body
    flow = started["flow"]
    assert secure(world, token).body == {"done": True}
    assert world.sign_in(person.user_id, password).code == "wrong-user-id-or-password"
    assert world.request("GET", "/api/account", session=session).code == "sign-in-needed"
    last = world.events(person.user_id)[-1]
    told = {(m["kind"], m["to"]) for m in world.outbox(last["reference"]) if m["kind"].startswith("account-secured")}
    assert told == {("account-secured", to) for to in person.addresses} | {
        ("account-secured-administrators", "it@contoso.example")
    }
    assert world.send(flow).status == 202  # it goes on as for nobody: whoever has proved nothing learns nothing
    assert {message["channel"] for message in world.outbox(started["reference"])} == {"none"}


def test_the_link_of_a_notice_works_also_where_a_second_ends_while_the_change_is_written_b6(world, monkeypatch):
    person, agent = Person(world), Agent(world).proved()
    person.register("recovery-code")
    (method,) = [each["id"] for each in person.view()["methods"] if each["kind"] == "recovery-code"]
    flow = world.proved(person.account.user_id).body["flow"]
    ticks = itertools.count(world.services.now)
    monkeypatch.setattr(Services, "now", property(lambda _: next(ticks)))
    assert person.remove(method).status == 200
    assert agent.over(person.account, "unlock").status == 200
    assert world.finish(flow, NEW).status == 200
    wanted = {"security-info-removed", "admin-unlocked", "password-reset"}
    told = {m["kind"]: m for m in world.outbox_of(person.account.user_id) if m["kind"] in wanted}
    assert set(told) == wanted
    for kind, notice in told.items():
        of = (notice["subject"], notice["reference"], notice["facts"]["at"])
        assert repudiation.token_of_notice(world.services, *of), kind


def test_a_change_of_a_known_password_can_be_objected_to_as_well_b6(world):
    person = world.person()
    session = world.sign_in(person.user_id).session
    body = {"current_password": world.password, "new_password": NEW}
    assert world.post("/api/account/password", body, session=session).status == 200
    event = world.events(person.user_id)[-1]
    notice = world.outbox(event["reference"])[0]
    token = repudiation.derive_token(world.services.keys, notice["subject"], event["reference"], notice["facts"]["at"])
    assert secure(world, token).status == 200


def test_a_link_is_good_once(world):
    person = world.person()
    token = changed(world, person)
    assert secure(world, token).status == 200
    world.change(world.account(person.user_id), enabled=True)
    assert secure(world, token).code == "link-ended"
    assert world.account(person.user_id).enabled is True


def test_a_link_is_good_for_seven_days(world, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    first, second = world.person(), world.person()
    one, two = changed(world, first), changed(world, second)
    time_machine.move_to(1_800_604_799, tick=False)
    assert secure(world, one).status == 200
    time_machine.move_to(1_800_604_800, tick=False)
    assert secure(world, two).code == "link-ended"


@pytest.mark.parametrize(
    "change", [lambda t: t[:-4] + "AAAA", lambda t: "AAAA" + t[4:], lambda t: "A" * 43, lambda t: "x"]
)
def test_another_token_leads_nowhere(world, change):
    person = world.person()
    token = changed(world, person)
    assert secure(world, change(token)).code == "link-ended"
    assert world.account(person.user_id).enabled is True


def test_a_flows_token_is_no_objection_and_the_reverse(world):
    person = world.person()
    token = changed(world, person)
    flow = world.start(person.user_id).body["flow"]
    assert secure(world, flow).code == "link-ended"
    assert world.send(token).code == "session-ended"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT"])
def test_opening_a_link_changes_nothing_b3(world, method):
    from service.app import lambda_handler

    person = world.person()
    token = changed(world, person)
    answer = world.request(method, "/api/account/secure", f'{{"token":"{token}"}}', serve=lambda_handler)
    assert answer.status == 405
    assert world.account(person.user_id).enabled is True


def test_the_token_is_stored_nowhere(world):
    person = world.person()
    token = changed(world, person)
    client = world.services.store.client
    for table in client.list_tables()["TableNames"]:
        assert token[22:] not in repr(client.scan(TableName=table)["Items"])


class TestAfterwards:
    """Nothing that an intruder had or made is left (B29, X11)."""

    @pytest.fixture
    def intruded(self, world):
        """An intruder who has the password and registers an app; the owner repudiates it. The intruder, and their app."""
        intruder = Person(world)
        intruder.registered("email", f"old{world.number}@home.example")
        (old,) = intruder.info().contacts
        intruder.change_info(contacts=(replace(old, since=old.since - 30 * 86_400),))
        app = intruder.app()
        reference = next(e for e in world.events(intruder.account.user_id)[::-1] if e["kind"] == "security-info-added")
        notice = next(m for m in world.outbox(reference["reference"]) if m["kind"] == "security-info-added")
        token = repudiation.derive_token(
            world.services.keys, notice["subject"], reference["reference"], notice["facts"]["at"]
        )
        assert secure(world, token).status == 200
        return intruder, app

    def test_administrators_see_what_was_registered_since_with_times_b29(self, world, intruded):
        intruder, _ = intruded
        seen = Agent(world).proved().look(intruder.account).body
        assert (seen["suspended"], seen["enabled"]) == (True, False)
        assert {each["kind"] for each in seen["set_aside"]} == {"authenticator", "recovery-code"}
        assert all(each["since"] == pytest.approx(world.services.now, abs=60) for each in seen["set_aside"])
        assert [
            (each["kind"], bool(each["since"])) for each in seen["methods"] if not each.get("by_administrator")
        ] == [("email", True)]
        assert [reason["rule"] for reason in seen["reasons"]] == ["accountEnabled", "repudiation"]

    def test_turning_on_leads_through_the_methods_and_a_temporary_password_b29(self, world, intruded):
        intruder, app = intruded
        administrator, user = Agent(world).proved(), intruder.account
        assert administrator.over(user, "enable").code == "methods-to-review"
        (kept,) = [each["id"] for each in administrator.look(user).body["methods"] if not each.get("by_administrator")]
        made = administrator.over(user, "enable", {"keep": [kept]}).body
        assert made["temporary_password"]
        assert world.sign_in(user.user_id, world.password).code == "wrong-user-id-or-password"
        flow = world.start(user.user_id).body["flow"]
        assert world.verify(flow, app.at(world.services.now + 30), "authenticator").code == "wrong-authenticator-code"
        owner = Person.signed_in(world, user, world.sign_in(user.user_id, made["temporary_password"]).session)
        assert [each[0] for each in owner.places()] == ["email"]
        assert owner.prove("email").status == 200
        change = {"current_password": made["temporary_password"], "new_password": NEW}
        assert owner.post("password", **change).status == 200

    def test_no_import_and_no_reset_brings_the_old_password_back_b30(self, world, intruded):
        intruder, _ = intruded
        account = world.account(intruder.account.user_id)
        assert not account.enabled
        world.change(account, enabled=True)  # whatever turned it on
        assert world.sign_in(account.user_id, world.password).code == "wrong-user-id-or-password"
        started = world.start(account.user_id).body
        world.send(started["flow"])
        assert {message["channel"] for message in world.outbox(started["reference"])} == {"none"}

    def test_what_it_entered_works_again_only_if_it_is_kept(self, world, intruded):
        intruder, _ = intruded
        administrator, user = Agent(world).proved(), intruder.account
        assert administrator.over(user, "enable", {"keep": []}).status == 200
        assert intruder.info().places_lost_at
        assert administrator.look(user).body["methods"] == []

    def test_an_account_that_was_only_turned_off_is_turned_on_as_before(self, world):
        administrator, user = Agent(world).proved(), world.person(enabled=False)
        assert administrator.over(user, "enable").body == {"done": True}
        assert world.sign_in(user.user_id).status == 200

"""Administration: roles, second factor, callers, and what each action does (S15, S16, S20, B12, B13)."""

import pytest

from notify.confirmation import confirmed
from notify.flow import render
from regain.adapters.outbox import Message
from regain.adapters.store import to_dataclass
from tests.functions.agent import Agent
from tests.functions.conftest import PASSWORD
from tests.functions.person import Person

NEW = "violet-Anchor-27-plum"


@pytest.fixture
def administrator(world):
    """An administrator who has given their second factor."""
    found = Agent(world)
    assert found.prove().status == 200
    return found


@pytest.fixture
def helpdesk(world):
    """Somebody of helpdesk who has given their second factor."""
    found = Agent(world, role="helpdesk")
    assert found.prove().status == 200
    return found


def sign_in(world, person, password):
    return world.sign_in(person.user_id, password)


def test_people_without_a_role_and_strangers_are_refused(world):
    nobody = Person(world)
    for path in ("", "/accounts/maria.silva@contoso.example", "/events", "/report", "/references/R-0000-0000"):
        assert world.request("GET", f"/api/admin{path}").code == "sign-in-needed"
        assert world.request("GET", f"/api/admin{path}", session=nobody.session).code == "not-for-your-role"


def test_an_account_is_found_by_its_exact_user_id_and_the_look_is_noted(world, administrator):
    person = world.person(other_mails=(), mobile_phone="", office_phone="", groups=("staff",))
    seen = administrator.look(person).body
    assert (seen["user_id"], seen["registered"], seen["reset_enabled"], seen["capable"]) == (
        person.user_id, False, True, False,
    )  # fmt: skip
    assert seen["reasons"][0]["rule"] == "recovery.methods"
    assert world.events(person.user_id)[-1]["kind"] == "admin-viewed-places"
    assert world.events(person.user_id)[-1]["by"] == administrator.account.user_id
    assert administrator.get("/accounts/person@contoso.example").code == "no-such-account"
    assert administrator.get("/accounts/a%20b%20c").code == "user-id-not-read"


def test_helpdesk_and_auditors_see_places_masked(world, administrator, helpdesk):
    person = world.person()
    assert person.mobile_phone in repr(administrator.look(person).body)
    for role in (helpdesk, Agent(world, role="auditor")):
        seen = repr(role.look(person).body)
        assert person.mobile_phone not in seen
        assert person.other_mails[0] not in seen


def test_a_change_needs_a_second_factor_a_short_while_ago_b12(world, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    agent, person = Agent(world), world.person()
    assert agent.get().body["proved_until"] == 0
    assert agent.over(person, "unlock").code == "second-factor-needed"
    assert agent.prove("000000").code == "wrong-authenticator-code"
    assert agent.over(person, "unlock").code == "second-factor-needed"
    assert agent.prove().status == 200
    shown = agent.get().body
    assert (shown["proved_until"], shown["proved_for"]) == (1_800_000_900, 900)
    assert agent.over(person, "unlock").status == 200
    time_machine.move_to(1_800_000_900, tick=False)
    assert agent.over(person, "unlock").code == "second-factor-needed"


def test_a_mailbox_is_no_second_factor_b12(world):
    person = Person(world, role="administrator", mobile_phone="", office_phone="")
    answer = world.post("/api/admin/prove/start", session=person.session)
    assert answer.code == "no-second-factor"


def test_a_second_factor_counts_for_its_own_session_only(world, administrator):
    other = world.sign_in(administrator.account.user_id).session
    person = world.person()
    administrator.session = other
    assert administrator.over(person, "unlock").code == "second-factor-needed"


@pytest.mark.parametrize("act", ["reset", "unlock", "lift", "enable", "require-registration"])
def test_helpdesk_cannot_act_on_an_administrator_nor_anybody_on_themself_b12(world, helpdesk, administrator, act):
    assert helpdesk.over(world.person(role="administrator"), act).status == 403
    assert administrator.over(administrator.account, act).code == "not-over-this-account"


def test_outside_their_groups_helpdesk_sees_nobody(use):
    world = use(administration={"scope": "same-groups"})
    agent = Agent(world, role="helpdesk", groups=("lab",))
    assert agent.look(world.person(groups=("staff",))).code == "not-over-this-account"
    assert agent.look(world.person(groups=("lab", "staff"))).status == 200


class TestTemporaryPassword:
    """Shown or sent once, good for one sign-in within 24 hours, and then to be changed."""

    def test_it_is_for_one_sign_in_and_must_be_changed_b13(self, world, administrator):
        person = world.person()
        before = world.sign_in(person.user_id).session
        made = administrator.over(person, "reset").body
        assert made["done"]
        assert sign_in(world, person, PASSWORD).code == "wrong-user-id-or-password"
        assert world.request("GET", "/api/account", session=before).code == "sign-in-needed"
        first = sign_in(world, person, made["temporary_password"])
        assert (first.status, first.body["must_change_password"]) == (200, True)
        assert sign_in(world, person, made["temporary_password"]).code == "temporary-password-ended"
        register = world.post("/api/account/methods", {"kind": "recovery-code"}, session=first.session)
        assert register.code == "change-your-password-first"
        change = {"current_password": made["temporary_password"], "new_password": NEW}
        assert world.post("/api/account/password", change, session=first.session).code == "prove-it-is-you"
        owner = Person.signed_in(world, person, first.session)
        assert owner.prove("email").status == 200
        assert world.post("/api/account/password", change, session=first.session).status == 200
        again = sign_in(world, person, NEW)
        assert (again.status, again.body["must_change_password"]) == (200, False)

    def test_it_dies_after_24_hours(self, world, time_machine):
        time_machine.move_to(1_800_000_000, tick=False)
        agent, person = Agent(world), world.person()
        agent.prove()
        made = agent.over(person, "reset").body
        assert made["until"] == 1_800_000_000 + 24 * 3_600
        time_machine.move_to(made["until"], tick=False)
        assert sign_in(world, person, made["temporary_password"]).code == "temporary-password-ended"
        assert sign_in(world, person, "something else").code == "wrong-user-id-or-password"

    def test_it_can_be_sent_to_what_the_person_has_registered_and_is_nowhere_at_rest_b20(self, world, administrator):
        person = world.person()
        made = administrator.over(person, "reset", {"to": "email"}).body
        assert "temporary_password" not in made
        assert made["sent_to"].startswith("p")
        (message,) = [m for m in world.outbox_of(person.user_id) if m["kind"] == "temporary-password"]
        assert message["to"] == person.other_mails[0]
        password = render(confirmed(to_dataclass(message, Message), world.services), world.services).text.split("\n\n")[
            1
        ]
        assert password not in repr(world.outbox_of(person.user_id))
        assert sign_in(world, person, password).body["must_change_password"]
        assert administrator.over(person, "reset", {"to": "call-mobile"}).code == "method-not-offered"

    def test_a_reset_by_its_owner_takes_its_place(self, world, administrator):
        person = world.person()
        made = administrator.over(person, "reset").body["temporary_password"]
        started = world.start(person.user_id).body
        world.send(started["flow"])
        world.verify(started["flow"], world.code(started["reference"]))
        assert world.finish(started["flow"]).status == 200
        assert sign_in(world, person, made).code == "wrong-user-id-or-password"
        assert sign_in(world, person, NEW).body["must_change_password"] is False


class TestCaller:
    """Helpdesk lets the caller prove who they are before it changes anything (B13)."""

    def test_without_proof_helpdesk_resets_nothing(self, world, helpdesk):
        person = world.person()
        assert helpdesk.over(person, "reset").code == "caller-not-proved"
        assert helpdesk.over(person, "reset", {"caller": "A" * 43}).code == "caller-not-proved"
        begun = helpdesk.over(person, "caller/start").body
        assert helpdesk.over(person, "reset", {"caller": begun["flow"]}).code == "caller-not-proved"

    def test_a_proof_is_good_for_one_act_of_the_one_who_heard_it(self, world, helpdesk):
        person, other = world.person(), world.person()
        colleague = Agent(world, role="helpdesk")
        colleague.prove()
        flow = helpdesk.caller(person)
        assert colleague.over(person, "reset", {"caller": flow}).code == "caller-not-proved"
        assert helpdesk.over(other, "reset", {"caller": flow}).code == "caller-not-proved"
        assert helpdesk.over(person, "reset", {"caller": flow}).status == 200
        assert helpdesk.over(person, "reset", {"caller": flow}).code == "caller-not-proved"

    def test_what_the_caller_proved_opens_no_reset_of_their_own(self, world, helpdesk):
        person = world.person()
        flow = helpdesk.caller(person)
        assert world.finish(flow).code == "session-ended"

    @pytest.mark.parametrize("changed", [{"other_mails": ("new@home.example",)}, {"role": "auditor"}])
    def test_a_proof_ends_with_what_it_was_given_with_x12(self, world, helpdesk, changed):
        """As every flow does; whoever has been given a role meanwhile needs two."""
        person = world.person()
        flow = helpdesk.caller(person)
        world.change(world.account(person.user_id), **changed)
        assert helpdesk.over(person, "reset", {"caller": flow}).code == "caller-not-proved"

    def test_wrong_codes_of_callers_are_counted_apart_and_lifting_the_limits_clears_them_not_x15(self, world, helpdesk):
        person = world.person()

        def guess():
            flow = helpdesk.over(person, "caller/start").body["flow"]
            sent = helpdesk.over(person, "caller/send", {"flow": flow, "method": "email"}).body
            proof = {"flow": flow, "method": "email", "code": "00000x"}
            return sent["digits"], [helpdesk.over(person, "caller/verify", proof).code for _ in range(5)]

        assert guess() == (8, ["wrong-code"] * 4 + ["too-many-wrong-codes"])
        assert helpdesk.over(person, "lift").status == 200
        assert guess()[0] == 12
        assert helpdesk.look(person).body["blocks"] == []
        started = world.start(person.user_id).body
        assert {each["digits"] for each in started["methods"] if each["kind"] == "email"} == {8}

    def test_twenty_wrong_codes_of_a_caller_make_the_next_one_long_and_close_nothing(self, world, helpdesk):
        """Also not for the account's owner, nor for the helper's own second factor."""
        person, digits = world.person(), []
        for _ in range(4):
            flow = helpdesk.over(person, "caller/start").body["flow"]
            digits.append(helpdesk.over(person, "caller/send", {"flow": flow, "method": "email"}).body["digits"])
            for number in range(5):
                proof = {"flow": flow, "method": "email", "code": f"9999999{number}"}
                assert helpdesk.over(person, "caller/verify", proof).code in ("wrong-code", "too-many-wrong-codes")
        assert digits == [8, 12, 12, 12]
        started = helpdesk.over(person, "caller/start").body
        helpdesk.over(person, "caller/send", {"flow": started["flow"], "method": "email"})
        code = world.code(started["reference"])
        proof = {"flow": started["flow"], "method": "email", "code": code}
        assert (len(code), helpdesk.over(person, "caller/verify", proof).status) == (12, 200)
        own = world.start(person.user_id).body
        assert world.send(own["flow"]).body["digits"] == 8
        assert helpdesk.prove(helpdesk.own_app.at(world.services.now + 30)).status == 200

    def test_what_strangers_do_leaves_the_second_factor_of_helpers_alone_x3(self, world, helpdesk):
        """Attack 69: 48 anonymous wrong proofs for the helper's user ID."""
        helper = helpdesk.account.user_id
        for number in range(8):
            started = world.start(helper).body
            kind = ("sms", "call-mobile", "call-office", "authenticator")[number % 4]
            if kind != "authenticator":
                world.send(started["flow"], kind)
            for _ in range(6):
                world.verify(started["flow"], "00000x", kind)
        assert helpdesk.prove(helpdesk.own_app.at(world.services.now + 30)).status == 200


def test_unlock_ends_a_lockout(world, administrator):
    person = world.person()
    for number in range(60):
        network = f"198.51.{number // 9}.7"
        world.sign_in(person.user_id, f"wrong-{number}", address=network)
    assert sign_in(world, person, PASSWORD).code == "prove-it-is-you-first"
    assert administrator.look(person).body["sign_in_locked_until"] > 0
    assert administrator.over(person, "unlock").status == 200
    assert sign_in(world, person, PASSWORD).status == 200


def test_helpdesk_lifts_the_limits_of_self_service_b13(world, helpdesk):
    person = world.person()

    def digits():
        return {m["kind"]: m["digits"] for m in world.start(person.user_id).body["methods"] if "digits" in m}["email"]

    started = world.start(person.user_id).body["flow"]
    world.send(started)
    for _ in range(5):
        world.verify(started, "00000x")
    assert digits() == 12
    assert helpdesk.over(person, "lift").status == 200
    assert digits() == 8


def test_an_account_that_is_off_is_turned_on(world, administrator, helpdesk):
    person = world.person(enabled=False)
    assert helpdesk.over(person, "enable").code == "not-for-your-role"
    assert administrator.over(person, "enable").status == 200
    assert sign_in(world, person, PASSWORD).status == 200


def test_cleared_security_info_is_gone_and_what_was_entered_stays(world, administrator):
    person = Person(world)
    person.app()
    assert "authenticator" in repr(person.places())
    assert administrator.over(person.account, "methods", method="DELETE").status == 200
    # A stolen device may be signed in, and have given a proof a moment ago: it registers nothing in the owner's place (X11).
    assert person.register("recovery-code").code == "sign-in-needed"
    person.session = world.sign_in(person.account.user_id).session
    assert "authenticator" not in repr(person.places())
    assert ("mobile", person.account.mobile_phone) in person.places()


def test_registration_can_be_required_and_cannot_be_put_off(world, administrator):
    person = world.person()
    assert administrator.over(person, "require-registration").status == 200
    session = world.sign_in(person.user_id)
    assert session.body["interrupt"] is True
    later = world.post("/api/account/methods/later", session=session.session)
    assert later.code == "see-to-it-now"
    assert administrator.look(person).body["registration_required"]
    assert administrator.over(person, "require-registration", method="DELETE").status == 200
    assert world.sign_in(person.user_id).body["interrupt"] is False


def test_the_person_and_the_other_administrators_hear_of_every_act_b12(world, administrator):
    person = world.person()
    administrator.over(person, "unlock")
    told = {message["to"]: message for message in world.outbox_of(person.user_id)}
    assert set(told) == {person.mail, person.other_mails[0], "administrators"}
    facts = world.services.outbox.unsealed(to_dataclass(told["administrators"], Message)).facts
    assert (facts["by"], facts["act"]) == (administrator.account.user_id, "admin-unlocked")


def test_looks_and_changes_are_limited(use):
    world = use(limits={"admin_lookups_per_hour": 2, "admin_changes_per_hour": 1})
    agent, person = Agent(world), world.person()
    agent.prove()
    assert [agent.look(person).status for _ in range(3)] == [200, 200, 429]
    assert [agent.over(person, "unlock").status for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("path", ["/prove/start", "/accounts/x/unlock", "/accounts/x/reset"])
def test_changes_come_from_our_own_page_only(world, administrator, path):
    foreign = {"content-type": "application/json", "host": "help.contoso.example", "origin": "https://evil.example"}
    answer = world.request("POST", f"/api/admin{path}", "{}", session=administrator.session, headers=foreign)
    assert answer.code == "request-from-another-site"

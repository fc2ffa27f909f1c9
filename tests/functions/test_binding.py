"""Binding over HTTP: a stolen password alone opens nothing more (B27, X1, X15, X16)."""

import pyotp
import pytest

from regain.api import contract
from tests.functions.agent import Agent
from tests.functions.person import Person

NEW = "violet-Anchor-27-plum"
START = 1_800_000_000
BARE = {"other_mails": (), "mobile_phone": "", "office_phone": ""}


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(START, tick=False)
    return time_machine


def stolen(world, **changes):
    """Somebody who has the password, and nothing else."""
    return Person(world, password_only=True, **changes)


@pytest.mark.parametrize("role", ["", "helpdesk", "administrator"])
def test_with_the_password_alone_nothing_is_bound_and_nothing_done_to_anybody_x1(world, role):
    thief, victim = stolen(world, role=role), world.person()
    for kind in ("authenticator", "recovery-code", "email", "sms", "passkey"):
        answer = thief.register(kind, contact="thief@evil.example" if kind == "email" else "+447700900999")
        assert answer.code in ("prove-it-is-you", "not-registered-here"), kind
    assert thief.register("authenticator").code == "prove-it-is-you"
    assert thief.confirm("x", code="123456").code == "prove-it-is-you"
    assert thief.remove("authenticator").code == "prove-it-is-you"
    if role:
        act = world.post(f"/api/admin/accounts/{victim.user_id}/reset", {}, session=thief.session)
        assert act.code in ("second-factor-needed", "not-over-this-account")


def test_a_role_without_a_method_binds_nothing_with_the_password_x1(world):
    thief = stolen(world, role="administrator", **BARE)
    assert thief.register("authenticator").code == "registration-code-needed"
    assert thief.post("prove/start").code == "registration-code-needed"
    start = world.post("/api/admin/prove/start", {}, session=thief.session)
    assert start.code == "no-second-factor"


def test_two_gates_are_not_void_for_whoever_has_the_password_x1(use):
    world = use(recovery={"gates": 2, "methods": ["email", "sms", "authenticator"]})
    assert stolen(world, **BARE).register("authenticator").code == "registration-code-needed"
    assert stolen(world).register("authenticator").code == "prove-it-is-you"


def test_one_gate_and_no_method_yet_asks_for_the_password_alone(world):
    assert stolen(world, **BARE).register("recovery-code").status == 201


@pytest.mark.parametrize("method", ["email", "sms", "call-mobile", "call-office"])
def test_a_proof_with_a_method_that_is_there_opens_binding_for_a_while(world, clock, method):
    person = stolen(world)
    assert person.prove(method).body == {"done": True}
    assert "identity-proved" in person.events()
    assert person.register("authenticator").status == 201
    clock.shift(15 * 60)
    assert person.register("authenticator").code == "prove-it-is-you"


def test_an_authenticator_is_not_replaced_without_being_asked_for_x1(world, clock):
    person = stolen(world)
    person.prove("email")
    app = person.app()
    assert "recovery-code" in [each["kind"] for each in person.view()["methods"]]
    clock.shift(16 * 60)
    assert person.register("authenticator").code == "prove-it-is-you"
    assert person.prove("authenticator", app.at(START + 16 * 60)).status == 200
    assert person.register("authenticator").status == 201


def test_an_authenticator_brings_a_recovery_code_and_a_used_one_the_next(world):
    person = Person(world)
    begun = person.register("authenticator").body
    made = person.confirm(begun["id"], code=pyotp.TOTP(begun["secret"]).at(world.services.now)).body
    assert len(made["recovery_code"]) == 19
    proved = person.prove("recovery-code", made["recovery_code"])
    assert proved.status == 200
    assert proved.body["recovery_code"] not in ("", made["recovery_code"])
    assert person.prove("recovery-code", made["recovery_code"]).code == "wrong-recovery-code"
    assert person.prove("recovery-code", proved.body["recovery_code"]).status == 200


def test_somebody_elses_flow_proves_nothing_for_this_session(world):
    one, other = stolen(world), stolen(world)
    begun = one.post("prove/start").body
    one.post("prove/send", flow=begun["flow"], method="email")
    code = world.code(begun["reference"])
    assert other.post("prove/verify", flow=begun["flow"], method="email", code=code).code == "session-ended"
    assert other.register("authenticator").code == "prove-it-is-you"
    assert one.post("prove/verify", flow=begun["flow"], method="email", code=code).status == 200
    assert one.post("prove/verify", flow=begun["flow"], method="email", code=code).code == "session-ended"


class TestRegistrationCode:
    @pytest.fixture
    def administrator(self, world):
        return Agent(world).proved()

    def test_it_binds_once_and_every_place_is_told(self, world, administrator):
        person = stolen(world)
        given = administrator.over(person.account, "registration-code").body
        assert set(given) == {"registration_code", "until"}
        told = {m["to"] for m in world.outbox_of(person.account.user_id) if m["kind"] == "registration-code-given"}
        assert set(person.account.addresses) <= told
        assert person.prove("registration-code", "0000-0000-0000-0000").code == "wrong-registration-code"
        assert person.prove("registration-code", given["registration_code"].lower()).status == 200
        assert "registration-code-used" in person.events()
        assert person.register("authenticator").status == 201
        begun = person.post("prove/start").body
        assert "registration-code" not in [each["kind"] for each in begun["methods"]]

    def test_it_is_good_for_a_day(self, world, clock):
        administrator, person = Agent(world).proved(), world.person(**BARE)
        code = administrator.over(person, "registration-code").body["registration_code"]
        clock.shift(86_400)
        late = Person.signed_in(world, person, world.sign_in(person.user_id).session)
        assert late.prove("registration-code", code).code == "registration-code-needed"

    def test_helpdesk_gives_none_and_roles_get_theirs_from_administrators(self, world):
        helpdesk, manager = (Agent(world, role=role).proved() for role in ("helpdesk", "user-administrator"))
        person, colleague = world.person(), world.person(role="helpdesk")
        assert helpdesk.over(person, "registration-code").code == "not-for-your-role"
        assert manager.over(person, "registration-code").status == 200
        assert manager.over(colleague, "registration-code").code == "not-over-this-account"
        assert Agent(world).proved().over(colleague, "registration-code").status == 200

    def test_what_it_registers_for_a_role_counts_after_a_day_or_when_another_agrees_b12(self, world, clock):
        administrator, account = Agent(world).proved(), world.person(role="helpdesk", **BARE)
        code = administrator.over(account, "registration-code").body["registration_code"]
        person = Person.signed_in(world, account, world.sign_in(account.user_id).session)
        assert person.prove("registration-code", code).status == 200
        person.app()
        start = world.post("/api/admin/prove/start", {}, session=person.session)
        assert start.code == "no-second-factor"
        (listed,) = [each for each in person.view()["methods"] if each["kind"] == "authenticator"]
        assert listed["counts_from"] == START + 86_400
        helper = Agent(world, role="user-administrator").proved()
        assert helper.over(account, "methods/authenticator/agree").code == "not-for-your-role"
        assert administrator.over(account, "methods/nothing/agree").code == "no-such-security-info"
        assert administrator.over(account, "methods/authenticator/agree").status == 200
        assert world.post("/api/admin/prove/start", {}, session=person.session).status == 201
        assert "admin-method-agreed" in person.events()
        assert administrator.over(account, "methods/authenticator/agree").code == "no-such-security-info"

    def test_nobody_agrees_to_another_number_than_they_have_seen_b12(self, world, clock):
        """A source of people may send another one while an administrator looks at the page, and after they agreed."""
        administrator = Agent(world).proved()
        account = world.person(role="helpdesk", created_at=START - 1, security_info_at=START)

        def seen():
            (found,) = [each for each in administrator.look(account).body["methods"] if each["kind"] == "mobile"]
            return found["id"]

        def may_prove():
            session = world.sign_in(account.user_id).session
            return world.post("/api/admin/prove/start", {}, session=session).status == 201

        first = seen()
        world.change(world.account(account.user_id), mobile_phone="+447700900666", security_info_at=START + 1)
        assert administrator.over(account, f"methods/{first}/agree").code == "no-such-security-info"
        assert not may_prove()
        assert administrator.over(account, f"methods/{seen()}/agree").status == 200
        assert may_prove()
        world.change(world.account(account.user_id), mobile_phone="+447700900667", security_info_at=START + 2)
        assert not may_prove()

    def test_it_counts_without_anybody_a_day_later(self, world, clock):
        agent = Agent(world)
        agent.change_info(agreed=())
        account = agent.account
        assert {m["kind"] for m in agent.do("/prove/start").body["methods"]} == {"sms", "call-mobile"}
        clock.shift(86_400)
        agent.session = world.sign_in(account.user_id).session
        kinds = {each["kind"] for each in agent.do("/prove/start").body["methods"]}
        assert "authenticator" in kinds


class TestTemporaryPassword:
    def test_helpdesk_is_no_way_round_two_gates_x15(self, use):
        world = use(recovery={"gates": 2})
        helpdesk, person = Agent(world, role="helpdesk").proved(), world.person()
        begun = helpdesk.over(person, "caller/start").body
        first = {"flow": begun["flow"], "method": "email"}
        assert helpdesk.over(person, "caller/send", first).status == 202
        passed = helpdesk.over(person, "caller/verify", {**first, "code": world.code(begun["reference"])})
        assert passed.body["gates"] == {"required": 2, "passed": 1}
        assert helpdesk.over(person, "reset", {"caller": begun["flow"]}).code == "caller-not-proved"
        second = {"flow": begun["flow"], "method": "sms"}
        assert helpdesk.over(person, "caller/send", second).status == 202
        code = world.code(begun["reference"], method="sms")
        assert helpdesk.over(person, "caller/verify", {**second, "code": code}).body["gates"]["passed"] == 2
        assert helpdesk.over(person, "reset", {"caller": begun["flow"]}).status == 200

    def test_a_caller_with_too_few_methods_is_passed_on(self, use):
        world = use(recovery={"gates": 2})
        helpdesk, person = Agent(world, role="helpdesk").proved(), world.person(mobile_phone="", office_phone="")
        assert helpdesk.over(person, "caller/start").code == "could-not-verify-your-account"

    def test_it_opens_nothing_to_whoever_set_it_x15(self, world):
        administrator, account = Agent(world).proved(), world.person()
        made = administrator.over(account, "reset").body["temporary_password"]
        thief = Person.signed_in(world, account, world.sign_in(account.user_id, made).session)
        assert account.mobile_phone not in repr(thief.view()), "masked, as for helpdesk"
        change = {"current_password": made, "new_password": NEW}
        assert thief.post("password", **change).code == "prove-it-is-you"
        assert thief.register("authenticator").code == "change-your-password-first"
        assert thief.prove("sms").status == 200
        assert thief.post("password", **change).status == 200

    def test_it_works_alone_once_the_methods_are_marked_as_lost(self, world):
        administrator, account = Agent(world).proved(), world.person()
        made = administrator.over(account, "reset", {"methods_lost": True}).body["temporary_password"]
        owner = Person.signed_in(world, account, world.sign_in(account.user_id, made).session)
        changed = owner.post("password", current_password=made, new_password=NEW)
        assert changed.status == 200
        owner.session = changed.session
        assert owner.places() == []
        assert owner.register("authenticator").status == 201  # the session that a temporary password began
        assert "admin-methods-lost" in owner.events()

    def test_helpdesk_marks_none_as_lost(self, world):
        helpdesk, account = Agent(world, role="helpdesk").proved(), world.person()
        caller = helpdesk.caller(account)
        refused = helpdesk.over(account, "reset", {"methods_lost": True, "caller": caller})
        assert refused.code == "not-for-your-role"


class TestReading:
    def test_whole_places_need_a_second_factor_and_leave_an_event_x16(self, world):
        agent, person = Agent(world), world.person()
        seen = agent.look(person).body
        assert (seen["masked"], person.mobile_phone in repr(seen)) == (True, False)
        assert world.events(person.user_id)[-1]["kind"] == "admin-viewed"
        agent.prove()
        seen = agent.look(person).body
        assert (seen["masked"], person.mobile_phone in repr(seen)) == (False, True)
        assert world.events(person.user_id)[-1]["kind"] == "admin-viewed-places"

    def test_stories_and_exports_need_a_second_factor_and_leave_an_event_x16(self, world):
        agent, person = Agent(world), world.person()
        quoted = world.start(person.user_id).body["reference"]
        reads = ((f"/references/{quoted}", {}), ("/events", {}), ("/events", {"format": "csv"}))
        for path, query in reads:
            assert agent.get(path, **query).code == "second-factor-needed"
        agent.prove()
        for (path, query), kind in zip(reads, ("admin-read-story", "admin-read-events", "admin-exported"), strict=True):
            assert agent.get(path, **query).status == 200
            event = world.events(agent.account.user_id)[-1]
            assert (event["kind"], event["by"]) == (kind, agent.account.user_id)
        agent.get("/events", account=person.user_id, format="csv")
        exported = world.events(agent.account.user_id)[-1]
        assert exported["what"].startswith("1, account ")
        assert person.user_id not in exported["what"]


def test_the_office_phone_and_a_mailbox_are_no_second_factor_b12(world):
    agent = stolen(world, role="administrator", mobile_phone="")
    assert world.post("/api/admin/prove/start", {}, session=agent.session).code == "no-second-factor"


def test_no_operation_of_helpers_and_administrators_takes_an_address_or_a_number():
    """Places come from the source of people or from their owner: the desk enters none, so none has to wait a day."""
    operations = [each for each in contract.OPERATIONS if each.path.startswith("/api/admin") and each.request]
    fields = {name for operation in operations for name in operation.request.__struct_fields__}
    proof = {"flow", "method", "code", "answers", "credential", "proof"}
    search, queue, invitation = {"q", "state", "group", "cursor"}, {"ids", "note", "reason"}, {"deadline", "reminders"}
    assert fields == {*proof, "contact", "methods_lost", "to", "caller", "keep", *search, *queue, *invitation}
    assert {each.path.rpartition("/")[2] for each in operations if "contact" in each.request.__struct_fields__} == {
        "send"  # compared with the one that is registered
    }


def test_no_temporary_password_goes_to_a_method_that_is_marked_as_lost(world):
    """It works without the methods then: whoever has the lost telephone would have everything."""
    agent, person = Agent(world).proved(), world.person()
    refused = agent.over(person, "reset", {"to": "sms", "methods_lost": True})
    assert refused.code == "method-not-offered"
    assert world.account(person.user_id).password == person.password
    assert agent.over(person, "reset", {"to": "sms"}).status == 200


@pytest.mark.parametrize("to", ["+447700900123", "thief@evil.example"])
def test_a_temporary_password_goes_to_methods_of_the_account_only(world, to):
    agent, person = Agent(world), world.person()
    agent.prove()
    assert agent.over(person, "reset", {"to": to}).status == 422
    assert [message for message in world.outbox_of(person.user_id) if message["kind"] == "temporary-password"] == []

"""Registration of security info: confirmed before it counts, told to its owner, and limited (S74, B6, B11)."""

import pytest

from tests.functions.person import Person

ADDRESS, NUMBER = "maria.new@mail.example", "+44 7700 900555"


def test_an_address_counts_once_its_code_was_typed_s74(person):
    begun = person.register("email", contact=" Maria.New@Mail.Example ")
    assert (begun.status, begun.body["place"], begun.body["confirmed"]) == (201, ADDRESS, False)
    assert begun.operations == ("BatchGetItem", "TransactWriteItems")
    assert person.places() == []
    done = person.confirm(begun.body["id"], code=person.code(ADDRESS))
    assert (done.status, done.body["confirmed"]) == (200, True)
    assert done.operations == ("BatchGetItem", "TransactWriteItems")
    assert person.places() == [("email", ADDRESS)]
    assert person.world.proved(person.account.user_id).status == 201


def test_a_number_counts_for_texts_and_calls(person):
    assert person.registered("sms", "07700 900555").body["place"] == "+447700900555"
    assert person.places() == [("mobile", "+447700900555")]
    for method in ("sms", "call-mobile"):
        person.world.proved(person.account.user_id, methods=(method,))


@pytest.mark.parametrize(
    "typed",
    ["+44 7700 900555", "0044 7700 900555", "07700 900555", "+44 (0)7700 900-555", "tel:+447700900555".removeprefix("tel:"),
     "\u202a+44 7700 900555\u202c", "＋４４ ７７００ ９００５５５", "+44.7700.900.555", "+44 7700 900555 ext. 12"],
)  # fmt: skip
def test_common_forms_of_a_number_are_understood(person, typed):
    begun = person.register("sms", contact=typed).body
    assert begun["place"] == "+447700900555"
    assert begun.get("extension_dropped", False) == ("ext" in typed)


@pytest.mark.parametrize(
    ("kind", "contact", "code"),
    [
        ("email", "nobody", "address-not-read"),
        ("email", "a@b@c.example", "address-not-read"),
        ("email", "", "address-not-read"),
        ("email", "me@contoso.example", "address-needs-this-password"),
        ("email", "me@lab.contoso.example", "address-needs-this-password"),
        ("sms", "12", "number-not-read"),
        ("sms", "", "number-not-read"),
        ("sms", "+1-800-FLOWERS", "number-not-read"),
        ("sms", "9" * 300, "number-not-read"),
        ("sms", "+44 909 8790000", "number-not-accepted"),
        ("call-mobile", "+1 900 555 0199", "number-not-accepted"),
        ("sms", "+33 6 12 34 56 78", "number-not-accepted"),
        ("call-office", "+44 20 7946 0101", "not-registered-here"),
        ("questions", "", "not-registered-here"),
    ],
)
def test_what_cannot_be_registered_is_refused_and_nothing_sent(person, kind, contact, code):
    answer = person.register(kind, contact=contact)
    assert answer.code == code
    assert "TransactWriteItems" not in answer.operations


def test_any_country_is_taken_where_none_is_named(use):
    person = Person(use(recovery={"phone_countries": []}))
    assert person.register("sms", contact="+33 6 12 34 56 78").status == 201
    assert person.register("sms", contact="06 12 34 56 78").code == "number-not-read"


def test_the_same_again_is_said_and_room_is_limited(clock, person, time_machine):
    for number in range(3):
        time_machine.shift(60)
        assert person.registered("email", f"m{number}@mail.example").status == 200
    time_machine.shift(60)
    assert person.register("email", contact="M1@mail.example").code == "registered-already"
    assert person.register("email", contact="m4@mail.example").code == "no-room-for-more"


def test_another_code_needs_a_pause_and_messages_are_limited(clock, person, time_machine):
    assert person.register("sms", contact=NUMBER).status == 201
    again = person.register("sms", contact=NUMBER)
    assert (again.code, again.body["retry_after"]) == ("wait-before-another-code", 30)
    for _ in range(2):
        time_machine.shift(30)
        assert person.register("sms", contact=NUMBER).status == 201
    time_machine.shift(30)
    assert person.register("sms", contact=NUMBER).code == "too-many-codes"


def test_five_tries_then_the_registration_is_over(person):
    begun = person.register("email", contact=ADDRESS).body
    assert person.confirm(begun["id"], code="my password").body["attempts_left"] == 5  # no try (F5)
    for left in (4, 3, 2, 1, 0):
        answer = person.confirm(begun["id"], code="99999x")
        assert (answer.code, answer.body["attempts_left"]) == ("wrong-code", left)
    assert person.confirm(begun["id"], code=person.code(ADDRESS)).code == "registration-ended"


def test_wrong_codes_are_counted_over_every_registration_and_the_next_code_is_long_x26(clock, person, time_machine):
    """X26: twenty wrong codes were judged for one account, at one place after the other."""
    digits = []
    for number in range(3):
        time_machine.shift(60)
        begun = person.register("email", contact=f"thief{number}@mail.example").body
        digits.append(len(person.code(f"thief{number}@mail.example")))
        for _ in range(5):
            assert person.confirm(begun["id"], code="99999x").status == 422
    assert digits == [8, 12, 12]
    other = person.world.sign_in(person.account.user_id).session
    person.session = other
    person.step_up()
    assert person.register("email", contact="thief9@mail.example").status == 201
    assert len(person.code("thief9@mail.example")) == 8, "another session has a count of its own"


def test_a_code_is_too_old_after_five_minutes_and_a_registration_after_fifteen(clock, person, time_machine):
    begun = person.register("email", contact=ADDRESS).body
    time_machine.shift(300)
    assert person.confirm(begun["id"], code=person.code(ADDRESS)).code == "code-expired"
    time_machine.shift(599)
    person.session = person.world.sign_in(person.account.user_id).session
    assert person.confirm(begun["id"], code=person.code(ADDRESS)).code == "code-expired"
    time_machine.shift(1)
    assert person.confirm(begun["id"], code=person.code(ADDRESS)).code == "registration-ended"


def test_somebody_elses_registration_cannot_be_confirmed(world):
    mine, theirs = Person(world), Person(world)
    begun = theirs.register("email", contact="theirs@mail.example").body
    own = mine.register("email", contact="mine@mail.example").body
    code = theirs.code("theirs@mail.example")
    assert mine.confirm(begun["id"], code=code).code == "registration-ended"
    assert mine.confirm(own["id"], code=code).code == "wrong-code"
    assert theirs.confirm(begun["id"], code=code).status == 200


def test_a_confirmation_counts_once(person):
    begun = person.register("email", contact=ADDRESS).body
    code = person.code(ADDRESS)
    assert person.confirm(begun["id"], code=code).status == 200
    assert person.confirm(begun["id"], code=code).code == "registration-ended"


def test_a_code_of_registering_opens_no_reset(person):
    person.registered("email", ADDRESS)
    started = person.world.start(person.account.user_id).body
    person.world.send(started["flow"])
    begun = person.register("email", contact="other@mail.example")
    if begun.status == 201:
        code = person.code("other@mail.example")
        assert person.world.verify(started["flow"], code).code == "wrong-code"
    else:
        assert begun.code == "wait-before-another-code"


def test_own_entries_take_the_place_of_those_an_administrator_entered(world):
    person = Person(world, mobile_phone="+447700900111", other_mails=("old@home.example",))
    assert ("mobile", "+447700900111") in person.places()
    entered = [each for each in person.view()["methods"] if each.get("by_administrator")]
    assert person.remove(entered[0]["id"]).code == "no-such-security-info"
    person.registered("sms", NUMBER)
    assert [place for kind, place in person.places() if kind == "mobile"] == ["+447700900555"]
    assert ("email", "old@home.example") in person.places()


def test_every_address_hears_of_a_change_old_and_new_s57_b6(person):
    person.registered("email", ADDRESS)
    reference = person.world.events(person.account.user_id)[-1]["reference"]
    told = {message["to"] for message in person.world.outbox(reference) if message["kind"] == "security-info-added"}
    assert told == {person.account.mail}
    (contact,) = [each for each in person.view()["methods"] if each["kind"] == "email"]
    assert person.register("recovery-code").status == 201
    assert person.remove(contact["id"]).status == 200
    reference = person.world.events(person.account.user_id)[-1]["reference"]
    assert {message["to"] for message in person.world.outbox(reference)} == {person.account.mail, ADDRESS}
    assert person.events()[-1] == "security-info-removed"


def test_what_is_removed_opens_no_flow_that_is_under_way(person):
    person.register("recovery-code")
    person.registered("email", ADDRESS)
    started = person.world.start(person.account.user_id).body
    person.world.send(started["flow"])
    code = person.world.code(started["reference"])
    (contact,) = [each for each in person.view()["methods"] if each["kind"] == "email"]
    assert person.remove(contact["id"]).status == 200
    assert person.world.verify(started["flow"], code).code == "wrong-code"


def test_nothing_changes_with_a_temporary_password_or_long_after_the_sign_in(world, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    temporary = Person(world, must_change_password=True)
    for answer in (temporary.register("authenticator"), temporary.remove("x"), temporary.call("POST", "/keep")):
        assert answer.code == "change-your-password-first"
    person = Person(world)
    time_machine.shift(15 * 60)
    for answer in (person.register("authenticator"), person.confirm("x"), person.remove("x")):
        assert answer.code == "prove-it-is-you"
    assert person.call("POST", "/keep").status == 200
    bare = Person(world, password_only=True, other_mails=(), mobile_phone="", office_phone="")
    assert bare.register("recovery-code").status == 201
    bare.change_info(recovery_code=None)
    time_machine.shift(15 * 60)
    assert bare.register("recovery-code").code == "sign-in-again"


@pytest.mark.parametrize("path", ["", "/x/confirm", "/keep", "/later"])
def test_security_info_needs_a_session_and_our_own_origin(world, path):
    body = '{"kind":"email"}' if not path else "{}"
    assert world.request("POST", f"/api/account/methods{path}", body).code == "sign-in-needed"
    session = world.sign_in(world.person().user_id).session
    headers = {"content-type": "application/json", "host": "help.contoso.example", "origin": "https://evil.example"}
    answer = world.request("POST", f"/api/account/methods{path}", "{}", headers=headers, session=session)
    assert answer.code == "request-from-another-site"


class TestInterrupt:
    def test_incomplete_until_enough_is_registered(self, person, time_machine):
        assert person.view()["state"] == "incomplete"
        assert person.world.sign_in(person.account.user_id).body["interrupt"] is True
        person.registered("email", ADDRESS)
        assert person.view()["state"] == "complete"

    def test_to_be_confirmed_after_180_days_and_kept_by_a_word(self, world, time_machine):
        time_machine.move_to(1_800_000_000, tick=False)
        person = Person(world)
        time_machine.shift(180 * 86_400 - 1)
        assert world.sign_in(person.account.user_id).body["security_info"] == "complete"
        time_machine.shift(1)
        assert world.sign_in(person.account.user_id).body == {
            "must_change_password": False, "security_info": "confirm", "interrupt": True,
        }  # fmt: skip
        person.session = world.sign_in(person.account.user_id).session
        assert person.call("POST", "/keep").status == 200
        assert person.view()["state"] == "complete"
        assert person.events()[-1] == "security-info-confirmed"

    def test_never_where_the_organisation_says_0(self, use, time_machine):
        world = use(recovery={"reconfirm_days": 0})
        time_machine.move_to(1_800_000_000, tick=False)
        user_id = world.person().user_id
        time_machine.shift(1_000 * 86_400)
        assert world.sign_in(user_id).body["security_info"] == "complete"

    def test_it_can_be_put_off_where_the_organisation_lets_people(self, person, time_machine):
        time_machine.move_to(1_800_000_000, tick=False)
        person.session = person.world.sign_in(person.account.user_id).session
        assert person.call("POST", "/later").status == 200
        assert person.world.sign_in(person.account.user_id).body["interrupt"] is False
        assert person.view()["state"] == "incomplete"
        time_machine.shift(14 * 86_400)
        assert person.world.sign_in(person.account.user_id).body["interrupt"] is True

    def test_and_not_where_it_does_not(self, use):
        person = Person(use(recovery={"remind_later_days": 0}), other_mails=(), mobile_phone="", office_phone="")
        assert person.call("POST", "/later").code == "see-to-it-now"

    def test_whoever_may_not_reset_is_not_bothered(self, use):
        world = use(recovery={"enabled_for": ["pilots"]})
        user_id = world.person(other_mails=(), mobile_phone="", office_phone="").user_id
        assert world.sign_in(user_id).body["interrupt"] is False

"""Requests for help: the same for everybody, limited, and safe to read (S21-S25, S36, S37, S65, S69)."""

import re
import time

import pytest

from notify import app, flow
from regain.adapters.store import marshal
from tests.functions.agent import Agent
from tests.functions.conftest import Context, solve
from tests.functions.directory_stand_in import StandIn, people
from tests.functions.test_notify import FakeMessenger


@pytest.fixture
def letters(monkeypatch):
    """What e-mail carries away."""
    office = FakeMessenger()
    monkeypatch.setattr(flow, "_messengers", lambda: {"email": office, "text": FakeMessenger()})
    return office.sent


def address(world):
    """Where somebody can be reached; nobody else in these tests."""
    return f"maria{world.number}@home.example"


def ask(world, user_id, **more):
    body = {"user_id": user_id, "proof": world.proof(), "reply_to": address(world), **more}
    return world.post("/api/contact/administrator", body)


def support(world, **more):
    body = {
        "name": "Maria Silva",
        "phone": "+44 20 7946 0123",
        "email": address(world),
        "message": "Nothing works.",
        **more,
    }
    return world.post("/api/contact/support", {"proof": world.proof(), **body})


def deliver(world, reference, again=True):
    """Hands the messages of a reference to `notify`, and those that it writes itself."""
    messages = world.outbox(reference)
    handed = [
        {"eventName": "INSERT", "eventSource": "aws:dynamodb",
         "dynamodb": {"NewImage": marshal(message), "SequenceNumber": str(number)}}
        for number, message in enumerate(messages) if message["state"] == "pending"
    ]  # fmt: skip
    if not handed:
        return
    assert app.lambda_handler({"Records": handed}, Context()) == {"batchItemFailures": []}
    if again:
        deliver(world, reference, again=False)


def test_a_request_says_who_asks_for_what_and_how_to_reach_them_s65_s69(world, letters):
    person = world.person()
    started = world.start(person.user_id).body
    answer = ask(world, person.user_id, name="Maria", message="I lost my phone.", flow=started["flow"])
    assert answer.status == 202
    assert answer.body == {"reference": started["reference"]}
    deliver(world, started["reference"])
    ((to, letter),) = letters
    assert to == "it@contoso.example"
    for words in (
        person.user_id,
        "resetting the password",
        "Name: Maria",
        address(world),
        "> I lost my phone.",
        started["reference"],
    ):
        assert words in letter.text
    assert "not signed in" in letter.text
    assert person.user_id not in letter.subject
    assert "administrator-contacted" in [event["kind"] for event in world.events(person.user_id)]


def test_no_proof_counts_of_a_flow_that_is_over_x12(world, time_machine):
    """An intruder's, once the owner has another password; anybody's, once its time is up."""
    person = world.person()

    def passed(flow):
        assert ask(world, person.user_id, flow=flow).status == 202
        (found,) = world.services.help_requests.get([world.subject(person.user_id)])
        return found.asks[0].passed

    old = world.proved(person.user_id).body["flow"]
    assert passed(old) == 1
    own = world.proved(person.user_id).body["flow"]
    assert world.finish(own).status == 200
    assert passed(old) == 0
    late = world.proved(person.user_id).body["flow"]
    assert passed(late) == 1
    helpdesk = Agent(world, role="helpdesk").proved()
    assert passed(helpdesk.caller(person)) == 0
    time_machine.move_to(time.time() + 16 * 60)
    assert passed(late) == 0


def test_people_of_a_directory_are_known_by_what_they_have_proved_s36(world):
    """A user ID of a directory leads to nobody by itself; the flow that was begun for it says whom it means."""
    with people(world, StandIn()) as domain:
        person, other = domain.directory.add(), domain.directory.add()
        flow = world.proved(person.user_id).body["flow"]

        def asked(user_id, token):
            assert ask(world, user_id, flow=token).status == 202
            return world.services.help_requests.get([domain.subject(person)])[0]

        assert asked(person.user_id, "") is asked(other.user_id, flow) is None
        assert asked(person.user_id, flow).asks[0].passed == 1


def test_the_answer_is_the_same_for_everybody_b1(world):
    person, off = world.person(), world.person(enabled=False)
    answers = [
        ask(world, user_id) for user_id in (person.user_id, off.user_id, f"nobody{world.number}@contoso.example")
    ]
    shapes = {(a.status, tuple(a.body), len(str(a.body)), a.operations, tuple(a.headers)) for a in answers}
    assert len(shapes) == 1
    assert "AccountTable" not in repr(answers)


def test_where_the_organisation_has_a_portal_that_is_the_answer_s37(use):
    portal = {"email": "", "portal_url": "https://helpdesk.contoso.example/new"}
    world = use(contacts={"administrator": portal})
    answer = ask(world, world.person().user_id)
    assert (answer.status, answer.body) == (202, {"url": "https://helpdesk.contoso.example/new"})


@pytest.mark.parametrize(("roles", "asked"), [
    (("administrator", "user-administrator", "helpdesk"), "helpdesk"),
    (("administrator", "user-administrator"), "user-administrator"),
    (("administrator",), "administrator"),
])  # fmt: skip
def test_without_an_address_the_first_role_that_somebody_has_is_asked(use, letters, roles, asked):
    world = use(contacts={"administrator": {"email": ""}})
    client = world.services.store.client
    for page in client.get_paginator("scan").paginate(TableName="AccountTable"):
        for item in page["Items"]:
            if "role" in item:
                client.delete_item(TableName="AccountTable", Key={"id": item["id"]})
    people = {role: world.person(role=role) for role in roles}
    world.person(role=asked, enabled=False)
    reference = ask(world, f"nobody{world.number}@contoso.example").body["reference"]
    deliver(world, reference)
    assert [to for to, _ in letters] == [people[asked].mail]
    deliver(world, reference)
    assert len(letters) == 1


def test_administrators_hear_of_an_act_and_not_the_one_who_acted_b12(world, letters):
    acting, other, person = Agent(world), world.person(role="administrator"), world.person()
    acting.prove()
    assert acting.over(person, "unlock").status == 200
    reference = next(m["reference"] for m in world.outbox_of(person.user_id) if m["kind"] == "admin-acted")
    deliver(world, reference)
    told = dict(letters)
    assert other.mail in told
    assert acting.account.mail not in told
    assert "unlocked sign-in." in told[other.mail].text
    assert f"Done by: {acting.account.user_id}\n" in told[other.mail].text


def test_help_costs_more_work_past_five_a_day_of_a_network_or_an_address_and_is_never_refused(world):
    """X4, B26: the account asked about counts nothing, so nobody uses up its owner's way to help."""
    person = world.person()
    codes = [ask(world, person.user_id, reply_to=f"m{number}@home.example") for number in range(6)]
    assert [answer.code for answer in codes] == [""] * 5 + ["proof-of-work-needed"]
    assert codes[-1].body["times"] == 2
    proof = solve(codes[-1].body["challenge"])
    body = {"user_id": person.user_id, "proof": proof, "reply_to": "m6@home.example"}
    assert world.post("/api/contact/administrator", body).status == 202
    theirs = {"user_id": person.user_id, "proof": world.proof(), "reply_to": "own@home.example"}
    assert world.post("/api/contact/administrator", theirs, address="198.51.100.3").status == 202
    for number in range(6):
        body = {"user_id": "x@contoso.example", "proof": world.proof(), "reply_to": f"same{world.number}@home.example"}
        last = world.post("/api/contact/administrator", body, address=f"203.0.{number}.3")
    assert last.code == "proof-of-work-needed"


def test_a_proof_of_work_is_spent_by_a_refused_request_too_x20(world):
    """One solved proof was good for any number of requests that were refused before the commit."""
    reach = {"reply_to": address(world)}
    refused = [
        ("/api/reset/start", {"user_id": "maria@nowhere.example"}),
        ("/api/unlock/start", {"user_id": "a@b@c"}),
        ("/api/contact/administrator", {"user_id": "maria@nowhere.example", **reach}),
        ("/api/contact/administrator", {"user_id": "maria", "reply_to": "nobody"}),
        ("/api/contact/support", {"name": "", "phone": "1", "email": "x", "message": "y"}),
    ]
    for path, body in refused:
        proof = world.proof()
        first, again = (world.post(path, {**body, "proof": proof}) for _ in range(2))
        assert first.status == 422 and first.code != "robot-check-failed", path
        assert again.code == "robot-check-failed", path
        assert world.post("/api/reset/start", {"user_id": "maria", "proof": proof}).code == "robot-check-failed"


def test_a_proof_of_work_is_good_for_one_request(world):
    body = {"user_id": "maria@contoso.example", "proof": world.proof(), "reply_to": f"a{world.number}@home.example"}
    assert world.post("/api/contact/administrator", body).status == 202
    assert world.post("/api/contact/administrator", body).code == "robot-check-failed"


@pytest.mark.parametrize(
    "reply_to", ["", "me", "a@b", "12", "a@b.example,c@d.example", "a@b.example\r\nBcc: c@d.example"]
)
def test_how_to_reach_somebody_must_be_an_address_or_a_number(world, reply_to):
    answer = ask(world, "maria@contoso.example", reply_to=reply_to)
    assert (answer.code, answer.body["feedback"][0]["rule"]) == ("contact-details-not-read", "reply_to")


def test_what_strangers_type_cannot_become_a_header_or_html(world, letters):
    evil = "Maria\r\nBcc: victim@home.example\r\n\r\n<b>{{7*7}}</b>"
    reply_to = f"evil{world.number}@home.example"
    reference = ask(
        world,
        f"evil{world.number}@contoso.example",
        name=evil,
        message=f"<script>alert(1)</script>\r\n\x00{evil}",
        reply_to=reply_to,
    ).body["reference"]
    deliver(world, reference)
    ((_, letter),) = letters
    assert "\n" not in letter.subject
    assert re.search(r"^Name: Maria Bcc: victim@home.example <b>\{\{7\*7\}\}</b>$", letter.text, re.MULTILINE)
    assert "<script>" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert "\x00" not in letter.text


def test_support_gets_what_it_needs_to_call_back_and_the_person_a_confirmation_s23(world, letters):
    email = f"copy{world.number}@home.example"
    reference = support(world, email=email, message="See https://evil.example/x or evil.example.").body["reference"]
    deliver(world, reference)
    told = dict(letters)
    assert set(told) == {"support@contoso.example", email}
    for words in ("Maria Silva", "+442079460123", email, "evil.example", reference):
        assert words in told["support@contoso.example"].text
    assert reference in told[email].text


@pytest.mark.parametrize(
    "typed",
    ["\\\\203.0.113.7\\portal", "file://203.0.113.7/portal", "203.0.113.7/login", "contoso-login。example/verify",
     "hxxps:evil[.]example", "tel:+15550100", "Contoso Security: urgent, call +1 555 0100", "J.R.R.Tolkien"],
)  # fmt: skip
def test_a_confirmation_repeats_nothing_that_a_stranger_typed_x17(world, letters, typed):
    """Whoever types somebody else's address sends them the same words whatever they type: nothing to filter."""
    email, plain = f"typed{world.number}@home.example", f"plain{world.number}@home.example"
    for to, text in ((email, typed), (plain, "Nothing works.")):
        phone = f"+44 20 7946 {1_000 + world.number}"
        answer = support(world, email=to, name=f"Maria {text}", message=f"See {text}", phone=phone)
        deliver(world, answer.body["reference"])
    told = dict(letters)

    def without_reference(letter):
        return re.sub(r"R-\w{4}-\w{4}|\d\d:\d\d", "", f"{letter.subject}\n{letter.text}\n{letter.html}")

    assert without_reference(told[email]) == without_reference(told[plain])
    for piece in (typed, phone[-4:], "Maria", "See"):
        assert piece not in told[email].text


def test_every_fault_of_the_support_form_is_said_at_once(world):
    answer = support(world, name=" \u200b\u2068", phone="1", email="x", message="\n\u200f")
    assert answer.code == "contact-details-not-read"
    assert [fault["rule"] for fault in answer.body["feedback"]] == ["name", "email", "phone", "message"]


def test_a_quoted_reference_is_passed_on_and_adds_nothing_to_its_story_x28(world, letters):
    """Anybody can type somebody's reference: only whoever holds its flow adds to its story."""
    started = world.start(world.person().user_id).body
    before = world.services.events.by_reference(started["reference"])
    typed = started["reference"].lower().replace("0", "o")
    own = support(world, email=f"quoted{world.number}@home.example", reference=typed).body["reference"]
    assert own != started["reference"]
    assert world.services.events.by_reference(started["reference"]) == before
    deliver(world, own)
    assert f"Reference that they quote: {started['reference']}" in dict(letters)["support@contoso.example"].text


def test_without_an_address_there_is_no_form(use):
    world = use(contacts={"support": {"email": ""}})
    assert support(world).code == "no-contact-form"


def test_administrators_hear_when_somebody_with_a_role_has_reset_their_password(world, letters):
    admin, other = world.person(role="administrator"), world.person(role="administrator")
    started = world.start(admin.user_id).body
    for method in ("email", "sms"):
        world.send(started["flow"], method)
        code = world.code(started["reference"], method=method)
        assert world.verify(started["flow"], code, method).status == 200
    assert world.finish(started["flow"]).status == 200
    deliver(world, started["reference"])
    told = {to: letter for to, letter in letters if "with a role" in letter.subject}
    assert other.mail in told
    assert admin.mail not in told
    assert admin.user_id in told[other.mail].text

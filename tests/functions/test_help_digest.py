"""A flood of requests for help is one message an hour for the desk, with a line an account, and hides nobody."""

import itertools
import re

import pytest

from notify import app, flow
from regain.adapters.help_digests import MOST_LINES
from tests.functions.conftest import Context
from tests.functions.test_contact import address, ask, deliver, support
from tests.functions.test_notify import FakeMessenger

HOUR = 3_600
NUMBERS = itertools.count(1)


@pytest.fixture
def desk(use, clock, time_machine, monkeypatch):
    """A desk of its own, and an hour, that is mailed two requests an hour, and the rest together."""
    number = next(NUMBERS)
    names = {each: {"email": f"{each}{number}@desk.example"} for each in ("administrator", "support")}
    world = use(limits={"help_mails_per_hour": 2, "contacts_per_day": 10_000}, contacts=names)
    world.hour = (world.services.now // HOUR + 10 * number) * HOUR
    world.desk = names["administrator"]["email"]
    time_machine.move_to(world.hour + 600, tick=False)
    office = FakeMessenger()
    monkeypatch.setattr(flow, "_messengers", lambda: {"email": office})
    world.letters = office.sent
    return world


def mailed(world, kind):
    """What the desk is sent of this kind that it has not been sent yet."""
    world.letters.clear()
    for message in written(world, kind):
        deliver(world, message["reference"])
    return [letter for to, letter in world.letters if to == world.desk]


def written(world, kind):
    """The messages of this kind to the desk, or to support."""
    desks = {world.desk, world.services.organisation.contacts.support.email}
    return [each for each in world._messages() if each["kind"] == kind and each["to"] in desks]


def next_hour(world, time_machine, hours=1):
    """The schedule wakes the function a while after the hour, and again."""
    time_machine.move_to(world.hour + hours * HOUR + 180, tick=False)
    for _ in range(3):
        assert app.lambda_handler({"source": "aws.events"}, Context()) == {}


def test_past_thirty_an_hour_a_desk_gets_one_message_with_a_line_an_account(desk, time_machine):
    references = [ask(desk, "ben@contoso.example", name=f"N{number}").body["reference"] for number in range(5)]
    references.append(ask(desk, "maria@contoso.example", name="Maria").body["reference"])
    single = mailed(desk, "administrator-contacted")
    assert {re.search(r"R-[\w-]+", letter.subject)[0] for letter in single} == set(references[:2])
    assert mailed(desk, "help-digest") == []
    next_hour(desk, time_machine)
    (digest,) = mailed(desk, "help-digest")
    assert "4 more" in digest.text
    of_ben, of_maria = [line for line in digest.text.splitlines() if "@contoso.example: " in line]
    assert of_ben == f"ben@contoso.example: 3 requests, the last by N4, {address(desk)}, reference {references[4]}"
    assert of_maria == f"maria@contoso.example: Maria, {address(desk)}, reference {references[5]}"
    next_hour(desk, time_machine, 2)
    assert mailed(desk, "help-digest") == []
    assert len(written(desk, "help-digest")) == 1


def test_strangers_use_up_nothing_of_known_browsers_and_of_people_who_have_proved_something(desk, time_machine):
    """X4: their requests are told one by one still, and past that they stand first."""
    person = desk.person()
    browser = desk.sign_in(person.user_id).browser
    started = desk.start(person.user_id).body
    assert desk.send(started["flow"]).status == 202
    assert desk.verify(started["flow"], desk.code(started["reference"])).status == 200
    for number in range(6):
        ask(desk, person.user_id, name=f"Stranger {number}")
    own = {"user_id": person.user_id, "reply_to": "own@home.example"}
    ways = [{"browser": browser}, {"flow": started["flow"]}, {"browser": browser}]
    for way in ways:
        flow = {"flow": way["flow"]} if "flow" in way else {}
        body = {**own, **flow, "proof": desk.proof()}
        answer = desk.post("/api/contact/administrator", body, **({"browser": browser} if "browser" in way else {}))
        assert answer.status == 202
    assert len(mailed(desk, "administrator-contacted")) == 4, "two of theirs, two of the owner's"
    ask(desk, "another@contoso.example")
    next_hour(desk, time_machine)
    (digest,) = mailed(desk, "help-digest")
    first, second = [line for line in digest.text.splitlines() if "@contoso.example: " in line]
    assert first.startswith(f"{person.user_id}: 5 requests")
    assert "own@home.example" in first
    assert second.startswith("another@contoso.example: ")


def test_support_gets_a_digest_too_and_everybody_a_confirmation(desk, time_machine):
    for number in range(4):
        assert support(desk, email=f"p{number}.{desk.number}@home.example").status == 202
    assert len(written(desk, "support-contacted")) == 2
    confirmed = {each["to"] for each in desk._messages() if each["kind"] == "support-confirmation"}
    assert {f"p{number}.{desk.number}@home.example" for number in range(4)} <= confirmed
    next_hour(desk, time_machine)
    (digest,) = written(desk, "help-digest")
    desk.letters.clear()
    deliver(desk, digest["reference"])
    ((to, letter),) = desk.letters
    assert to == desk.services.organisation.contacts.support.email
    assert f"(no account): Maria Silva, +442079460123, p2.{desk.number}@home.example, reference R-" in letter.text


def test_a_flood_is_counted_where_it_is_not_listed_and_fits_into_the_table(desk, time_machine, monkeypatch):
    monkeypatch.setattr("regain.adapters.help_digests.MOST_LINES", 2)
    for number in range(7):
        assert ask(desk, f"u{number}@contoso.example", name="n" * 200).status == 202
    next_hour(desk, time_machine)
    (digest,) = mailed(desk, "help-digest")
    assert "one by one: 5 more." in digest.text
    assert "3 more are in the list of events" in digest.text
    longest = 320 + 350 + 60 + 100  # bytes: an address, a sealed user ID, a name, the rest
    assert 2 * MOST_LINES * longest / 2 < 400_000


def test_a_digest_is_written_by_nobody_for_a_stranger_x13(desk, time_machine):
    """The function for contact may add to digests; who gets them, and that there are any, the sender decides."""
    for _ in range(4):
        ask(desk, "ben@contoso.example")
    next_hour(desk, time_machine)
    (message,) = written(desk, "help-digest")
    client, table = desk.services.store.client, desk.services.outbox.table
    client.update_item(
        TableName=table, Key={"id": {"S": message["id"]}}, UpdateExpression="SET #to = :to",
        ExpressionAttributeNames={"#to": "to"}, ExpressionAttributeValues={":to": {"S": "thief@evil.example"}},
    )  # fmt: skip
    deliver(desk, message["reference"])
    assert desk.letters == []
    assert "ben@" not in repr(message), "user IDs are sealed"


def test_doubts_about_passwords_are_told_whatever_becomes_of_the_digests(world, monkeypatch):
    run = []

    def broken(_):
        raise ConnectionError

    monkeypatch.setattr(app.help_digest, "write_due", broken)
    monkeypatch.setattr(app.doubts, "write_due", run.append)
    with pytest.raises(ConnectionError):  # so that Lambda tries again
        app.lambda_handler({}, Context())
    assert len(run) == 1

"""Invitations to register (H11, H62): each mail once, whatever is cut off; progress; what happens after the deadline."""

# ruff: noqa: F811 - fixtures are imported

import json
import re
from collections import Counter
from datetime import UTC, datetime

import pytest

from notify import app as notify
from notify import flow as notify_flow
from notify.confirmation import Unconfirmed, confirmed
from regain.adapters.outbox import from_stream
from regain.adapters.store import marshal
from regain.domain.eligibility import eligibility
from regain.people import inviting
from report import app as report
from report import invitations as sending
from report.index import index_people
from tests.functions import calls
from tests.functions.conftest import Context
from tests.functions.fault_injection import Killed, points
from tests.functions.faults import BATCH_FAULTS
from tests.functions.test_fault_points_batch import cloud  # noqa: F401
from tests.functions.test_notify import post_office, records  # noqa: F401

DAY = 86_400
BARE = {"other_mails": (), "mobile_phone": "", "office_phone": ""}


@pytest.fixture
def quiet(use, clock, monkeypatch):
    """A deployment whose senders do not wait."""

    def made(**changes):
        world = use(**changes)
        monkeypatch.setitem(world.services.__dict__, "sleep", lambda _: None)
        return world

    return made


def group(world, size, **changes):
    """A group of people who have registered nothing, as the stream has indexed them."""
    name = f"g{world.number}x"
    people = [world.person(groups=(name,), **{**BARE, **changes}) for _ in range(size)]
    index_people("id", [person.id for person in people])
    return name, people


def in_days(world, days):
    """The day that is so many days away."""
    return datetime.fromtimestamp(world.services.now + days * DAY, UTC).date().isoformat()


def invite(world, **whom):
    services = world.services
    invitation = inviting.begin(services, "ines@contoso.example", in_days(world, 16), **whom)
    if "listed" in whom:
        inviting.keep_list(invitation, whom["listed"], services)
    services.store.commit([services.invitations.write(invitation)])
    return invitation.id


def minute():
    """What the schedule does."""
    return report.lambda_handler({"source": "aws.events"}, Context())["invited"]


def mails(world, invitation_id):
    return [each for each in world._messages() if each["id"].startswith(f"invite-{invitation_id}-")]


def rounds(world, invitation_id):
    return Counter(each["facts"]["round"] for each in mails(world, invitation_id))


def counts(world, invitation_id):
    return world.services.invitations.counts([invitation_id])[0]


def test_people_are_asked_once_and_reminded_and_what_they_do_is_counted_by_day_and_group(quiet, time_machine):
    world = quiet()
    name, people = group(world, 5)
    invitation = invite(world, group=name)
    assert minute() == 5
    assert minute() == 0
    assert rounds(world, invitation) == {"first": 5}
    off, registered = people[:2]
    world.change(off, enabled=False)
    world.change(registered, other_mails=("maria@home.example",))
    index_people("id", [off.id, registered.id])
    ends = world.services.invitations.get(invitation).ends_at
    for before in (8, 7, 6, 1):
        time_machine.move_to(ends - before * DAY + 9 * 3_600 - DAY, tick=False)
        minute()
        assert minute() == 0
    assert rounds(world, invitation) == {"first": 5, "reminder-7": 3, "reminder-1": 3}
    assert {each["to"] for each in mails(world, invitation)} == {person.mail for person in people}
    found = counts(world, invitation)
    assert (found["first"], found["reminder-7"], found["registered"]) == (5, 3, 1)
    assert (found[f"group:{name}:asked"], found[f"group:{name}:registered"]) == (5, 1)
    assert (found["day:2027-01-15:asked"], found["day:2027-01-15:registered"]) == (5, 1)


def test_after_the_deadline_security_info_is_required_at_the_next_sign_in(quiet, time_machine):
    world = quiet()
    name, (person, other) = group(world, 2)
    invitation = invite(world, group=name)
    minute()
    world.change(other, other_mails=("o@home.example",))
    time_machine.move_to(world.services.invitations.get(invitation).ends_at, tick=False)
    assert minute() == 0
    signed_in = world.sign_in(person.user_id)
    assert signed_in.body["interrupt"] is True
    assert world.post("/api/account/methods/later", session=signed_in.session).code == "see-to-it-now"
    (event,) = [each for each in world.events(person.user_id) if each["kind"] == "admin-registration-required"]
    assert (event["by"], event["note"]) == ("ines@contoso.example", invitation)
    assert [each["kind"] for each in world.events(other.user_id)] == []
    assert counts(world, invitation)["required"] == 1
    assert world.services.invitations.get(invitation).state == "finished"


def test_those_who_need_no_mail_are_left_alone_and_counted_with_the_reason(quiet):
    world = quiet()
    name, people = group(world, 6)
    ready, off, unreachable, suspended, gone, asked = people
    world.change(ready, other_mails=("r@home.example",))
    world.change(off, enabled=False)
    world.change(unreachable, mail="ü@contoso.example")
    info = world.services.security_infos
    subject = world.subject(suspended.user_id)
    world.services.store.client.put_item(
        TableName=info.table, Item=marshal({"subject": subject, "suspended": True, "version": 1})
    )
    world.services.store.client.delete_item(TableName=world.services.accounts.table, Key=marshal({"id": gone.id}))
    other = invite(world, listed=[asked.id])
    assert minute() == 1
    invitation = invite(world, group=name)
    assert minute() == 0
    assert counts(world, invitation) == {
        "skipped:registered": 1, "skipped:off": 1, "skipped:no-address": 1, "skipped:suspended": 1, "skipped:gone": 1,
        "skipped:asked": 1,
    }  # fmt: skip
    assert len(mails(world, other)) == 1
    forecast = inviting.forecast(world.services.invitations.get(invitation), [p.id for p in people], world.services)
    assert forecast == Counter(["registered", "off", "no-address", "suspended", "gone", "asked"])


def test_a_stop_in_the_middle_holds_at_once_and_resuming_sends_the_rest(quiet, monkeypatch):
    monkeypatch.setattr(sending, "_PAGE_SIZE", 2)
    world = quiet()
    name, _ = group(world, 5)
    invitation = invite(world, group=name)
    services = world.services

    def stop(_):
        found = services.invitations.get(invitation)
        services.store.commit([services.invitations.write(found.moved("stopped", "ben", "wrong", services.now))])

    monkeypatch.setitem(services.__dict__, "sleep", stop)
    assert minute() == 2
    assert minute() == 0
    monkeypatch.setitem(services.__dict__, "sleep", lambda _: None)
    found = services.invitations.get(invitation)
    services.store.commit([services.invitations.write(found.moved("running", "ben", "", services.now))])
    assert minute() == 3
    assert rounds(world, invitation) == {"first": 5}


def test_whatever_call_fails_nobody_is_left_out_and_nobody_is_asked_twice(quiet, cloud, tables, monkeypatch, request):
    monkeypatch.setattr(sending, "_PAGE_SIZE", 2)
    world = quiet()
    name, people = group(world, 3)
    invitation = invite(world, group=name)
    before = tables.items()
    world.forget_keys()
    with cloud.injecting():
        minute()
    made, wanted = list(cloud.calls), counts(world, invitation)
    found = list(points(made, BATCH_FAULTS, 1))
    for at, fault in found:
        tables.restore(before)
        world.forget_keys()
        where = f"{made[at].operation} {at}, {fault.name}"
        try:
            with cloud.injecting(at, fault):
                minute()
        except (Exception, Killed):
            assert not fault.heals, where
        minute()  # the schedule wakes it again
        assert sorted(each["to"] for each in mails(world, invitation)) == sorted(p.mail for p in people), where
        assert counts(world, invitation) == wanted, where
    request.node.user_properties.append(("fault points survived", len(found)))


def test_the_pace_is_a_minutes_share_of_the_hour(quiet):
    world = quiet(notify={"invitations_per_hour": 180})
    name, _ = group(world, 7)
    invite(world, group=name)
    assert [minute() for _ in range(4)] == [3, 3, 1, 0]


def test_asking_many_takes_the_same_calls_a_page_however_many_there_are(quiet, monkeypatch):
    """100,000 people: 5,000 pages of 20. Counted in calls, not in time."""
    monkeypatch.setattr(sending, "index_people", lambda *_: 0)  # two calls a person more
    world = quiet(notify={"invitations_per_hour": 60_000})
    per_page = []
    for size in (20, 60):
        world.number += 1_000
        name, _ = group(world, size)
        invitation = invite(world, group=name)
        with calls.counted() as called:
            assert minute() == size
        assert rounds(world, invitation) == {"first": size}
        per_page.append(Counter(called) - Counter({"TransactWriteItems": 1}))  # the page that finds nobody more
    assert per_page[0]["TransactWriteItems"] * 3 == per_page[1]["TransactWriteItems"] == 3
    assert sum(per_page[1].values()) - sum(per_page[0].values()) <= 2 * 5 + 1  # and a look at the first invitation


def test_the_mail_says_who_asks_why_by_when_and_has_no_link_and_no_secret_in_the_persons_language(
    quiet, post_office, monkeypatch
):
    own = {"en": "Our desk helps on Tuesdays.", "de": "Wir helfen am Dienstag."}
    world = quiet(notify={"invitation": own}, organisation={"site_url": "https://help.contoso.example/"})
    name, (english, german) = group(world, 2)
    world.change(german, language="de")
    invitation = invite(world, group=name)
    minute()
    assert notify.lambda_handler(records(mails(world, invitation)), Context())["batchItemFailures"] == []
    sent = dict(post_office["email"].sent)
    letter = sent[english.mail]
    for said in ("31 January 2027", english.user_id, own["en"], "https://help.contoso.example", "no link", "R-"):
        assert said in letter.text, said
    assert "<a " not in letter.html
    assert "#" not in re.sub(r"#[0-9a-f]{3,6}\b", "", letter.text)
    assert own["de"] in sent[german.mail].text
    assert "31. Januar 2027" in sent[german.mail].text
    assert {each["state"] for each in mails(world, invitation)} == {"sent"}


def test_whoever_writes_an_invitation_can_send_it_to_nobody_else_x13(quiet):
    world = quiet()
    name, (person,) = group(world, 1)
    invitation = invite(world, group=name)
    minute()
    (message,) = mails(world, invitation)
    honest = from_stream(marshal(message))
    assert confirmed(honest, world.services).to == person.mail
    other = world.person()
    for forged in (
        {"to": "thief@evil.example"}, {"subject": world.subject(other.user_id)}, {"kind": "code"},
        {"id": "x"}, {"facts": {**message["facts"], "account_id": other.id}},
    ):  # fmt: skip
        with pytest.raises(Unconfirmed):
            confirmed(from_stream(marshal({**message, **forged})), world.services)
    world.change(person, enabled=False)
    assert notify_flow.deliver(honest) == "expired"


def test_people_of_many_groups_are_counted_in_a_bounded_number_of_them(quiet, monkeypatch):
    monkeypatch.setattr(sending, "_MOST_COUNTED", 3)
    world = quiet()
    name, _ = group(world, 1)
    people = [world.person(groups=(name, f"a{n}", f"b{n}"), **BARE) for n in range(4)]
    index_people("id", [person.id for person in people])
    invitation = invite(world, group=name)
    assert minute() == 5
    found = {key for key in counts(world, invitation) if key.startswith("group:")}
    assert len(found) == 4
    assert "group:*:asked" in found


def test_nothing_but_the_requirement_is_written_to_security_info(quiet):
    world = quiet()
    _, (person,) = group(world, 1)
    services, subject = world.services, world.subject(person.user_id)
    from_item = inviting.security_infos.from_item
    services.store.commit([services.security_infos.require_write(subject, from_item(None))])
    kept = services.store.get(*services.security_infos.key(subject))
    assert json.loads(json.dumps(kept)) == {"subject": subject, "required": True, "remind_at": 0, "version": 1}
    own = services.organisation
    assert not eligibility(person, from_item(kept), own.recovery, own.domains).registered

"""Invitations to register (H11, H62): when mails are due, who is left alone, what a stop means."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from regain.domain import invitations
from regain.domain.account import Account
from regain.domain.eligibility import Eligibility
from regain.domain.invitations import Invitation, Invitee, Round, plan, skip_reason
from regain.domain.security_info import Contact, SecurityInfo
from regain.problems import DEADLINE_NOT_POSSIBLE, Refused

DAY = 86_400
NOW = int(datetime(2027, 1, 15, 10, tzinfo=UTC).timestamp())
OPEN = Eligibility(registered=False, enabled=True, kinds=(), reasons=())


def invitation(deadline="2027-01-31", zone=UTC, reminders=(7, 1)):
    rounds = plan(date.fromisoformat(deadline), reminders, zone, NOW)
    return Invitation("i", "ines", "group", NOW, deadline, rounds, "staff")


def test_the_rounds_are_the_first_mail_reminders_in_the_morning_and_the_end_of_the_last_day():
    zone = ZoneInfo("America/New_York")
    rounds = invitation(zone=zone).rounds
    told = [(each.name, datetime.fromtimestamp(each.due, zone).isoformat()[:16]) for each in rounds[1:]]
    assert rounds[0] == Round("first", NOW)
    assert told == [
        ("reminder-7", "2027-01-24T08:00"), ("reminder-1", "2027-01-30T08:00"), ("required", "2027-02-01T00:00"),
    ]  # fmt: skip


def test_a_reminder_that_would_come_with_the_first_mail_is_left_out():
    assert [each.name for each in invitation("2027-01-17").rounds] == ["first", "reminder-1", "required"]
    assert [each.name for each in invitation("2027-01-16").rounds] == ["first", "required"]


@pytest.mark.parametrize("deadline", ["2027-01-14", "2027-01-15", "2028-01-17"])
def test_a_deadline_that_is_past_today_or_too_far_away_is_refused(deadline):
    with pytest.raises(Refused) as refused:
        invitation(deadline)
    assert refused.value.problem is DEADLINE_NOT_POSSIBLE


def test_rounds_come_one_after_the_other_and_only_when_they_are_due():
    new = invitation()
    assert new.due(NOW) == new
    paged = new.walked("abc", NOW)
    assert (paged.at, paged.cursor) == (0, "abc")
    reminding = paged.walked("", NOW)
    assert (reminding.at, reminding.cursor, reminding.due(NOW)) == (1, "", None)
    assert reminding.due(reminding.rounds[1].due) == reminding
    late = reminding.due(new.ends_at)
    assert (late.at, late.rounds[late.at].name, late.cursor) == (3, "required", "")
    finished = late.walked("", new.ends_at)
    assert (finished.state, finished.due(new.ends_at + DAY)) == ("finished", None)


def test_what_is_stopped_is_not_due_and_goes_on_where_it_was_and_what_is_finished_stays_so():
    at = invitation().walked("abc", NOW)
    stopped = at.moved("stopped", "ben", "wrong group", NOW + 5)
    assert (stopped.due(NOW + DAY), stopped.changed_by, stopped.reason) == (None, "ben", "wrong group")
    assert stopped.moved("stopped", "other", "", NOW) == stopped
    assert stopped.moved("running", "ben", "", NOW + 9).due(NOW + 9).cursor == "abc"
    finished = replace(at, state="finished")
    assert finished.moved("running", "ben", "", NOW) == finished


def test_nobody_gets_two_mails_within_a_day_and_nobody_is_asked_by_two_invitations():
    one, other = invitation(), replace(invitation(), id="other")
    asked = Invitee("i", ("first",), mailed_at=NOW, until=one.ends_at)
    assert asked.rests(NOW + 19 * 3_600)
    assert not asked.rests(NOW + 20 * 3_600)
    assert asked.taken_by(other, NOW)
    assert not asked.taken_by(one, NOW)
    assert not asked.taken_by(other, one.ends_at)
    assert not replace(asked, registered_at=NOW).taken_by(other, NOW)


@pytest.mark.parametrize(
    ("changes", "info", "stands", "registers", "reason"),
    [
        ({}, {}, {}, True, ""),
        ({"enabled": False}, {}, {"registered": True, "enabled": False}, True, "off"),
        ({}, {}, {"registered": True}, True, "registered"),
        ({}, {"suspended": True}, {}, True, "suspended"),
        ({}, {}, {"enabled": False}, True, "not-enabled"),
        ({}, {}, {}, False, "not-enabled"),
        ({"mail": "ana@corp.local"}, {}, {}, True, "no-address"),
        ({"mail": "anä@contoso.example"}, {}, {}, True, "no-address"),
        ({"mail": "ana@corp.local", "other_mails": ("ana@home.example",)}, {}, {}, True, ""),
    ],
)
def test_who_is_left_alone_and_why(changes, info, stands, registers, reason):
    account = replace(Account("ana@contoso.example", mail="ana@contoso.example"), **changes)
    assert skip_reason(account, SecurityInfo(**info), replace(OPEN, **stands), registers) == reason
    assert reason in {"", *invitations.SKIPPED}


def test_whoever_is_gone_is_left_alone_and_mail_goes_to_the_first_address_that_it_can_reach():
    assert skip_reason(None, SecurityInfo(), None, True) == "gone"
    account = Account("ana@corp.local", mail="ana@corp.lan")
    info = SecurityInfo(contacts=(Contact("1", "email", "ana@home.example", 1),))
    assert invitations.address(account, info) == "ana@home.example"
    assert invitations.address(Account("ana@contoso.example"), SecurityInfo()) == "ana@contoso.example"

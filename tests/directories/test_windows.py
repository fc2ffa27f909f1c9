"""What Windows is known to do and Samba does not: its words, its control for histories, and smart cards.

No Windows runs here: its answers are those that its documentation and people's logs show.
"""

import contextlib
import time
from dataclasses import replace

import pytest

from regain.directories.base import NotAccepted, Person, Stopped
from regain.directories.ldap.active_directory import ActiveDirectory, _Policy
from regain.directories.ldap.messages import Answer, Entry
from regain.directories.ldap.service import Service
from regain.domain.ldap import Ldap

FIRST, NEXT = "the First password 1", "the Second password 2"
PERSON = Person("k", "CN=a", "a@x", "ldaps://dc1")


@pytest.fixture
def view(monkeypatch):
    """A view of a controller that lists the control for histories, and is never asked."""
    made = ActiveDirectory(Service(Ldap("active-directory", ("ldaps://dc1",), "DC=x"), lambda _: ""))
    monkeypatch.setattr(made.service, "supports", lambda *_: True)
    return made


def not_accepted(action, *arguments):
    with pytest.raises(NotAccepted) as caught:
        action(*arguments)
    return caught.value.rule


def test_its_words_for_a_refused_password_claim_no_more_than_is_known(view, monkeypatch):
    """A filter of the organisation's (banned passwords) refuses as the history does: "you had it before" may be untrue."""
    refused = Answer(19, "0000052D: AtrErr: DSID-03191083, #1: problem 1005 (CONSTRAINT_ATT_TYPE), data 0")
    monkeypatch.setattr(view, "_policy", lambda _: _Policy(8, True, 86_400, 24))
    monkeypatch.setattr(view.service, "modify", lambda *_: refused)
    for password, rule in (("Banned-word-2026!", "unknown"), ("Sh0rt!", "length"), ("alllowercaseletters", "quality")):
        assert not_accepted(view.reset, PERSON, password) == rule
        assert not_accepted(view.change, PERSON, FIRST, password) == rule
    young = replace(PERSON, changed_at=str((int(time.time()) + 11_644_473_600) * 10_000_000))
    assert not_accepted(view.reset, young, "Banned-word-2026!") == "age", "which the control brings along"


def test_a_temporary_password_is_held_to_no_history_and_so_to_no_minimum_age(view, monkeypatch):
    """Or "this was not me" would leave the password that an intruder has set today (B6)."""
    asked = []
    monkeypatch.setattr(view.service, "modify", lambda *given: asked.append(given[3]) or Answer(0))
    for temporary in (False, True):
        view.reset(PERSON, NEXT, temporary)
    assert [len(controls) for controls in asked] == [1, 0]


@pytest.mark.parametrize(
    ("flags", "reason"), [(0x200, ""), (0x40200, "elsewhere"), (0x40202, "elsewhere"), (0x202, "disabled")]
)
def test_whoever_signs_in_with_a_smart_card_alone_gets_no_password_here(view, flags, reason):
    """Windows gave the account one that nobody knows (`SMARTCARD_REQUIRED`); a reset would open a second way in."""
    person = view.person(Entry("CN=a", {"useraccountcontrol": (str(flags).encode(),)}), "a@x", "ldaps://dc1")
    with pytest.raises(Stopped, match=reason) if reason else contextlib.nullcontext():
        person.check_changeable()

"""Signing in and changing a password that lives in a directory: nobody locks an account there through our pages."""

from dataclasses import replace

import pytest

from regain.directories.base import Unanswered
from regain.domain.directory_change import LEASE
from regain.domain.lockout import Lockout
from regain.domain.policy import OFFERS
from tests.functions.directory_stand_in import DOMAIN, Killed, StandIn, people
from tests.functions.person import Person

FIRST, NEW, OTHER = "the First password 1", "violet-Anchor-27-plum", "copper-Window-58-lake"
NOW = 1_800_000_000


@pytest.fixture
def domain(world, time_machine):
    time_machine.move_to(NOW, tick=False)
    with people(world, StandIn()) as found:
        found.clock = time_machine
        yield found


def signed_in(domain, **facts):
    """Somebody in the directory, in a session."""
    person = domain.directory.add(**facts)
    session = domain.world.sign_in(person.user_id, FIRST).session
    here = Person.signed_in(domain.world, domain.card(person), session)
    here.there = person
    return here


def change(here, current=FIRST, new=NEW):
    return here.post("password", current_password=current, new_password=new)


def test_signing_in_asks_the_directory_once_and_makes_the_card(domain):
    person = domain.directory.add()
    done = domain.world.sign_in(person.user_id, FIRST)
    assert (done.status, done.body["must_change_password"]) == (200, False)
    assert domain.directory.calls == ["find", "verify"]
    assert domain.card(person).user_id == person.user_id
    here = Person.signed_in(domain.world, domain.card(person), done.session)
    assert here.get("").body["user_id"] == person.user_id
    assert all(0 < wait <= 0.5 for wait in domain.waits)


def test_a_wrong_password_and_nobody_cost_the_same_and_are_answered_alike(domain):
    person, shapes = domain.directory.add(), set()
    locked, off = domain.directory.add(locked=True), domain.directory.add(enabled=False)
    for user_id in (person.user_id, locked.user_id, off.user_id, f"nobody@{DOMAIN}"):
        domain.directory.calls.clear()
        wrong = [domain.world.sign_in(user_id, f"wrong {number}") for number in range(3)]
        assert domain.directory.calls[:2] == ["find", "verify"]
        shapes.add(tuple((each.status, each.code, each.operations) for each in wrong))
    assert len(shapes) == 1
    assert shapes.pop()[0][:2] == (401, "wrong-user-id-or-password")


@pytest.mark.parametrize("threshold", [3, 5, 10, 50])
def test_fifty_wrong_passwords_from_everywhere_lock_nobody_in_the_directory(domain, threshold):
    domain.directory.lockout = Lockout(threshold, 1_800)
    person = domain.directory.add()
    known = domain.world.sign_in(person.user_id, FIRST).browser
    here = signed_in(domain)
    for number in range(50):
        address = f"198.51.{number}.7"
        told = domain.world.sign_in(person.user_id, f"wrong {number}", address=address)
        assert told.status in (401, 403), "from each network as for a wrong password"
    most = Lockout(threshold, 1_800).most(known=False)
    assert domain.directory.wrong[person.key] <= most
    for number in range(50):
        domain.world.sign_in(person.user_id, f"wrong too {number}", browser=known)
        change(here, f"wrong too {number}")
    assert domain.directory.wrong[person.key] <= threshold - 2 >= domain.directory.wrong[here.there.key]
    assert not domain.directory.find(person.user_id).locked
    recovered = domain.world.proved(person.user_id).body["flow"]
    done = domain.world.finish(recovered, NEW)
    assert done.status == 200, "recovery by proofs stays open"
    assert domain.world.sign_in(person.user_id, NEW, browser=done.browser).status == 200


def test_a_third_of_the_budget_is_kept_for_browsers_that_the_account_knows(domain):
    person = domain.directory.add()
    known = domain.world.sign_in(person.user_id, FIRST).browser
    for number in range(9):
        domain.world.sign_in(person.user_id, f"wrong {number}", address=f"198.51.{number}.7")
    domain.directory.calls.clear()
    assert domain.world.sign_in(person.user_id, FIRST, address="203.0.113.9").code == "wrong-user-id-or-password"
    assert domain.directory.calls == ["find"], "nothing is bound"
    assert domain.world.sign_in(person.user_id, FIRST, browser=known).status == 200


def test_the_budget_comes_back_after_a_window_without_wrong_ones_and_not_before(domain):
    person = domain.directory.add()
    for minutes in (0, 29, 58):  # Active Directory counts on, as long as the pauses are shorter
        domain.clock.move_to(NOW + minutes * 60, tick=False)
        domain.world.sign_in(person.user_id, f"wrong {minutes}", address=f"198.51.{minutes}.7")
    assert domain.directory.wrong[person.key] == 2
    assert domain.world.sign_in(person.user_id, FIRST).status == 401
    domain.clock.move_to(NOW + 60 * 60, tick=False)
    assert domain.world.sign_in(person.user_id, FIRST).status == 200


def test_the_same_wrong_password_again_is_not_asked_about_until_the_password_changes(domain):
    person = domain.directory.add(changed_at="1")
    for _ in range(4):
        assert domain.world.sign_in(person.user_id, NEW).status == 401
    assert domain.directory.wrong[person.key] == 1
    domain.directory.passwords[person.key].append(NEW)
    domain.directory.update(person, changed_at="2")
    assert domain.world.sign_in(person.user_id, NEW).status == 200


def test_a_directory_that_is_down_says_so_to_everybody_and_costs_nobody_a_try(domain):
    person = domain.directory.add()
    domain.directory.down = Unanswered(known=True)
    for user_id in (person.user_id, f"nobody@{DOMAIN}"):
        told = domain.world.sign_in(user_id, FIRST)
        assert (told.code, told.operations) == ("directory-did-not-answer", ())
    domain.directory.down = None
    verify, domain.directory.verify = domain.directory.verify, lambda *_: (_ for _ in ()).throw(Unanswered(True))
    for _ in range(9):
        assert domain.world.sign_in(person.user_id, FIRST).code == "directory-did-not-answer"
    domain.directory.verify = verify
    assert domain.world.sign_in(person.user_id, FIRST).status == 200


def test_whoever_the_directory_shows_without_a_key_is_nobody(domain):
    """All that is kept of people is kept under it: those without one would share what each of them registers (B16)."""
    keyless = [replace(domain.directory.add(), key="") for _ in range(2)]
    assert len(set(map(domain.account_id, keyless))) == 2
    shapes = set()
    for facts in ({"key": ""}, {}):
        person = domain.directory.add()
        domain.directory.update(person, **facts)
        told = domain.world.sign_in(person.user_id, FIRST if facts else "a wrong password")
        shapes.add((told.status, told.code))
    assert shapes == {(401, "wrong-user-id-or-password")}


def test_whoever_must_change_signs_in_and_changes_it(domain):
    here = signed_in(domain, must_change=True)
    assert here.get("").body["must_change_password"] is True
    assert change(here).code == "prove-it-is-you", "whoever set it knows it (X15)"
    here.step_up()
    assert change(here).status == 200
    assert domain.world.sign_in(here.there.user_id, NEW).body["must_change_password"] is False


def test_a_session_ends_where_the_directory_turns_the_account_off_or_has_somebody_else(domain):
    for facts in ({"enabled": False}, {"expired": True}, {"key": "another"}):
        here = signed_in(domain)
        assert here.get("").status == 200
        domain.directory.update(here.there, **facts)
        assert here.get("").code == "sign-in-needed"


@pytest.mark.parametrize(
    ("before", "after", "ends"), [("7", "10", True), ("10", "7", False), ("7", "0", True), ("", "7", False)]
)
def test_a_session_ends_where_the_password_was_changed_in_windows_and_not_where_a_server_lags_behind(
    domain, before, after, ends
):
    here = signed_in(domain, changed_at=before)
    assert here.call("GET", "").status == 200
    domain.directory.update(here.there, changed_at=after)
    assert here.call("GET", "").code == ("sign-in-needed" if ends else "")


def test_a_change_is_made_there_and_ends_the_session(domain):
    here = signed_in(domain)
    domain.directory.calls.clear()
    done = change(here)
    assert (done.status, domain.directory.password(here.there)) == (200, NEW)
    assert domain.directory.calls == ["find", "change", "find"], "the last for the mark of the new password"
    assert here.get("").code == "sign-in-needed"
    assert ("password-changed", here.there.other_mails[0]) in domain.notices(here.there)
    assert {"directory-asked", "password-changed"} <= set(domain.kinds(here.there))
    again = Person.signed_in(domain.world, None, done.session)
    assert again.get("").status == 200


def test_a_change_says_what_is_wrong_with_either_password(domain):
    here = signed_in(domain)
    assert change(here, "not the old one").code == "wrong-current-password"
    assert change(here, FIRST, "short").body["feedback"][0]["rule"] == "too-short"
    domain.directory.passwords[here.there.key].insert(0, NEW)
    assert [each["rule"] for each in change(here).body["feedback"]] == ["directory-history"]
    assert change(here, FIRST, OTHER).status == 200


@pytest.mark.parametrize("fault", ["lost", "killed", "late"])
def test_a_change_whose_answer_was_lost_is_found_out_by_the_next_try(domain, fault):
    here = signed_in(domain)
    domain.directory.faults.append(fault)
    if fault == "killed":
        with pytest.raises(Killed):
            change(here)
    else:
        assert change(here).code == "outcome-unknown"
    assert change(here).code == "being-set"
    domain.clock.move_to(NOW + LEASE, tick=False)
    assert change(here).status == 200
    assert domain.directory.password(here.there) == NEW
    assert domain.kinds(here.there).count("password-changed") == 1


@pytest.mark.parametrize("name", ["nobody", "person"])
def test_where_a_directory_signs_nobody_in_everybody_of_the_domain_is_told_so_and_nothing_is_asked(world, name):
    with people(world, StandIn(offers=OFFERS["entra"]), kind="entra") as domain:
        person = domain.directory.add(user_id=f"person@{DOMAIN}")
        told = world.sign_in(f"{name}@{DOMAIN}", "the First password 1")
        assert (told.status, told.code, told.operations, domain.directory.calls) == (403, "sign-in-elsewhere", (), [])
        assert world.start(person.user_id, "unlock").code == "cannot-be-unlocked-here"
        done = world.finish(world.proved(person.user_id).body["flow"], "violet-Anchor-27-plum")
        assert (done.status, done.body["sign_in_url"]) == (200, "https://myaccount.microsoft.com/")

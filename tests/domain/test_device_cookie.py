"""Device cookies: they pick a count, name at most five accounts, and tell nothing."""

import hashlib
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regain.adapters import device_cookies
from regain.domain import device_cookie
from regain.domain.device_cookie import GOOD_FOR, TICKET_GOOD_FOR, Known, find, remember

NOW = 1_800_000_000
MARIA, OMAR = "aa" * 16, "bb" * 16
BROWSER = "0123456789abcdef"


def keys(site: str = "ours"):
    return SimpleNamespace(derive=lambda purpose: hashlib.sha256(f"{site}{purpose}".encode()).digest())


def test_a_browser_is_known_to_the_account_that_it_signed_in_to_and_to_no_other():
    cookie = device_cookies.seal(keys(), remember((), MARIA, BROWSER, 3, NOW))
    known = device_cookies.read(keys(), cookie)
    assert find(known, MARIA) == Known(MARIA, BROWSER, 3, NOW + GOOD_FOR)
    assert find(known, OMAR) is None


def test_a_browser_of_an_earlier_epoch_or_of_half_a_year_ago_is_unknown():
    """A reset, a repudiation and an administrator's reset count the epoch up."""
    (known,) = remember((), MARIA, BROWSER, 3, NOW)
    assert not known.good(4, NOW)
    assert known.good(3, NOW + GOOD_FOR - 1)
    assert not known.good(3, NOW + GOOD_FOR)


def test_the_last_five_accounts_are_remembered_in_a_cookie_of_one_length():
    known, lengths = (), {len(device_cookies.seal(keys(), ()))}
    for number in range(8):
        known = remember(known, f"{number:032x}", BROWSER, 0, NOW)
        lengths.add(len(device_cookies.seal(keys(), known)))
    assert lengths == {len(device_cookies.seal(keys(), known))}
    found = device_cookies.read(keys(), device_cookies.seal(keys(), known))
    assert [each.subject for each in found] == [f"{number:032x}" for number in (7, 6, 5, 4, 3)]


@given(st.text(max_size=300))
def test_what_is_no_cookie_of_ours_is_none_without_a_word(value):
    assert device_cookies.read(keys(), value) == ()
    assert device_cookies.read_ticket(keys(), value) == ()


@given(st.integers(0, 10_000))
def test_a_cookie_with_one_letter_changed_is_none(place):
    cookie = device_cookies.seal(keys(), remember((), MARIA, BROWSER, 3, NOW))
    place %= len(cookie) - 1
    changed = cookie[:place] + ("A" if cookie[place] != "A" else "B") + cookie[place + 1 :]
    assert device_cookies.read(keys(), changed) == ()


def test_another_sites_cookie_and_a_ticket_in_its_place_are_none():
    known = remember((), MARIA, BROWSER, 3, NOW)
    assert device_cookies.read(keys(), device_cookies.seal(keys("theirs"), known)) == ()
    assert device_cookies.read(keys(), device_cookies.ticket(keys(), known[0])) == ()


@pytest.mark.parametrize(
    ("subject", "epoch", "later", "good"),
    [(MARIA, 3, 86_399, True), (MARIA, 3, 86_400, False), (MARIA, 4, 0, False), (OMAR, 3, 0, False)],
)
def test_a_ticket_is_good_for_one_account_one_epoch_and_a_day(subject, epoch, later, good):
    made = device_cookies.ticket(keys(), Known(MARIA, BROWSER, 3, NOW + TICKET_GOOD_FOR))
    known = find(device_cookies.read_ticket(keys(), made), subject)
    assert bool(known and known.good(epoch, NOW + later)) is good


def test_a_cookie_is_as_large_whatever_it_holds():
    assert len(device_cookie.pack(())) == device_cookie.COOKIE_SIZE == 160

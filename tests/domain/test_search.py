"""What finds somebody (H2): beginnings in any order, without accents; numbers by their end; addresses with care."""

import pytest

from regain.domain import search
from regain.domain.account import Account
from regain.domain.security_info import SecurityInfo

MARIA = Account(
    "maria.silva@contoso.example", display_name="María-José Silva", given_name="María José", surname="Silva",
    mail="maria.silva@contoso.example", other_mails=("mjs@home.example",), mobile_phone="+447700900123", id="1",
)  # fmt: skip
OTHERS = {
    "ali": Account("ali@contoso.example", display_name="علي بن أحمد"),
    "o": Account("o@contoso.example", display_name="O Ki"),
    "emoji": Account("rocket@contoso.example", display_name="🚀 Straße"),
    "mueller": Account("s1@contoso.example", display_name="Jörg Mu\u0308ller-Lüdenscheidt", given_name="Åse"),
    "brien": Account("s2@contoso.example", display_name="Sinéad O’Brien", surname="D'Arcy"),
    "lukasz": Account("lw@contoso.example", display_name="Łukasz Øster"),
}


def found(account, typed, sees_places=False):
    wanted = search.terms(typed)
    return bool(wanted) and search.matches(search.names(account, SecurityInfo()), wanted, sees_places)


@pytest.mark.parametrize(
    "typed",
    ["maria", "SILVA mar", "josé s", "jose", "maria.sil", "maria.silva@contoso.example", "Maria.Silva@con",
     "mjs@home.example", "0123", "900123", "07700 900123", "+44 7700 900123", "(07700) 900-123", "silva 0123",
     "+44 (0)7700 900123", "mariajose"],
)  # fmt: skip
def test_somebody_is_found_by_beginnings_in_any_order_and_by_last_digits_h2(typed):
    assert found(MARIA, typed)


@pytest.mark.parametrize("typed", ["", "  ", "*", "%", "_", "🚀", "@", "aria", "silva bob", "123", "770090", "maria@x"])
def test_signs_and_middles_of_words_find_nobody(typed):
    assert not found(MARIA, typed)


def test_no_more_than_four_digits_of_a_number_count_for_who_may_not_see_it_x16():
    """Each try would tell one more of them; a whole number is too long to be tried."""
    assert found(MARIA, "silva 990123") and not found(MARIA, "silva 990123", sees_places=True)
    assert not found(MARIA, "07700 990123")
    assert search.ranges(search.terms("990123")[0], sees_places=False)[0] == ("t3210", "3210", "3210\U0010ffff")
    assert search.ranges(search.terms("990123")[0], sees_places=True)[0][1] == "321099"


def test_part_of_an_address_finds_only_for_who_may_see_it():
    assert not found(MARIA, "mjs@ho")
    assert not found(MARIA, "silva mjs@ho")
    assert found(MARIA, "mjs@ho", sees_places=True)


@pytest.mark.parametrize(
    ("who", "typed"),
    [
        ("ali", "علي"),
        ("ali", "احمد علي"),
        ("o", "o"),
        ("emoji", "strasse"),
        ("emoji", "🚀 str"),
        ("lukasz", "lukasz oster"),
        ("lukasz", "oester"),
        ("mueller", "Joerg Mueller"),
        ("mueller", "muller luden"),
        ("mueller", "aase"),
        ("brien", "OBrien"),
        ("brien", "o'brien darcy"),
    ],
)
def test_every_script_and_names_of_one_letter_are_found(who, typed):
    assert found(OTHERS[who], typed)


def test_a_partition_holds_no_more_than_the_fewest_letters_that_are_typed():
    """User IDs and addresses are looked for with three letters or more, numbers with four digits, words with one."""
    parts = {part for part, _ in search.keys(search.names(MARIA, SecurityInfo()), [], [], "1")}
    assert parts == {"wm", "wj", "ws", "umar", "amjs", "t3210"}
    assert search.ranges(search.terms("a@b")[0], sees_places=True)[0][0] == "ua@b"
    assert search.ranges(search.terms("12")[0], sees_places=True) == [("w1", "12", "12\U0010ffff")]


def test_what_is_found_stands_in_the_index_where_it_is_looked_for():
    """Whatever a term matches lies in one of its ranges: the index and the rule cannot differ."""
    names = search.names(MARIA, SecurityInfo())
    keys = search.keys(names, ["off"], ["staff"], "1")
    whole = ("maria", "silva mar", "m", "maria.silva@c", "mjs@home.example", "0123", "07700 900123", "900123")
    for typed, sees_places in [*((each, False) for each in whole), ("mjs@h", True)]:
        for part, first, last in search.ranges(search.head_of(search.terms(typed)), sees_places):
            if any(part == known and first <= key <= last for known, key in keys):
                break
        else:
            pytest.fail(f"{typed} is in no range")
    assert {part for part, _ in keys if "#" in part} == {"s#off", "g#staff"}
    assert (
        len(
            search.keys(
                search.names(Account("a@b.example", display_name="x " * 5_000 + "y z"), SecurityInfo()), [], [], "1"
            )
        )
        < 91
    )

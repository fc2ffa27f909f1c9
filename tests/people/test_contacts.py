"""Addresses and telephone numbers, from the forms in which people and directories write them (P5 to P7)."""

import email_validator
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regain.people import contacts
from regain.problems import INVALID_EMAIL_ADDRESS, INVALID_PHONE_NUMBER, PHONE_NUMBER_NOT_ACCEPTED, Refused


@pytest.mark.parametrize(
    ("typed", "countries", "e164"),
    [
        ("+52 1 55 1234 5678", (), "+525512345678"),
        ("+52 1 55 1234 5678", ("MX",), "+525512345678"),
        ("tel:+44 7700 900123", (), "+447700900123"),
        ("0044 7700 900123", (), "+447700900123"),
        ("0061 412 345 678", ("AU",), "+61412345678"),
        ("0412 345 678", ("AU",), "+61412345678"),
        ("07924 123456", ("IM",), "+447924123456"),
        ("+358 41 2345678", ("AX",), "+358412345678"),
        ("+61 412 345 678", ("CC",), "+61412345678"),
        ("+447700900123", ("GB",), "+447700900123"),
        ("4915123456789", ("DE",), "+4915123456789"),  # a spreadsheet took the + for a sign
        ("49 151 2345 6789", ("DE", "GB"), "+4915123456789"),
        ("447700900123", ("DE", "GB"), "+447700900123"),
        ("436641234567", ("AT",), "+436641234567"),
        ("15123456789", ("DE",), "+4915123456789"),  # and here the 0
        ("4255550123", ("US", "GB"), "+14255550123"),
        ("46812345", ("NO", "SE"), "+4746812345"),
        ("393 1234567", ("IT",), "+393931234567"),
        ("45123456", ("DK",), "+4545123456"),
    ],
)
def test_numbers_are_read_as_their_country_writes_them_p6(typed, countries, e164):
    assert contacts.parse_phone_number(typed, countries).e164 == e164


@pytest.mark.parametrize("typed", ["+44 0000 000000", "+44 7911 12345", "+1 000 000 0000"])
def test_a_number_that_its_country_has_not_assigned_is_marked_p6(typed):
    assert contacts.parse_phone_number(typed, ()).in_use is False


@pytest.mark.parametrize("typed", ["+44 7911 123456", "+44 7700 900123", "+1 202 555 0123"])
def test_a_number_in_use_and_one_for_fiction_are_not_marked_p6(typed):
    assert contacts.parse_phone_number(typed, ()).in_use is True


@pytest.mark.parametrize(("typed", "countries"), [("+61 412 345 678", ("GB",)), ("+33 6 12 34 56 78", ("IM", "AX"))])
def test_a_number_of_another_country_is_not_accepted(typed, countries):
    with pytest.raises(Refused) as refused:
        contacts.parse_phone_number(typed, countries)
    assert refused.value.problem is PHONE_NUMBER_NOT_ACCEPTED


@pytest.mark.parametrize("typed", ["00", "tel:", "+521", "4.47701E+11"])
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(Refused) as refused:
        contacts.parse_phone_number(typed, ("GB",))
    assert refused.value.problem is INVALID_PHONE_NUMBER


@pytest.mark.parametrize(
    "typed", ["a@test", "a@localhost", f"{'a' * 65}@home.example", "maria@corp.local", "a..b@home.example"]
)
def test_an_address_that_cannot_be_is_refused_p7(typed):
    with pytest.raises(Refused) as refused:
        contacts.parse_email(typed)
    assert refused.value.problem is INVALID_EMAIL_ADDRESS


@pytest.mark.parametrize(
    "typed", ["Maria@Home.example", " o'neil+x@home.example ", "müller@home.example", "a@xn--mller-kva.example"]
)
def test_an_address_has_one_form(typed):
    found = contacts.parse_email(typed)
    assert contacts.parse_email(found) == found == found.lower().strip()


@pytest.mark.parametrize(
    ("typed", "closed"),
    [
        ("maria@corp.local", True),
        ("maria@intranet", True),
        ("maria@home.example", False),
        ("maria", False),
        ("@x", False),
    ],
)
def test_an_address_of_a_closed_network_is_known_p5(typed, closed):
    assert contacts.is_undeliverable(typed) is closed


LABELS = st.text(alphabet="abZ09-", min_size=1, max_size=5) | st.sampled_from(
    ["a" * 63, "a" * 64, "xn--p1ai", "test", "local", "1"]
)


@given(st.lists(LABELS, min_size=1, max_size=4).map(".".join))
@example("mail.example")
@example("a.onion")
@example("a" * 63 + "." + "b" * 63)
def test_a_plain_domain_is_judged_as_the_library_judges_it(domain):
    """Domains of plain labels are read without the library, which is slow to import: the verdict is its own."""

    def library():
        try:
            checked = email_validator.validate_email(f"a@{domain}", check_deliverability=False, strict=True)
        except email_validator.EmailNotValidError:
            return INVALID_EMAIL_ADDRESS
        return checked.normalized.lower()

    try:
        mine = contacts.parse_email(f"a@{domain}")
    except Refused as refused:
        mine = refused.problem
    assert mine == library()
    assert set(email_validator.SPECIAL_USE_DOMAIN_NAMES) == contacts._NOT_DELIVERABLE

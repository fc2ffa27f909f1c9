"""Parsers of foreign input: each reads it or says what is wrong; none crashes, and no two disagree."""

import csv
import io
import json
import re
import unicodedata

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regain.adapters.keys import Keys
from regain.domain import codes, crockford, reference, user_id
from regain.domain.security_info import RecoveryCode
from regain.organisation.facts import facts
from regain.organisation.file import read
from regain.organisation.file_errors import InvalidFile
from regain.organisation.language import Language
from regain.organisation.settings import Organisation
from regain.people import contacts, importing
from regain.problems import (
    INVALID_EMAIL_ADDRESS,
    INVALID_PHONE_NUMBER,
    INVALID_USER_ID,
    PHONE_NUMBER_NOT_ACCEPTED,
    Refused,
)
from regain.recovery import recovery_code
from regain.reports.exports import export
from regain.reports.spreadsheet import escape_formula, unescape_formula
from tests.conftest import ROOT
from tests.fuzz.strategies import bounded, text, values

OURS = read(ROOT / "organisation.yaml")
ENGLISH = Language("en", OURS)
GIVEN = msgspec.to_builtins(OURS)
PLACES = sorted(
    (section, key) for section, found in GIVEN.items() for key in (found if isinstance(found, dict) else ())
)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("read") / "file"


def organisation(file, content):
    """What a file says, or the mistakes that are found in it, each with its words."""
    file.write_bytes(content)
    try:
        return read(file)
    except InvalidFile as mistakes:
        assert mistakes.errors
        assert all(mistake.message for mistake in mistakes.errors)
        return None


@bounded
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@example(content=b"\xff\xfe")
@example(content=b"a: &a [*a]")
@example(content=b"&a {x: *a}")
@example(content=b"? [a, b]\n: c")
@example(content=b"a: 2024-13-45")
@example(content=b"[" * 1_000)
@example(content=b"a: " + b"9" * 4_400)
@example(content=b"a: !!int x")
@example(content=b"1: {2: 3}")
@example(content=b'organisation: {name: "\\ud800"}')
@example(content=b"organisation: {name: !!binary '='}")
def test_whatever_is_in_the_organisation_file_is_read_or_its_mistakes_are_said_b21(file, content):
    organisation(file, content)


@bounded
@given(place=st.sampled_from(PLACES), value=values, key=st.none() | text)
@example(place=("organisation", "sign_in_url"), value="http://[", key=None)
@example(place=("organisation", "site_url"), value="http://[", key=None)
@example(place=("organisation", "services"), value=[], key=None)
@example(place=("administration", "scope"), value={"": None}, key=None)
@example(place=("administration", "scope"), value="\U00010000", key=None)
@example(place=("organisation", "name"), value="\U00010000", key=None)
@example(place=("organisation", "name"), value="", key=None)
@example(place=("domains", "contoso.example"), value={"directory": "elsewhere", "help_url": "https://[x"}, key=None)
def test_one_strange_setting_is_read_or_said_and_what_is_read_can_be_packed_b21(file, place, value, key):
    section, name = place
    changed = {**GIVEN, section: {**GIVEN[section], (name if key is None else key): value}}
    made = organisation(file, json.dumps(changed).encode(errors="surrogatepass"))
    if made is not None:
        assert msgspec.json.decode(msgspec.json.encode(made), type=Organisation) == made
        facts(made)


@bounded
@given(
    cells=st.lists(st.lists(text, min_size=4, max_size=4), max_size=4), encoding=st.sampled_from(["utf-8", "utf-16"])
)
@example(cells=[["x" * 140_000, "", "", ""]], encoding="utf-8")
def test_whatever_is_in_the_file_of_people_is_read_or_its_mistakes_are_said_b17(file, cells, encoding):
    sheet = io.StringIO()
    csv.writer(sheet).writerows([["userPrincipalName", "otherMails", "mobilePhone", "role"], *cells])
    file.write_bytes(sheet.getvalue().encode(encoding, "replace"))
    try:
        parsed = importing.parse(file, OURS)
        found, mistakes = parsed.people, parsed.errors
    except InvalidFile as wrong:
        found, mistakes = [], wrong.errors
    assert found or mistakes or not any(cell.strip() for row in cells for cell in row)
    for person in found:
        assert person.account.user_id == user_id.normalise(person.account.user_id, OURS.domains)


@bounded
@example(typed="+310000000", countries=())
@given(
    typed=text | st.from_regex(r"\+?[\d ()./-]{4,20}(ext\.? ?\d+)?", fullmatch=True),
    countries=st.sampled_from([(), ("GB",), ("US", "DE")]),
)
def test_a_telephone_number_has_one_form_or_is_refused(typed, countries):
    try:
        found = contacts.parse_phone_number(typed, countries)
    except Refused as refused:
        assert refused.problem in (INVALID_PHONE_NUMBER, PHONE_NUMBER_NOT_ACCEPTED)
        return
    assert re.fullmatch(r"\+[0-9]{4,17}", found.e164)
    assert contacts.parse_phone_number(found.e164, countries).e164 == found.e164
    contacts.parse_callback_number(typed, countries)


@bounded
@given(
    typed=text
    | st.emails()
    | st.builds("{}@{}".format, text, st.sampled_from(["x.example", "ＥＸ.example", "b\u00fccher.example"]))
)
def test_an_address_has_one_form_on_one_line_or_is_refused(typed):
    try:
        found = contacts.parse_email(typed)
    except Refused as refused:
        assert refused.problem is INVALID_EMAIL_ADDRESS
        return
    assert found.count("@") == 1
    assert not any(unicodedata.category(letter) in ("Cc", "Zl", "Zp", "Zs") for letter in found)
    assert contacts.parse_email(found) == found


@bounded
@given(typed=text | st.emails() | st.builds("{}@contoso.example".format, text))
@example(typed="\u0130\u0307")
@example(typed="\u1e9e\u0345@contoso.example")
def test_a_user_id_has_one_form_or_is_refused_s33(typed):
    try:
        found = user_id.normalise(typed, ("contoso.example",))
    except Refused as refused:
        assert refused.problem is INVALID_USER_ID
        return
    assert user_id.normalise(found, ("contoso.example",)) == found
    assert user_id.normalise(typed.upper() if typed.isascii() else typed, ("contoso.example",)) == found
    assert found.count("@") == 1
    assert len(found) <= 113


class Kms:
    """A key that stands for KMS's."""

    def generate_mac(self, **_):
        return {"Mac": b"k" * 32}


@bounded
@given(
    typed=text,
    random=st.binary(min_size=10, max_size=10),
    spaced=st.lists(st.sampled_from(" -\u2011\u00a0"), max_size=6),
)
def test_a_recovery_code_is_read_however_it_is_written_and_nothing_else_is(typed, random, spaced):
    keys = Keys(Kms(), "service")
    shown, kept = recovery_code.made(keys, "s", random, 0)
    as_typed = shown.lower().replace("0", "o").replace("1", "l") + "".join(spaced)
    assert recovery_code.fits(keys, "s", as_typed, kept)
    assert not recovery_code.fits(keys, "other", as_typed, kept)
    assert recovery_code.fits(keys, "s", typed, kept) == (crockford.normalise(typed) == crockford.normalise(shown))
    assert not recovery_code.fits(keys, "s", typed, None)
    assert not recovery_code.fits(keys, "s", typed, RecoveryCode("", 0))


@bounded
@given(typed=text, raw=st.binary(min_size=5, max_size=5))
def test_a_reference_is_read_however_it_is_written_b9(typed, raw):
    written_down = reference.generate(raw)
    assert reference.parse(written_down.lower().replace("-", " ")) == written_down
    found = reference.parse(typed)
    assert found is None or reference.parse(found) == found
    assert codes.find(["000000"], codes.normalise(typed)) in (-1, 0)


@bounded
@given(cell=text | st.builds("'{}".format, text))
@example(cell="\0=1+1")
@example(cell="\uff1d1+1")
@example(cell="'=1+1")
def test_a_cell_is_no_formula_and_comes_back_as_it_was(cell):
    shown = escape_formula(cell)
    assert unescape_formula(shown) == cell
    assert shown[:1] not in tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20") or re.fullmatch(r"\+\d{6,15}", shown)


@bounded
@given(facts=st.dictionaries(st.sampled_from(["reference", "method", "channel", "reason", "by"]), text))
def test_an_export_keeps_its_rows_and_holds_no_formula_b18(facts):
    event = {"at": "2026-01-01T00:00:00.000000+00:00#aa", "kind": "signed-in", "subject": "s", **facts}
    rows = list(csv.DictReader(io.StringIO(export("csv", [event], {"s": "=1+1"}, ENGLISH).text, newline="")))
    assert len(rows) == 1
    assert all(unescape_formula(rows[0][name]) == value for name, value in facts.items())
    assert not any(value.startswith(("=", "-", "@", "\t", "\r", "\n", "\0")) for value in rows[0].values())
    line, rest = export("jsonl", [event], {}, ENGLISH).text.split("\n")
    assert (json.loads(line)["at"], rest) == ("2026-01-01T00:00:00.000000+00:00", "")

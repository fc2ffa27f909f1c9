"""Codes and references: unpredictable, exact, and read as people type them."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regain.domain import codes, crockford, reference


def code(**changes):
    known = {"key": b"k" * 32, "flow": "f", "purpose": "reset", "method": "email", "sequence": 1, "digits": 6}
    return codes.derive(**{**known, **changes})


@pytest.mark.parametrize(
    "change",
    [{"key": b"x" * 32}, {"flow": "g"}, {"purpose": "unlock"}, {"method": "sms"}, {"sequence": 2}],
    ids=["key", "flow", "purpose", "method", "sequence"],
)
def test_a_code_is_good_for_one_thing_only(change):
    assert code() == code()
    assert code() != code(**change)


def test_parts_cannot_be_shifted_into_each_other():
    assert code(flow="a", purpose="b") != code(flow="a\x1fb", purpose="")


def test_ten_thousand_codes_are_uniform():
    made = [code(flow=str(number)) for number in range(10_000)]
    assert all(len(text) == 6 and text.isdecimal() for text in made)
    for place in range(6):
        counts = Counter(text[place] for text in made)
        squared = sum((counts[digit] - 1000) ** 2 / 1000 for digit in "0123456789")
        assert squared < 40  # chi-squared with 9 degrees of freedom: p < 1e-5


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("123456", "123456"),
        (" 123 456 ", "123456"),
        ("123-456", "123456"),
        ("１２３４５６", "123456"),
        ("١٢٣٤٥٦", "123456"),
        ("१२३ ४५६.", "123456"),
        ("\u2068123\u200b456\u2069", "123456"),
        ("123\u2212456", "123456"),
        ("000000", "000000"),
        ("Your code: 123456", "123456"),
        ("123 456 is your code to reset your password.", "123456"),
        ("\u201c123456\u201d!", "123456"),
        ("**123.456**", "123456"),
        ("(123\u00b7456)\u061b", "123456"),
        ("1\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e34\ufe0f\u20e35\ufe0f\u20e36\ufe0f\u20e3", "123456"),
        ("Contoso\uff1a123456\u30ea\u30bb\u30c3\u30c8\u7528\u30b3\u30fc\u30c9", "123456"),
        ("Contoso: 123456\uc740 \ube44\ubc00\ubc88\ud638\n\n@help.contoso.example #123456", "123456"),
    ],
)
def test_codes_are_read_as_people_type_them_f5(typed, read):
    assert codes.normalise(typed) == read


@pytest.mark.parametrize(
    "typed", ["12345", "1234567", "-123456.0", "", "abcdef", "1e5", "a123456", "123456 or 000000", "000 00x"]
)
def test_what_is_not_the_code_never_matches(typed):
    assert codes.find(["123456", "000000"], codes.normalise(typed)) == -1


def test_the_newest_and_the_earlier_code_both_match():
    assert codes.find(["111111", "222222"], "111111") == 0
    assert codes.find(["111111", "222222"], "222222") == 1


@given(st.binary(min_size=5, max_size=5))
def test_a_reference_is_read_back_however_it_is_quoted(randomness):
    written = reference.generate(randomness)
    assert len(written) == 11
    assert reference.parse(written) == written
    assert reference.parse(written.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == written


def test_a_reference_and_a_saved_code_are_found_in_a_whole_line_or_file_f5():
    for typed in ("Reference: R-7Q2M-4K9D", "R\u20117q2m\u20114k9d, please", "(R-7Q2M-4K9D)", "7q2m 4k9d"):
        assert reference.parse(typed) == "R-7Q2M-4K9D"
    for typed in ("help.contoso.example\nABCD-EF01-2345-6789\n", "My code: abcd\u2010ef01\u20102345\u20106789."):
        assert crockford.find(typed, 16) == "ABCDEF0123456789"


@pytest.mark.parametrize("quoted", ["", "R-1234", "R-1234-56789", "R-12!4-5678", "R-UUUU-UUU*"])
def test_what_is_no_reference_is_none(quoted):
    assert reference.parse(quoted) is None

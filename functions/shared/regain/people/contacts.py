"""Parses e-mail addresses and telephone numbers into their canonical forms.

Import it where it is needed, not at start: its libraries are large.
"""

import functools
import importlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from email_validator import EmailNotValidError, validate_email

from regain.problems import INVALID_EMAIL_ADDRESS, INVALID_PHONE_NUMBER, PHONE_NUMBER_NOT_ACCEPTED, Refused

_COSTLY = ("PREMIUM_RATE", "SHARED_COST", "UAN", "VOICEMAIL", "PAGER", "PERSONAL_NUMBER")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A telephone number in E.164. An extension is dropped, because texts and automatic calls cannot reach it."""

    e164: str
    extension_dropped: bool


def parse_email(typed: str) -> str:
    """A canonical e-mail address (RFC 5322, IDNA). Raises Refused(INVALID_EMAIL_ADDRESS)."""
    try:
        checked = validate_email(typed.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise Refused(INVALID_EMAIL_ADDRESS) from None
    return checked.normalized.lower()


def parse_phone_number(typed: str, countries: tuple[str, ...]) -> PhoneNumber:
    """A telephone number in E.164, parsed from the formats that people use.

    Raises:
        Refused: INVALID_PHONE_NUMBER, or PHONE_NUMBER_NOT_ACCEPTED for a premium-rate number or one outside `countries`
            (if any are given): nobody should earn money from our texts.
    """
    phonenumbers, parsed = _library(), _parsed(typed, countries)
    costly = {getattr(phonenumbers.PhoneNumberType, kind) for kind in _COSTLY}
    exact = phonenumbers.region_code_for_number(parsed)
    places = {exact} if exact else set(phonenumbers.region_codes_for_country_code(parsed.country_code))
    if phonenumbers.number_type(parsed) in costly or (countries and not places & set(countries)):
        raise Refused(PHONE_NUMBER_NOT_ACCEPTED)
    return PhoneNumber(_e164(parsed), bool(parsed.extension))


def parse_callback_number(typed: str, countries: tuple[str, ...]) -> str:
    """A number for people to call back, with its extension. Any country is accepted, because no code is sent to it.

    Raises:
        Refused: INVALID_PHONE_NUMBER.
    """
    parsed = _parsed(typed, countries)
    return _e164(parsed) + (f" ext. {parsed.extension}" if parsed.extension else "")


def _parsed(typed: str, countries: tuple[str, ...]) -> Any:
    phonenumbers = _library()
    try:
        typed = unicodedata.normalize("NFKC", typed)
        typed = "".join(
            letter for letter in typed if unicodedata.category(letter) != "Cf"
        )  # invisible marks, which phones paste
        if len(typed) > _LONGEST or re.search(r"[^\d\s()+./\-\u2010-\u2015#,;:=extnEXTN]", typed):
            raise Refused(INVALID_PHONE_NUMBER)
        parsed = phonenumbers.parse(typed, countries[0] if countries else None)
    except phonenumbers.NumberParseException:
        raise Refused(INVALID_PHONE_NUMBER) from None
    e164 = _e164(parsed)
    if not phonenumbers.is_possible_number(parsed) or _e164(phonenumbers.parse(e164)) != e164:
        raise Refused(INVALID_PHONE_NUMBER)  # its canonical form must parse to itself
    return parsed


def _e164(parsed: Any) -> str:
    phonenumbers = _library()
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@functools.cache
def _library() -> Any:
    return importlib.import_module("phonenumbers")  # not needed for addresses

"""Parses e-mail addresses and telephone numbers into their canonical forms.

Import it lazily: its libraries are large.
"""

import functools
import importlib
import re
from dataclasses import dataclass
from typing import Any

from regain.domain import human_input
from regain.problems import INVALID_EMAIL_ADDRESS, INVALID_PHONE_NUMBER, PHONE_NUMBER_NOT_ACCEPTED, Refused

_COSTLY = ("PREMIUM_RATE", "SHARED_COST", "UAN", "VOICEMAIL", "PAGER", "PERSONAL_NUMBER")
_LONGEST = 60
_PLAIN = re.compile(r"([\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*)@([a-z0-9.-]+)", re.ASCII | re.IGNORECASE)
_LONGEST_NAME, _LONGEST_ADDRESS = 64, 254
_ORDINARY = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII | re.IGNORECASE)
_NOT_DELIVERABLE = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})  # RFC 6761
_EXTENSION = re.compile(r"(?:x|ext\.?|-)?\s*\d{3,6}", re.IGNORECASE)
_FICTION = re.compile(r"\+447700900\d{3}|\+1\d{3}55501\d\d")  # reserved for fiction and examples
_OLD_MEXICAN = re.compile(r"\+521(\d{10})")  # until 2019 mobile numbers had a 1 after the country code


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A telephone number in E.164. An extension is dropped, because texts and automatic calls cannot reach it.

    `in_use` is False if the country has not assigned the number's range.
    """

    e164: str
    extension_dropped: bool
    in_use: bool = True


def parse_email(typed: str) -> str:
    """A canonical e-mail address (RFC 5322, IDNA). Raises Refused(INVALID_EMAIL_ADDRESS)."""
    typed = human_input.read_address(typed)
    plain = _PLAIN.fullmatch(typed)
    if plain and len(plain[1]) <= _LONGEST_NAME and len(typed) <= _LONGEST_ADDRESS:
        return f"{plain[1]}@{_domain(plain[2])}".lower()
    return _checked(typed)


@functools.lru_cache(10_000)
def _domain(domain: str) -> str:
    """A canonical domain. Cached, because a file with many people has few domains.

    Plain ASCII domains avoid the library, whose import would take longer than the rest of a request for help.
    """
    ending = domain.rpartition(".")[2].lower()
    if _ORDINARY.fullmatch(domain) and "--" not in domain and ending not in _NOT_DELIVERABLE:
        return domain.lower()
    return _checked(f"a@{domain}").partition("@")[2]


def _checked(typed: str) -> str:
    library = importlib.import_module("email_validator")
    try:
        checked = library.validate_email(typed, check_deliverability=False, strict=True)
    except library.EmailNotValidError:
        raise Refused(INVALID_EMAIL_ADDRESS) from None
    return str(checked.normalized).lower()


def is_undeliverable(typed: str) -> bool:
    """Whether e-mail cannot reach an address: its domain is private, as in `maria@corp.local`, or its local part is not
    ASCII, which Amazon SES does not support.
    """
    name, at, domain = typed.strip().lower().rpartition("@")
    known_here = "." not in domain or domain.rpartition(".")[2] in _NOT_DELIVERABLE
    return bool(at and name and re.fullmatch(r"[\w.-]+", domain)) and (known_here or not name.isascii())


def is_extension(typed: str) -> bool:
    """Whether this is an internal extension, which codes cannot reach: `1234`, `x1234`."""
    return bool(_EXTENSION.fullmatch(typed.strip()))


def parse_phone_number(typed: str, countries: tuple[str, ...]) -> PhoneNumber:
    """A telephone number in E.164, parsed from the formats that people use.

    Raises:
        Refused: INVALID_PHONE_NUMBER, or PHONE_NUMBER_NOT_ACCEPTED for a premium-rate number or one outside `countries`
            (if any are given), to prevent toll fraud.
    """
    phonenumbers, parsed = _library(), _parsed(typed, countries)
    costly = {getattr(phonenumbers.PhoneNumberType, kind) for kind in _COSTLY}
    kind, e164 = phonenumbers.number_type(parsed), _e164(parsed)
    if kind in costly or (countries and not _of_one(parsed, countries)):
        raise Refused(PHONE_NUMBER_NOT_ACCEPTED)
    in_use = kind != phonenumbers.PhoneNumberType.UNKNOWN or bool(_FICTION.fullmatch(e164))
    return PhoneNumber(e164, bool(parsed.extension), in_use)


def _of_one(parsed: Any, countries: tuple[str, ...]) -> bool:
    """Whether the number belongs to one of these countries. Some share a plan, as the Isle of Man does with GB."""
    phonenumbers = _library()
    sharing = set(phonenumbers.region_codes_for_country_code(parsed.country_code)) & set(countries)
    exact = phonenumbers.region_code_for_number(parsed) if sharing else None
    return bool(sharing) and (
        exact is None
        or exact in sharing
        or any(phonenumbers.is_valid_number_for_region(parsed, country) for country in sharing)
    )


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
        typed = re.sub(r"^tel:", "", human_input.read_visible(typed), flags=re.IGNORECASE).rstrip(".,;: ")
        if len(typed) > _LONGEST or re.search(r"[^\d\s()+./\-\u2010-\u2015#,;:=extnEXTN]", typed):
            raise Refused(INVALID_PHONE_NUMBER)
        parsed = _read(typed, countries)
    except phonenumbers.NumberParseException:
        raise Refused(INVALID_PHONE_NUMBER) from None
    e164 = _e164(parsed)
    if not phonenumbers.is_possible_number(parsed) or _e164(phonenumbers.parse(e164)) != e164:
        raise Refused(INVALID_PHONE_NUMBER)  # its canonical form must parse to itself
    return parsed


def _read(typed: str, countries: tuple[str, ...]) -> Any:
    """A number parsed by the library. Also accepts 00 for + where that is not the country's prefix, and no + at all,
    since spreadsheets drop it.
    """
    phonenumbers, typed, country = _library(), typed.strip(), countries[0] if countries else None
    if typed.startswith("+") and (old := _OLD_MEXICAN.fullmatch("+" + re.sub(r"\D", "", typed))):
        typed = "+52" + old[1]
    if typed.startswith("00"):
        here = phonenumbers.parse(typed, country) if country else None
        return here if here and phonenumbers.is_valid_number(here) else phonenumbers.parse("+" + typed[2:])
    here = phonenumbers.parse(typed, country)
    return _with_plus(typed, here, countries) or here


def _with_plus(typed: str, here: Any, countries: tuple[str, ...]) -> Any:
    """`4915123456789` as +49…: a landline of this country would be written with its 0. None for any other number."""
    phonenumbers, digits = _library(), re.sub(r"[\s().-]", "", typed)
    if not re.fullmatch(r"[1-9]\d{6,}", digits, re.ASCII):
        return None
    kinds = phonenumbers.PhoneNumberType
    if phonenumbers.number_type(here) in (kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE):
        return None
    try:
        abroad = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return None
    known = phonenumbers.is_valid_number(abroad) or _FICTION.fullmatch("+" + digits)
    return abroad if known and _of_one(abroad, countries) else None


def _e164(parsed: Any) -> str:
    phonenumbers = _library()
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


@functools.cache
def _library() -> Any:
    return importlib.import_module("phonenumbers")  # not needed for addresses

"""User IDs: normalising what people type, and finding the domain it belongs to."""

import re
import unicodedata
from collections.abc import Mapping

from regain.domain.policy import Domain, Recovery
from regain.problems import CONTACT_YOUR_ADMINISTRATOR, INVALID_USER_ID, NOT_ENABLED, UNKNOWN_DOMAIN, Refused

_LONGEST, _LONGEST_NAME, _LONGEST_DOMAIN = 113, 64, 48  # Microsoft Entra's bounds (S33)
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}")
_MARKS = frozenset(".!#$%&'*+-/=?^_`{|}~")  # RFC 5321 atext, and the dot


def normalise(typed: str, default_domain: str) -> str:
    """The canonical user ID, under which accounts are stored.

    Surrounding spaces are stripped, and compatibility forms (NFKC) and case are folded; sub-addresses, dots and
    look-alike letters are kept. A name without a domain gets the default domain.

    Raises:
        Refused: INVALID_USER_ID, if it has other characters or is too long.
    """
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).strip().lower())
    name, at, domain = text.partition("@")
    domain = domain if at else default_domain
    readable = (
        0 < len(name) <= _LONGEST_NAME
        and len(domain) <= _LONGEST_DOMAIN
        and len(name) + 1 + len(domain) <= _LONGEST
        and all(letter in _MARKS or unicodedata.category(letter)[0] in "LMN" for letter in name)
        and _DOMAIN.fullmatch(domain)
    )
    if not readable:
        raise Refused(INVALID_USER_ID)
    return f"{name}@{domain}"


def find_domain(user_id: str, domains: Mapping[str, Domain]) -> Domain:
    """The domain of a user ID. Raises Refused(UNKNOWN_DOMAIN)."""
    domain = domains.get(user_id.rpartition("@")[2])
    if domain is None:
        raise Refused(UNKNOWN_DOMAIN)
    return domain


def check_domain(user_id: str, domains: Mapping[str, Domain], recovery: Recovery) -> None:
    """Refuses user IDs that cannot be reset here, judging by the organisation and the domain only, so it may say so.

    Raises:
        Refused: UNKNOWN_DOMAIN (S13), CONTACT_YOUR_ADMINISTRATOR (S64), NOT_ENABLED (S36, S65).
    """
    domain = find_domain(user_id, domains)
    if domain.directory == "elsewhere":
        raise Refused(CONTACT_YOUR_ADMINISTRATOR, help_url=domain.help_url)
    if domain.reset == "off" or recovery.enabled_for == "none":
        raise Refused(NOT_ENABLED)

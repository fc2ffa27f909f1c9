"""User IDs: normalising what people type, and finding its domain."""

import re
import unicodedata
from collections.abc import Collection, Mapping

from regain.domain import human_input
from regain.domain.policy import Domain, Recovery
from regain.problems import (
    CONTACT_YOUR_ADMINISTRATOR,
    DOMAIN_NEEDED,
    INVALID_USER_ID,
    NOT_ENABLED,
    UNKNOWN_DOMAIN,
    UNLOCK_NOT_OFFERED,
    Refused,
)

_LONGEST, _LONGEST_NAME, _LONGEST_DOMAIN = 113, 64, 48  # Microsoft Entra's bounds (S33)
_TELLING = 3  # masking a name no longer than this would hide almost nothing
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}")
_MARKS = frozenset(".!#$%&'*+-/=?^_`{|}~")  # RFC 5321 atext, and the dot


def normalise(typed: str, domains: Collection[str], default_domain: str = "") -> str:
    r"""The canonical user ID, by which accounts are found.

    Case is folded, and what people paste along with it is removed (`human_input`); sub-addresses, dots and look-alike
    letters are kept. The domain is in punycode, as in `domains`. In `DOMAIN\name`, the first part is one of `domains`
    or its first label. A name alone gets the `default_domain`, or the only domain there is.

    Raises:
        Refused: INVALID_USER_ID if it has other characters or is too long; DOMAIN_NEEDED if it is a name alone and
            there are several domains.
    """
    windows, backslash, rest = human_input.read_address(typed).rpartition("\\")
    name, at, domain = human_input.fold_case(rest).partition("@")
    domain = _punycode(domain) if at else _named(windows, domains) if backslash else ""
    if not _is_name(name) or (at and not _fits(name, domain)) or "\\" in windows:
        raise Refused(INVALID_USER_ID)
    domain = domain or default_domain or (next(iter(domains)) if len(domains) == 1 else "")
    if not domain:
        raise Refused(DOMAIN_NEEDED, domains=list(domains))  # not what was typed, which may be a password
    if not _fits(name, domain):
        raise Refused(INVALID_USER_ID)
    return f"{name}@{domain}"


def is_exact(given: str, user_id: str) -> bool:
    """Whether text from another system is this user ID, or its name, apart from case.

    `normalise` is too lenient for that: it could merge two of that system's names, such as one in full-width letters.
    """
    name, at, domain = given.partition("@")
    kept, _, where = user_id.partition("@")
    exact = unicodedata.is_normalized("NFKC", name) and name.lower() == kept
    return exact and (not at or where in (domain.lower(), _punycode(domain)))


def _is_name(name: str) -> bool:
    kinds = [unicodedata.category(letter)[0] for letter in name if letter not in _MARKS]
    return len(name) <= _LONGEST_NAME and not set(kinds) - set("LMN") and bool(set(kinds) & set("LN"))


def _fits(name: str, domain: str) -> bool:
    whole = len(name) + 1 + len(domain)
    return len(domain) <= _LONGEST_DOMAIN and whole <= _LONGEST and bool(_DOMAIN.fullmatch(domain))


def _punycode(domain: str) -> str:
    """A domain in punycode (RFC 3492), from labels that are already normalised."""
    labels = domain.replace("\u3002", ".").split(".")
    return ".".join(each if each.isascii() else f"xn--{each.encode('punycode').decode()}" for each in labels)


def _named(windows: str, domains: Collection[str]) -> str:
    """The only domain that a Windows domain (`CONTOSO`) can mean, or ""."""
    wanted = _punycode(human_input.fold_case(windows))
    found = [each for each in domains if wanted in (each, each.partition(".")[0])]
    return found[0] if len(found) == 1 else ""


def find_domain(user_id: str, domains: Mapping[str, Domain]) -> Domain:
    """The domain of a user ID. Raises Refused(UNKNOWN_DOMAIN)."""
    domain = domains.get(user_id.rpartition("@")[2])
    if domain is None:
        raise Refused(UNKNOWN_DOMAIN)
    return domain


def check_domain(user_id: str, domains: Mapping[str, Domain], recovery: Recovery, purpose: str = "reset") -> None:
    """Refuses user IDs that cannot be reset or unlocked (`purpose`) here.

    The check depends only on the organisation and the domain, so its result reveals nothing about an account.

    Raises:
        Refused: UNKNOWN_DOMAIN (S13), CONTACT_YOUR_ADMINISTRATOR (S64), NOT_ENABLED (S36, S65), UNLOCK_NOT_OFFERED.
    """
    domain = find_domain(user_id, domains)
    if domain.directory == "elsewhere":
        raise Refused(CONTACT_YOUR_ADMINISTRATOR, help_url=domain.help_url)
    if not domain.resets_here or recovery.enabled_for == "none":
        raise Refused(NOT_ENABLED)
    if purpose not in domain.offers:
        raise Refused(UNLOCK_NOT_OFFERED)


def mask(user_id: str) -> str:
    """The first and last letters of its name, from which its owner recognises the account: `m•••a`."""
    name = user_id.partition("@")[0]
    return f"{name[:1]}•••{name[-1] if len(name) > _TELLING else ''}"

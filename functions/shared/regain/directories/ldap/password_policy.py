"""The directory's password policy, compared with what Regain's settings say of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import sansldap

from regain.directories.base import Finding, NotAllowed
from regain.directories.ldap.messages import Entry
from regain.directories.ldap.service import Service

_TICKS = 10_000_000  # Active Directory counts times in 100 ns, those that pass below zero


@dataclass(frozen=True)
class _Where:
    """Where a kind of directory keeps its policy, in which attributes, and how many of its units are a second."""

    found_by: sansldap.LDAPFilter
    scope: sansldap.SearchScope
    length: str
    threshold: str
    window: str
    unit: int


_WHERE = {
    "active-directory": _Where(
        sansldap.FilterPresent("objectClass"), sansldap.SearchScope.BASE,
        "minPwdLength", "lockoutThreshold", "lockOutObservationWindow", _TICKS,
    ),
    "openldap": _Where(
        sansldap.FilterEquality("objectClass", b"pwdPolicy"), sansldap.SearchScope.SUBTREE,
        "pwdMinLength", "pwdMaxFailure", "pwdFailureCountInterval", 1,
    ),
}  # fmt: skip


def findings(service: Service, server: str) -> Iterator[Finding]:
    """Length and lockout. Of several policies the strictest counts."""
    where, base = _WHERE[service.settings.kind], service.settings.base
    domain = base[base.lower().find("dc=") :] if "dc=" in base.lower() else base
    try:
        wanted = (where.length, where.threshold, where.window)
        _, entries = service.search(domain, where.scope, where.found_by, wanted, server)
    except NotAllowed:
        entries = []
    if not entries:
        to_do = "Let the service account read it, so that Regain can tell people which rule a password breaks."
        yield Finding("warning", "The directory's password policy cannot be read.", to_do)
        return
    yield _length(max(entry.number(where.length) for entry in entries), service.shortest)
    locking = [entry for entry in entries if entry.number(where.threshold)]
    if not locking:
        yield Finding("ok", "The directory locks nobody out.")
        return
    threshold = min(entry.number(where.threshold) for entry in locking)
    yield _threshold(threshold, service.settings.lockout_threshold)
    yield _window(_longest(locking, where), service.settings.lockout_window_minutes)


def _length(least: int, ours: int) -> Finding:
    if 0 < ours < least:
        to_do = f"Set `passwords.minimum: {least}`, so that people read it before they type."
        what = f"The directory wants passwords of at least {least} characters, and organisation.yaml of {ours}."
        return Finding("warning", what, to_do)
    return Finding("ok", f"The directory wants passwords of at least {least} characters.")


def _threshold(there: int, ours: int) -> Finding:
    what = f"The directory locks people out after {there} wrong passwords"
    if 0 < ours <= there:
        return Finding("ok", f"{what}: Regain stays below.")
    to_do = f"Set `lockout_threshold: {there}`. If that is below 3, raise it in the directory: Regain stays two below."
    said = f"after {ours}" if ours else "never"
    return Finding("wrong", f"{what}, organisation.yaml says {said}: strangers could lock accounts here.", to_do)


def _window(there: int, ours: int) -> Finding:
    what = (
        f"It forgets wrong passwords after {there} minutes" if there else "It forgets wrong passwords after a right one"
    )
    if ours == 0 or 0 < there <= ours:
        return Finding("ok", f"{what}.")
    said = f"{what}, organisation.yaml says after {ours}: strangers could lock accounts here."
    return Finding("wrong", said, f"Set `lockout_window_minutes: {there}`.")


def _longest(locking: list[Entry], where: _Where) -> int:
    """In minutes, rounded up; 0: until a right password."""
    seconds = [abs(entry.number(where.window)) // where.unit for entry in locking]
    return -(-max(seconds) // 60) if min(seconds) else 0

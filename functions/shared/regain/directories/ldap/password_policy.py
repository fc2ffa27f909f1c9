"""Compares the directory's password policy with Regain's settings."""

from collections.abc import Iterator
from dataclasses import dataclass

import sansldap

from regain.directories.base import Finding, NotAllowed
from regain.directories.ldap.names import first_value
from regain.directories.ldap.service import Service

_TICKS = 10_000_000  # Active Directory counts in 100 ns, with periods as negative numbers


_MOST = 50  # policies
_LOOKED_AT = 200  # people


@dataclass(frozen=True)
class _Where:
    """Where a kind of directory stores policies: the attributes, and the number of its time units in a second."""

    found_by: sansldap.LDAPFilter
    scope: sansldap.SearchScope
    length: str
    threshold: str
    window: str
    unit: int


@dataclass(frozen=True, slots=True)
class _Policy:
    """`window`: after how many seconds without one wrong passwords are forgotten; 0: only after a right one."""

    length: int
    threshold: int
    window: int


_DOMAIN = _Where(
    sansldap.FilterPresent("objectClass"), sansldap.SearchScope.BASE,
    "minPwdLength", "lockoutThreshold", "lockOutObservationWindow", _TICKS,
)  # fmt: skip
_FINE_GRAINED = _Where(
    sansldap.FilterPresent("objectClass"), sansldap.SearchScope.BASE,
    "msDS-MinimumPasswordLength", "msDS-LockoutThreshold", "msDS-LockoutObservationWindow", _TICKS,
)  # fmt: skip
_OVERLAY = _Where(
    sansldap.FilterEquality("objectClass", b"pwdPolicy"), sansldap.SearchScope.SUBTREE,
    "pwdMinLength", "pwdMaxFailure", "pwdFailureCountInterval", 1,
)  # fmt: skip


def findings(service: Service, server: str, people: sansldap.LDAPFilter) -> Iterator[Finding]:
    """Length and lockout. Of several policies the strictest counts."""
    base, windows = service.settings.base, service.settings.kind == "active-directory"
    domain = base[base.lower().find("dc=") :] if "dc=" in base.lower() else base
    policies = _read(service, server, domain, _DOMAIN if windows else _OVERLAY)
    if not policies:
        to_do = "Let the service account read it, so that Regain can tell people which rule a password breaks."
        yield Finding("warning", "The directory's password policy cannot be read.", to_do)
        return
    if windows:
        named = _fine_grained(service, server, people)
        own = [policy for name in named for policy in _read(service, server, name, _FINE_GRAINED)]
        if named:
            yield _told(service, named, len(own))
        policies += own
    yield _length(max(policy.length for policy in policies), service.shortest)
    locking = [policy for policy in policies if policy.threshold]
    if not locking:
        yield Finding("ok", "The directory locks nobody out.")
        return
    yield _threshold(min(policy.threshold for policy in locking), service.settings.lockout_threshold)
    yield _window(_longest([policy.window for policy in locking]), service.settings.lockout_window_minutes)


def _read(service: Service, server: str, base: str, where: _Where) -> list[_Policy]:
    """The policies below a base; none where the service account may not read them."""
    wanted = (where.length, where.threshold, where.window)
    try:
        _, entries = service.search(base, where.scope, where.found_by, wanted, server, _MOST)
    except NotAllowed:
        return []
    return [
        _Policy(each.number(where.length), each.number(where.threshold), abs(each.number(where.window)) // where.unit)
        for each in entries
        if each.one(where.length)
    ]


def _fine_grained(service: Service, server: str, people: sansldap.LDAPFilter) -> list[str]:
    """The names of the fine-grained policies (PSO) that hold for some of the people below the base."""
    below = sansldap.SearchScope.SUBTREE
    try:
        _, found = service.search(service.settings.base, below, people, ["msDS-ResultantPSO"], server, _LOOKED_AT)
    except NotAllowed:
        return []
    return sorted({each.one("msDS-ResultantPSO") for each in found} - {""})


def _told(service: Service, named: list[str], readable: int) -> Finding:
    what = f"Fine-grained password policies hold for some people: {', '.join(map(first_value, named))}."
    if readable == len(named):
        return Finding("ok", f"{what} The strictest counts.")
    container = named[0].partition(",")[2]
    to_do = (
        "Compare their lockout with `lockout_threshold` yourself, or let the service account read them: "
        f'dsacls "{container}" /I:T /G "{service.settings.service_account}:GR"'
    )
    return Finding("warning", f"{what} The service account may not read them.", to_do)


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


def _longest(windows: list[int]) -> int:
    """In minutes, rounded up; 0: until a right password."""
    return -(-max(windows) // 60) if min(windows) else 0

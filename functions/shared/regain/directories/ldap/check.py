"""Checks for the usual problems between Regain and a directory, with a finding for each. Read-only."""

import datetime
import secrets
import socket
import ssl
from collections.abc import Callable, Generator, Iterator, Sequence
from urllib.parse import urlsplit

import sansldap

from regain.directories.base import Finding, NotAllowed, Outcome, Person, Unanswered
from regain.directories.ldap import password_policy, sample
from regain.directories.ldap.connection import Connection
from regain.directories.ldap.messages import Change, Entry
from regain.directories.ldap.service import Service
from regain.domain.ldap import GLOBAL_CATALOGUE

_EVERYTHING = sansldap.FilterPresent("objectClass")
_ACTIVE_DIRECTORY, _READ_ONLY = "1.2.840.113556.1.4.800", "1.2.840.113556.1.4.1920"
_ENDS_SOON_DAYS = 21
_READ_ONLY_CODES = (10, 53)
"""The result codes of a read-only server for any change: referral, unwillingToPerform."""
_LOCKED_BY_AD = {"775": "is locked out", "533": "is disabled", "532": "has an expired password", "701": "has expired"}
_BASE, _BELOW = sansldap.SearchScope.BASE, sansldap.SearchScope.SUBTREE
_Read = Callable[[Entry, str, str], Person]


def findings(
    service: Service, people: sansldap.LDAPFilter, attributes: Sequence[str], person: _Read
) -> Iterator[Finding]:
    """What is right and what is wrong with each server, and with what Regain may do there.

    `people` is what everybody is, and `person` makes one of an entry with these `attributes`, a user ID and a server.
    """
    server = ""
    for each in service.settings.url:
        usable = yield from _server(service, each)
        server = server or (each if usable else "")
    if not server:
        return
    try:
        yield from _base(service, server)
        yield from _sample(service, server, people, attributes, person)
        yield from password_policy.findings(service, server, people)
        yield from _writable(service, server)
    except NotAllowed as wrong:
        yield Finding("wrong", f"{server} refuses a search: {wrong.code}.", "Let the service account read the base.")
    except Unanswered:
        yield Finding("wrong", f"{server} has stopped answering.", "Look at its log.")


def _server(service: Service, server: str) -> Generator[Finding, None, bool]:
    """Whether a server can be used, as the generator's return value."""
    host = urlsplit(server).hostname or ""
    port = urlsplit(server).port or (636 if server.startswith("ldaps:") else 389)
    if port in GLOBAL_CATALOGUE:
        what = f"Port {port} of {host} is the global catalogue's, where nothing can be set."
        yield Finding("wrong", what, "Leave the port out.")
        return False
    wrong = _unreachable(host, port)
    if wrong:
        yield wrong
        return False
    try:
        connection = service.open(server)
    except Outcome as outcome:
        yield _not_opened(server, outcome)
        return False
    try:
        yield _certificate(server, connection)
        usable = True
        for finding in _server_kind(service, server, connection):
            yield finding
            usable = usable and finding.state != "wrong"
        bound = _service_account(service, server, connection)
        yield bound
        return usable and bound.state == "ok"
    except Unanswered:
        yield Finding("wrong", f"{server} has stopped answering.", "Look at its log.")
        return False
    finally:
        connection.close()


def _unreachable(host: str, port: int) -> Finding | None:
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return Finding("wrong", f"{host} has no address.", "Check the name, and the DNS that is used here.")
    try:
        socket.create_connection((host, port), timeout=3).close()
    except TimeoutError:
        return Finding("wrong", f"{host} does not answer on port {port}.", "Open the way there: a firewall drops it.")
    except OSError:
        return Finding("wrong", f"Nobody listens on port {port} of {host}.", "Check the port, and whether LDAPS is on.")
    return None


def _not_opened(server: str, outcome: Outcome) -> Finding:
    code = outcome.code if isinstance(outcome, NotAllowed) else ""
    if "ismatch" in code:
        to_do = "Name the server as its certificate does."
        return Finding("wrong", f"The certificate of {server} is for another name ({code}).", to_do)
    if "expired" in code:
        return Finding("wrong", f"The certificate of {server} has expired.", "Renew it.")
    if code.startswith("certificate"):
        to_do = "Name the authority's certificate (PEM) in `ca`."
        return Finding("wrong", f"The certificate of {server} is of an issuer that is not trusted ({code}).", to_do)
    if code:
        to_do = "Give it a certificate: on Windows, AD CS or any certificate for the controller's name."
        return Finding("wrong", f"{server} offers no TLS ({code}).", to_do)
    return Finding("wrong", f"{server} takes a connection and says nothing.", "Look at its log.")


def _certificate(server: str, connection: Connection) -> Finding:
    issuer = _common_name(connection.certificate.get("issuer"))
    ends = ssl.cert_time_to_seconds(str(connection.certificate["notAfter"]))
    days = int(ends - datetime.datetime.now(datetime.UTC).timestamp()) // 86_400
    state = "ok" if days > _ENDS_SOON_DAYS else "warning"
    what = f"{server}: the certificate, issued by {issuer}, is trusted for {days} more days."
    return Finding(state, what, "" if state == "ok" else "Renew it.")


def _common_name(name: object) -> str:
    """The common name in a distinguished name as `ssl` describes it."""
    parts = [part for group in name for part in group] if isinstance(name, tuple) else []
    return str(dict(parts).get("commonName", "nobody"))


def _server_kind(service: Service, server: str, connection: Connection) -> Iterator[Finding]:
    root = _root(connection)
    capable = root.all("supportedCapabilities")
    kind = "active-directory" if _ACTIVE_DIRECTORY in capable else "openldap"
    if kind != service.settings.kind:
        to_do = f"Write `kind: {kind}`, if this is the server you mean."
        yield Finding("wrong", f"{server} is not of the kind {service.settings.kind}.", to_do)
    if _READ_ONLY in capable:
        yield Finding("wrong", f"{server} is a read-only domain controller.", "Name a writable one.")


def _root(connection: Connection) -> Entry:
    _, entries = connection.search("", _BASE, _EVERYTHING, ["supportedCapabilities", "defaultNamingContext"])
    return entries[0] if entries else Entry("", {})


def _service_account(service: Service, server: str, connection: Connection) -> Finding:
    name = service.settings.service_account
    answer = connection.bind(name, service.secret(False))
    if answer.code == 0:
        manager = name.casefold().startswith(("cn=admin,", "cn=manager,", "administrator@"))
        to_do = "Make an account of its own for Regain, with nothing but the rights that it needs."
        if manager:
            return Finding("wrong", f"{name} may do everything in the directory.", to_do)
        return Finding("ok", f"{server}: the service account signs in.")
    if answer.code in (8, 13):
        return Finding("wrong", f"{server} wants more protection than TLS gives here.", "Look at its log.")
    state = next((said for code, said in _LOCKED_BY_AD.items() if f"data {code}" in answer.text), "")
    if state:
        return Finding("wrong", f"The service account {state}.", "Put that right in the directory.")
    return Finding("wrong", "The service account or its password is wrong.", "Check both: it was tried once.")


def _base(service: Service, server: str) -> Iterator[Finding]:
    try:
        _, entries = service.search(service.settings.base, _BASE, _EVERYTHING, ["1.1"], server)
    except NotAllowed as wrong:
        if wrong.code not in ("base", "referral"):
            raise
        entries = []
    if entries:
        yield Finding("ok", f"{service.settings.base} is there.")
    else:
        to_do = "Check `base`, and that the service account may read it."
        yield Finding("wrong", f"{service.settings.base} is not there.", to_do)


def _sample(
    service: Service, server: str, people: sansldap.LDAPFilter, attributes: Sequence[str], person: _Read
) -> Iterator[Finding]:
    """What some people in the directory allow to conclude for all."""
    settings = service.settings
    wanted = tuple(dict.fromkeys((*attributes, *settings.user_id)))
    try:
        _, entries = service.search(settings.base, _BELOW, people, wanted, server, sample.MOST)
        found = [person(entry, "", server) for entry in entries]
        yield from sample.findings(settings, entries, found, service.capable)
        if entries and settings.kind == "active-directory":
            _, some = service.search(settings.base, _BELOW, people, ["allowedAttributesEffective"], server)
            yield from _rights(service, some)
    except NotAllowed:
        return


def _rights(service: Service, entries: list[Entry]) -> Iterator[Finding]:
    needed = ("lockoutTime", "pwdLastSet")
    missing = {name for name in needed if not any(name in each.all("allowedAttributesEffective") for each in entries)}
    if not missing:
        yield Finding("ok", "The service account may write lockoutTime and pwdLastSet.")
        return
    account, base = service.settings.service_account, service.settings.base
    to_do = (
        f'Give it the rights: dsacls "{base}" /I:S /G "{account}:CA;Reset Password;user" '
        f'"{account}:RPWP;lockoutTime;user" "{account}:RPWP;pwdLastSet;user"'
    )
    yield Finding("wrong", f"The service account may not write {' and '.join(sorted(missing))}.", to_do)


def _writable(service: Service, server: str) -> Iterator[Finding]:
    """Whether an OpenLDAP takes changes: it says so before it looks for the entry, of which there is none."""
    if service.settings.kind == "openldap":
        nobody = f"cn={secrets.token_hex(8)},{service.settings.base}"
        answer = service.modify(server, nobody, [Change("replace", "pwdAccountLockedTime", ())])
        if answer.code in _READ_ONLY_CODES:
            to_do = "Name the server that takes changes, the provider."
            yield Finding("wrong", f"{server} takes no changes: it is a replica, or read-only.", to_do)
        else:
            yield Finding("ok", f"{server} takes changes.")

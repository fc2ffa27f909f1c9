"""The service account's connections: one for each server, kept between requests and tested before a write."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import sansldap
from aws_lambda_powertools import Logger

from regain.directories.base import NotAllowed, Outcome, Person, Unanswered
from regain.directories.ldap.connection import MOST, Connection, Timeouts, tls_context
from regain.directories.ldap.messages import Answer, Change, Control, Entry
from regain.domain.ldap import Ldap

_RESTED_SECONDS = 20  # a frozen Lambda function resumes with connections that the server has closed
_REREAD_SECONDS = 60
_RETRY_SECONDS = 900  # repeated wrong passwords would lock the service account
_SILENT_SECONDS = 60
_EVERYTHING = sansldap.FilterPresent("objectClass")
_OF_THE_SERVER = ("certificate: ", "tls: ")
"""Prefixes of refusals that concern only the one server."""

log = Logger(service="regain")


@dataclass
class Service:
    """The service account of one domain. `secret` returns its password; `secret(True)` reads it anew.

    `shortest` is how long a password must be by Regain's own rules, and `capable` whether somebody could reset by what
    the directory says of them: for `doctor`.
    """

    settings: Ldap
    secret: Callable[[bool], str]
    timeouts: Timeouts = field(default_factory=Timeouts)
    shortest: int = 0
    capable: Callable[[Person], bool] | None = None
    clock: Callable[[], float] = time.monotonic
    _kept: dict[str, Connection] = field(default_factory=dict)
    _controls: dict[str, frozenset[str]] = field(default_factory=dict)
    _refused: str = ""
    _refused_at: float = -_RETRY_SECONDS
    _failed_at: float = -_REREAD_SECONDS
    _silent: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._tls = tls_context(self.settings.ca)

    def open(self, server: str) -> Connection:
        """A new connection to a server, not bound. Raises NotAllowed; Unanswered, always with nothing done."""
        try:
            return Connection(server, self._tls, self.timeouts)
        except Unanswered as failed:
            raise Unanswered(known=True, why=failed.why) from failed

    def search(
        self, base: str, scope: sansldap.SearchScope, found_by: sansldap.LDAPFilter, attributes: Sequence[str],
        server: str = "", most: int = MOST,
    ) -> tuple[str, list[Entry]]:  # fmt: skip
        """The server that answered, and at most `most` entries. Without `server` the first one that answers is asked.

        Raises:
            NotAllowed: the service account or the base is wrong.
            Unanswered: always with nothing done.
        """
        failed: Outcome = Unanswered(known=True)
        for each in [server] if server else self._in_order():
            try:
                answer, entries = self._read(each, base, scope, found_by, attributes, most)
                if answer.code not in (0, 4):  # 4: sizeLimitExceeded
                    raise refused(answer)
            except Unanswered as error:
                failed = Unanswered(known=True, why=error.why)
            except NotAllowed as error:
                if not error.code.startswith(_OF_THE_SERVER):
                    raise
                failed = error
            else:
                return each, entries
            if not server:
                self._silent[each] = self.clock()
                log.warning("a server of the directory cannot be used", extra={"server": each, "detail": str(failed)})
        raise failed

    def answering(self) -> str:
        """The server that is asked first now. Raises like `search`."""
        return self.search("", sansldap.SearchScope.BASE, _EVERYTHING, ["1.1"])[0]

    def _in_order(self) -> list[str]:
        """The servers in the order of the settings, except that recently unusable ones come last."""
        now = self.clock()
        return sorted(self.settings.url, key=lambda each: now - self._silent.get(each, -math.inf) < _SILENT_SECONDS)

    def supports(self, server: str, control: str) -> bool:
        """Whether a server lists a control. No other is ever sent: Samba answers it with what no client expects."""
        if server not in self._controls:
            _, entries = self.search("", sansldap.SearchScope.BASE, _EVERYTHING, ["supportedControl"], server)
            self._controls[server] = frozenset(entries[0].all("supportedControl")) if entries else frozenset()
        return control in self._controls[server]

    def modify(self, server: str, dn: str, changes: Sequence[Change], controls: Sequence[Control] = ()) -> Answer:
        """Changes an entry. The request is sent once, on a connection that has just been tested.

        Raises:
            Unanswered: nothing was done, or the outcome is unknown.
        """
        return self._proved(server).modify(dn, changes, controls)

    def extended(self, server: str, oid: str, value: bytes, controls: Sequence[Control] = ()) -> Answer:
        """An extended operation, sent like `modify`."""
        return self._proved(server).extended(oid, value, controls)

    def close(self) -> None:
        """Closes every connection."""
        for each in self._kept.values():
            each.close()
        self._kept.clear()

    def _read(
        self, server: str, base: str, scope: sansldap.SearchScope, found_by: sansldap.LDAPFilter,
        attributes: Sequence[str], most: int = MOST,
    ) -> tuple[Answer, list[Entry]]:  # fmt: skip
        """A search. If the connection turns out to be dead, it is repeated once on a new one."""
        kept = self._live(server)
        if kept:
            try:
                return kept.search(base, scope, found_by, attributes, most)
            except Unanswered:
                self._kept.pop(server, None)
        return self._connected(server).search(base, scope, found_by, attributes, most)

    def _proved(self, server: str) -> Connection:
        self._read(server, "", sansldap.SearchScope.BASE, _EVERYTHING, ["1.1"])
        return self._connected(server)

    def _live(self, server: str) -> Connection | None:
        kept = self._kept.get(server)
        if kept and (kept.closed or self.clock() - kept.used_at > _RESTED_SECONDS):
            kept.close()
            self._kept.pop(server)
            return None
        return kept

    def _connected(self, server: str) -> Connection:
        kept = self._live(server)
        if kept:
            return kept
        if self.clock() - self._failed_at < _REREAD_SECONDS:
            raise NotAllowed("service-account")
        for renewed in (False, True):  # it may just have been rotated
            secret = self.secret(renewed)
            if secret == self._refused and self.clock() - self._refused_at < _RETRY_SECONDS:
                continue
            connection = self._bound(server, secret)
            if connection:
                self._kept[server] = connection
                return connection
            self._refused, self._refused_at = secret, self.clock()
        self._failed_at = self.clock()
        raise NotAllowed("service-account")

    def _bound(self, server: str, secret: str) -> Connection | None:
        """A new connection of the service account's, or None if the directory refuses the secret."""
        connection = self.open(server)
        try:
            answer = connection.bind(self.settings.service_account, secret)
        except Unanswered as failed:
            raise Unanswered(known=True, why=failed.why) from failed
        if not answer.code:
            return connection
        connection.close()
        if answer.code != 49:
            raise refused(answer)
        return None


def refused(answer: Answer) -> Outcome:
    """The outcome for a result code that is not about a password or a person."""
    if answer.code in (3, 51, 52):  # timeLimitExceeded, busy, unavailable
        return Unanswered(known=True, why=f"ldap {answer.code}")
    names = {10: "referral", 12: "control", 8: "tls-needed", 13: "tls-needed", 32: "base"}
    return NotAllowed(names.get(answer.code, f"ldap {answer.code}"))


def values(*texts: str) -> tuple[bytes, ...]:
    """The values of an attribute, from text."""
    return tuple(text.encode() for text in texts)

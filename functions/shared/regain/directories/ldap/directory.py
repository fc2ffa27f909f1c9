"""What Active Directory and OpenLDAP have in common: finding people, and binding as them."""

import contextlib
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

import sansldap

from regain.directories.base import MOST_FOUND, Directory, Finding, NotAllowed, Person, Unanswered, WrongPassword, sent
from regain.directories.ldap import check
from regain.directories.ldap.connection import Connection
from regain.directories.ldap.messages import Answer, Control, Entry
from regain.directories.ldap.names import first_value
from regain.directories.ldap.service import Service
from regain.domain.ldap import NAME_ALONE
from regain.domain.lockout import Lockout
from regain.domain.policy import ABILITIES

_FINAL_SIGMA = re.compile(r"(?<=\w)σ\b")


class LdapDirectory(Directory, ABC):
    """The passwords of one domain, in a directory that speaks LDAP."""

    offers = ABILITIES
    attributes: tuple[str, ...]
    """What is read of a person."""

    names: tuple[str, ...]
    """Where names are that a search looks through."""

    people: sansldap.LDAPFilter
    """What every person is."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.settings = service.settings

    @property
    def lockout(self) -> Lockout:
        """When it locks an account, as the settings say."""
        return self.settings.lockout

    def find(self, user_id: str) -> Person | None:
        """The person with a user ID; None if there is none, or more than one."""
        server, entries = self.service.search(
            self.settings.base, sansldap.SearchScope.SUBTREE, self._named(user_id), self.attributes
        )
        return self.person(entries[0], user_id, server) if len(entries) == 1 else None

    def search(self, words: Sequence[str], domain: str) -> tuple[Person, ...]:
        """People whose names or user IDs begin with each of the words: one search, bounded in size and time.

        Addresses are not searched unless they are user IDs: each attempt could reveal one more letter of them.
        """
        if not all(map(str.isprintable, words)):  # for Samba a text ends at its first NUL
            return ()
        by = tuple(dict.fromkeys((*self.names, *self.settings.user_id)))
        wanted = [
            sansldap.FilterOr([sansldap.FilterSubstrings(name, word.encode(), [], None) for name in by])
            for word in words
        ]
        server, entries = self.service.search(
            self.settings.base, sansldap.SearchScope.SUBTREE, sansldap.FilterAnd([self.people, *wanted]),
            tuple(dict.fromkeys((*self.attributes, *self.settings.user_id))), most=MOST_FOUND,
        )  # fmt: skip
        return tuple(self.person(entry, self._user_id(entry, domain), server) for entry in entries)

    def _user_id(self, entry: Entry, domain: str) -> str:
        """What somebody types who is found by this entry, in a domain; "" for nothing."""
        for name in self.settings.user_id:
            for value in entry.all(name):
                typed = f"{value}@{domain}" if name in NAME_ALONE else value
                if typed.rpartition("@")[2].casefold() == domain:
                    return typed.casefold()
        return ""

    def verify(self, person: Person | None, user_id: str, password: str) -> None:  # noqa: ARG002
        """Binds as the person, on a separate connection. Without a person, binds with a name that does not exist."""
        answering = self.service.answering()  # for a person too: while a server is down, waiting for it tells nothing
        server = person.server if person else answering
        name = person.address if person else f"CN={secrets.token_hex(8)},{self.settings.base}"
        with self.bound(server, name, password) as (_, answer):
            pass
        if person is None:
            raise WrongPassword
        self.judge_bind(answer, person)

    @contextlib.contextmanager
    def bound(self, server: str, name: str, password: str) -> Iterator[tuple[Connection, Answer]]:
        """A connection after a bind as somebody, and how the bind ended.

        Raises:
            Unanswered: always with nothing done.
        """
        controls = self.bind_controls(server)
        with contextlib.closing(self.service.open(server)) as connection:
            try:
                answer = connection.bind(name, sent(password), controls)
            except Unanswered as failed:
                raise Unanswered(known=True, why=failed.why) from failed
            yield connection, answer

    def check_addressable(self, person: Person) -> None:
        """Checks, before every write, that the person may be changed and that their server is configured.

        Raises:
            Stopped: this person may not be changed.
            NotAllowed: the person names a server that is not configured.
        """
        person.check_changeable()
        if person.server not in self.settings.url:
            raise NotAllowed("server")

    def _entry(self, dn: str, attributes: Sequence[str], server: str) -> Entry | None:
        """One entry, or None where it is not there or may not be read."""
        try:
            _, entries = self.service.search(
                dn, sansldap.SearchScope.BASE, sansldap.FilterPresent("objectClass"), attributes, server
            )
        except NotAllowed:
            return None
        return entries[0] if entries else None

    def check(self) -> Iterator[Finding]:
        """Checks the connection and the directory, for `doctor`."""
        return check.findings(self.service, self.people, self.attributes, self.person)

    def is_in_protected_group(self, entry: Entry) -> bool:
        """Whether one of a person's groups is named among the protected ones, by its name or its whole DN."""
        protected = {name.casefold() for name in self.settings.protected_groups}
        groups = entry.all("memberOf")
        return any(group.casefold() in protected or first_value(group).casefold() in protected for group in groups)

    @abstractmethod
    def person(self, entry: Entry, user_id: str, server: str) -> Person:
        """The person in an entry."""

    @abstractmethod
    def judge_bind(self, answer: Answer, person: Person) -> None:
        """Returns if a bind was made with the right password. Raises WrongPassword, Stopped or NotAllowed."""

    def bind_controls(self, server: str) -> Sequence[Control]:  # noqa: ARG002
        """The controls of a bind as a person."""
        return ()

    def _named(self, user_id: str) -> sansldap.LDAPFilter:
        """The filter for a user ID. It is a structure, not text, so nothing that people type needs escaping.

        User IDs fold final sigma to sigma, which OpenLDAP distinguishes.
        """
        named: list[sansldap.LDAPFilter] = []
        for typed in dict.fromkeys((user_id, _FINAL_SIGMA.sub("ς", user_id))):
            alone = typed.rpartition("@")[0] or typed
            values = ((name, alone if name in NAME_ALONE else typed) for name in self.settings.user_id)
            named += (sansldap.FilterEquality(name, value.encode()) for name, value in values)
        return sansldap.FilterAnd([self.people, sansldap.FilterOr(named)])

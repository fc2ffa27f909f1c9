"""Active Directory, and Samba as its domain controller.

Errors are classified by the hexadecimal code at the start of their text: LDAP result codes differ between Windows and
Samba, and Windows gives no reason in words.
"""

import re
import time
import uuid
from dataclasses import dataclass

import sansldap

from regain.directories.base import (
    NotAccepted,
    NotAllowed,
    Outcome,
    Person,
    PolicyRule,
    Requirements,
    Stopped,
    StopReason,
    WrongPassword,
    sent,
)
from regain.directories.ldap.directory import LdapDirectory
from regain.directories.ldap.messages import Answer, Change, Control, Entry, pack_policy_hints
from regain.directories.ldap.names import first_value
from regain.directories.ldap.service import refused, values

_POLICY_HINTS = "1.2.840.113556.1.4.2239"
_IN_CHAIN = "1.2.840.113556.1.4.1941"  # Windows' matching rule for nested groups
_BIND: dict[str, StopReason] = {
    "533": "disabled", "701": "expired", "775": "locked", "773": "must-change", "532": "password-expired",
    "530": "hours", "531": "hours",
}  # fmt: skip
_DISABLED, _LOCKED, _SMART_CARD_REQUIRED = 0x2, 0x10, 0x40000
_NEVER = {0, 0x7FFFFFFFFFFFFFFF}
_EPOCH = 11_644_473_600  # seconds from 1601, the epoch of Windows, to 1970
_COMPLEX = 1
_TICKS = 10_000_000  # Windows counts times in 100 ns
_SPECIAL = frozenset("~!@#$%^&*_-+=`|\\(){}[]:;\"'<>,.?/")  # a space is not among them
_DOMAIN_POLICY = ("minPwdLength", "pwdProperties", "minPwdAge", "pwdHistoryLength")
_OWN_POLICY = (
    "msDS-MinimumPasswordLength", "msDS-PasswordComplexityEnabled", "msDS-MinimumPasswordAge",
    "msDS-PasswordHistoryLength",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Policy:
    """The password policy of one person. `age` are the seconds before a password may be changed again."""

    least: int
    is_complex: bool
    age: int
    history: int


class ActiveDirectory(LdapDirectory):
    """The passwords of one domain, in Active Directory."""

    names = ("displayName", "givenName", "sn")
    people = sansldap.FilterAnd(
        [
            sansldap.FilterEquality("objectCategory", b"person"),
            sansldap.FilterEquality("objectClass", b"user"),
        ]
    )
    attributes = (
        "objectGUID", "displayName", "givenName", "sn", "mail", "otherMailbox", "mobile", "telephoneNumber", "memberOf",
        "userAccountControl", "msDS-User-Account-Control-Computed", "accountExpires", "pwdLastSet", "adminCount",
    )  # fmt: skip

    def person(self, entry: Entry, user_id: str, server: str) -> Person:
        """The person in an entry. Whether they are locked out is computed: `lockoutTime` outlasts the lockout."""
        key = entry.attributes.get("objectguid", (b"",))[0]
        expires, flags = entry.number("accountExpires"), entry.number("userAccountControl")
        return Person(
            key=str(uuid.UUID(bytes_le=key)) if len(key) == 16 else "",
            address=entry.dn,
            user_id=user_id,
            server=server,
            display_name=entry.one("displayName"),
            given_name=entry.one("givenName"),
            surname=entry.one("sn"),
            mail=entry.one("mail"),
            other_mails=entry.all("otherMailbox"),
            mobile_phone=entry.one("mobile"),
            office_phone=entry.one("telephoneNumber"),
            groups=tuple(first_value(group) for group in entry.all("memberOf")),
            enabled=not flags & _DISABLED,
            expired=expires not in _NEVER and expires // 10_000_000 - _EPOCH <= time.time(),
            locked=bool(entry.number("msDS-User-Account-Control-Computed") & _LOCKED),
            must_change=entry.one("pwdLastSet") == "0",
            protected=entry.number("adminCount") == 1 or self.is_in_protected_group(entry),
            managed_elsewhere=bool(flags & _SMART_CARD_REQUIRED),  # with a password that nobody is to know
            changed_at=entry.one("pwdLastSet"),
        )

    def check_addressable(self, person: Person) -> None:
        """Checks, before every write, also nested protected groups, which `find` does not see.

        Raises:
            Stopped: this person may not be changed.
            NotAllowed: the person names a server that is not configured.
        """
        super().check_addressable(person)
        named: list[sansldap.LDAPFilter] = [
            sansldap.FilterEquality("distinguishedName" if "=" in name else "cn", name.encode())
            for name in self.settings.protected_groups
        ]
        if not named:
            return
        within = sansldap.FilterExtensibleMatch(_IN_CHAIN, "member", person.address.encode(), False)
        groups, below = sansldap.FilterAnd([sansldap.FilterOr(named), within]), sansldap.SearchScope.SUBTREE
        if self.service.search(_domain(person), below, groups, ("1.1",), person.server)[1]:
            raise Stopped("protected")

    def judge_bind(self, answer: Answer, person: Person) -> None:  # noqa: ARG002
        """Returns if a bind was made with the right password."""
        if answer.code == 0:
            return
        if answer.code != 49:
            raise refused(answer)
        found = re.search(r"data ([0-9a-f]+)", answer.text)
        reason = _BIND.get(found[1]) if found else None
        raise Stopped(reason) if reason else WrongPassword

    def reset(self, person: Person, password: str, temporary: bool = False) -> None:
        """Sets the password and lifts the lockout in one request; nothing else does both.

        A temporary password is random, so the history, and the minimum age that comes with it, need not apply.
        """
        self.check_addressable(person)
        changes = [Change("replace", "unicodePwd", (_quoted(password),)), Change("replace", "lockoutTime", values("0"))]
        if temporary:
            changes.append(Change("replace", "pwdLastSet", values("0")))
        hinted = not temporary and self._applies_history(person.server)
        controls = [Control(_POLICY_HINTS, True, pack_policy_hints())] if hinted else []
        answer = self.service.modify(person.server, person.address, changes, controls)
        self._judge_write(answer, person, password, by_age=hinted)

    def change(self, person: Person, old: str, new: str) -> None:
        """Changes the password on the service account's connection: some people cannot bind themselves."""
        self.check_addressable(person)
        changes = [Change("delete", "unicodePwd", (_quoted(old),)), Change("add", "unicodePwd", (_quoted(new),))]
        answer = self.service.modify(person.server, person.address, changes)
        self._judge_write(answer, person, new, by_age=True)

    def unlock(self, person: Person) -> None:
        """Lifts the lockout."""
        self.check_addressable(person)
        changes = [Change("replace", "lockoutTime", values("0"))]
        answer = self.service.modify(person.server, person.address, changes)
        if answer.code:
            raise _failed(answer)

    def _judge_write(self, answer: Answer, person: Person, password: str, by_age: bool) -> None:
        if answer.code == 0:
            return
        if _code(answer) == "0000052D":
            told = "history" in answer.text.lower()  # by Samba
            raise NotAccepted("history" if told else self._broken_rule(person, password, by_age))
        raise _failed(answer)

    def _broken_rule(self, person: Person, password: str, by_age: bool) -> PolicyRule:
        """Determines which rule of the policy a password breaks, which Windows does not say.

        If it breaks none that can be checked here, it may be the history or one of the organisation's password filters.
        """
        policy = self._policy(person)
        if policy is None:
            return "unknown"
        if len(sent(password)) < policy.least:
            return "length"
        if by_age and _changeable_at(person, policy) > time.time():
            return "age"
        if policy.is_complex and not _is_complex(password, person):
            return "quality"
        return "unknown"

    def requirements(self, person: Person, change: bool) -> Requirements:
        """The rules for a new password, from the person's fine-grained policy (PSO) or the domain's."""
        policy = self._policy(person)
        if policy is None:
            return Requirements()
        history = policy.history if change or self._applies_history(person.server) else 0
        return Requirements(policy.least, policy.is_complex, history, _changeable_at(person, policy) if change else 0)

    def _applies_history(self, server: str) -> bool:
        """Whether a reset is held to the history and the minimum age: Samba, for one, has no control for it."""
        return self.settings.history_on_reset and self.service.supports(server, _POLICY_HINTS)

    def _policy(self, person: Person) -> _Policy | None:
        """The policy that applies to a person; None if the service account may not read it."""
        own = self._entry(person.address, ("msDS-ResultantPSO",), person.server)
        if own and (name := own.one("msDS-ResultantPSO")):
            there = self._entry(name, _OWN_POLICY, person.server)
            return (
                None
                if there is None
                else _Policy(
                    there.number("msDS-MinimumPasswordLength"),
                    there.one("msDS-PasswordComplexityEnabled").upper() == "TRUE",
                    -there.number("msDS-MinimumPasswordAge") // _TICKS,  # periods are negative in Windows
                    there.number("msDS-PasswordHistoryLength"),
                )
            )
        there = self._entry(_domain(person), _DOMAIN_POLICY, person.server)
        return None if there is None else _Policy(
            there.number("minPwdLength"), bool(there.number("pwdProperties") & _COMPLEX),
            -there.number("minPwdAge") // _TICKS, there.number("pwdHistoryLength"),
        )  # fmt: skip


def _domain(person: Person) -> str:
    """The name of the domain that a person is in."""
    return person.address[person.address.lower().find("dc=") :]


def _changeable_at(person: Person, policy: _Policy) -> int:
    """When the person may change the password again, in seconds since 1970."""
    changed_at = int(person.changed_at) if person.changed_at.isdecimal() else 0
    return changed_at // _TICKS - _EPOCH + policy.age if changed_at and policy.age else 0


def _quoted(password: str) -> bytes:
    return f'"{sent(password)}"'.encode("utf-16-le")


def _code(answer: Answer) -> str:
    return answer.text[:8].upper()


def _failed(answer: Answer) -> Outcome:
    """What a refused write means, apart from the password policy."""
    code = _code(answer)
    if code == "00000056":
        return WrongPassword()
    if code == "00000775":
        return Stopped("locked")
    if code == "00002030" or answer.code == 32:
        return Stopped("gone")
    if answer.code in (10, 12, 51, 52):
        return refused(answer)
    return NotAllowed(code if re.fullmatch(r"[0-9A-F]{8}", code) else f"ldap {answer.code}")


def _is_complex(password: str, person: Person) -> bool:
    """Windows' rule: three of five kinds of characters, and no part of the name of three characters or more."""
    kinds = (str.isupper, str.islower, str.isdigit, _SPECIAL.__contains__, _is_caseless)
    names = re.split(r"[\s,.\-_#]+", f"{person.display_name} {person.user_id.partition('@')[0]}".casefold())
    own = any(len(name) >= 3 and name in password.casefold() for name in names)
    return not own and sum(any(map(kind, password)) for kind in kinds) >= 3


def _is_caseless(letter: str) -> bool:
    return letter.isalpha() and letter.upper() == letter.lower()

"""OpenLDAP with the password policy overlay.

Passwords are set with the extended operation (RFC 3062): the server then hashes them and applies its policy.
"""

import re
from datetime import datetime

import sansldap

from regain.directories.base import (
    PROOF_OF_PASSWORD,
    NotAccepted,
    NotAllowed,
    Outcome,
    Person,
    PolicyRule,
    Requirements,
    Stopped,
    StopReason,
    Unanswered,
    WrongPassword,
    sent,
)
from regain.directories.ldap.connection import MOST
from regain.directories.ldap.directory import LdapDirectory
from regain.directories.ldap.messages import Answer, Change, Control, Entry, pack_password_modify, policy_error
from regain.directories.ldap.names import first_value
from regain.directories.ldap.service import refused, values

_PASSWORD_MODIFY = "1.3.6.1.4.1.4203.1.11.1"  # noqa: S105 - an object identifier
_PASSWORD_POLICY = "1.3.6.1.4.1.42.2.27.8.5.1"  # noqa: S105 - an object identifier
_FOR_EVER = "000001010000Z"
_BIND: dict[int, StopReason] = {0: "password-expired", 1: "locked", 2: "must-change"}
_TOO_YOUNG = 7
_RULES_OF = ("pwdMinLength", "pwdInHistory", "pwdMinAge")
_LOOKED_FOR = 600
_RULES: dict[int, PolicyRule] = {5: "quality", 6: "length", _TOO_YOUNG: "age", 8: "history"}


class OpenLdap(LdapDirectory):
    """The passwords of one domain, in OpenLDAP."""

    names = ("cn", "displayName", "givenName", "sn")
    people = sansldap.FilterEquality("objectClass", b"person")
    attributes = (
        "entryUUID", "cn", "displayName", "givenName", "sn", "mail", "mobile", "telephoneNumber", "memberOf",
        "pwdAccountLockedTime", "pwdReset", "pwdChangedTime",
    )  # fmt: skip

    _default: Entry | None = None
    _looked_at = -float(_LOOKED_FOR) - 1

    def person(self, entry: Entry, user_id: str, server: str) -> Person:
        """The person in an entry. An account that an administrator locked for ever counts as disabled."""
        key, locked = entry.one("entryUUID"), entry.one("pwdAccountLockedTime")
        mail, *others = entry.all("mail") or ("",)
        return Person(
            key=key.lower(),
            address=entry.dn,
            user_id=user_id,
            server=server,
            display_name=entry.one("displayName") or entry.one("cn"),
            given_name=entry.one("givenName"),
            surname=entry.one("sn"),
            mail=mail,
            other_mails=tuple(others),
            mobile_phone=entry.one("mobile"),
            office_phone=entry.one("telephoneNumber"),
            groups=tuple(first_value(group) for group in entry.all("memberOf")),
            enabled=locked != _FOR_EVER,
            locked=locked not in ("", _FOR_EVER),
            must_change=entry.one("pwdReset") == "TRUE",
            protected=self.is_in_protected_group(entry),
            changed_at=entry.one("pwdChangedTime"),
        )

    def bind_controls(self, server: str) -> tuple[Control, ...]:
        """The control that asks for the reason of a refusal, if the overlay supports it."""
        return (Control(_PASSWORD_POLICY),) if self.service.supports(server, _PASSWORD_POLICY) else ()

    def judge_bind(self, answer: Answer, person: Person) -> None:
        """Returns if a bind was made with the right password."""
        reason = _BIND.get(_error(answer))
        if answer.code not in (0, 49):
            raise refused(answer)
        if reason == "locked" and not person.enabled:
            raise Stopped("disabled")
        if reason:
            raise Stopped(reason)
        if answer.code:
            raise WrongPassword

    def reset(self, person: Person, password: str, temporary: bool = False) -> None:
        """Sets the password, which lifts a lockout, and then whether it must be changed."""
        self.check_addressable(person)
        answer = self._set(person, password)
        if _error(answer) == _TOO_YOUNG:
            answer = self._set_early(person, password)
        self._judge_write(answer)
        try:
            self._must_change(person, temporary)
        except Outcome as failed:  # the password itself is set
            raise Unanswered(known=False, why=f"pwdReset: {failed}") from failed

    def change(self, person: Person, old: str, new: str) -> None:
        """Changes the password as the person, after a bind with the old one, so that wrong ones count for the lockout.

        If the old one has expired, so that nobody can bind with it, the service account sets the new one.
        """
        self.check_addressable(person)
        with self.bound(person.server, person.address, old) as (connection, answer):
            try:
                self.judge_bind(answer, person)
            except Stopped as stopped:
                if stopped.reason not in PROOF_OF_PASSWORD:
                    raise
            if answer.code == 0:
                value = pack_password_modify(person.address, sent(new), sent(old))
                controls = self.bind_controls(person.server)
                self._judge_write(connection.extended(_PASSWORD_MODIFY, value, controls))
                return
        self.reset(person, new)

    def requirements(self, person: Person, change: bool) -> Requirements:
        """The rules for a new password, from the policy in the person's entry, or from the default one."""
        own = self._entry(person.address, ("pwdPolicySubentry",), person.server)
        name = own.one("pwdPolicySubentry") if own else ""
        policy = self._entry(name, _RULES_OF, person.server) if name else self._default_policy(person.server)
        if policy is None:
            return Requirements()
        age, changed_at = policy.number("pwdMinAge"), _seconds(person.changed_at)
        return Requirements(
            policy.number("pwdMinLength"), False, policy.number("pwdInHistory"),
            changed_at + age if change and changed_at and age else 0,
        )  # fmt: skip

    def _default_policy(self, server: str) -> Entry | None:
        """The only policy that no entry refers to; None if it is ambiguous. Cached for ten minutes."""
        if self.service.clock() - self._looked_at > _LOOKED_FOR:
            self._default, self._looked_at = self._find_default(server), self.service.clock()
        return self._default

    def _find_default(self, server: str) -> Entry | None:
        base, below = self.settings.base, sansldap.SearchScope.SUBTREE
        suffix = base[base.lower().find("dc=") :] if "dc=" in base.lower() else base
        try:
            found = self.service.search(
                suffix, below, sansldap.FilterEquality("objectClass", b"pwdPolicy"), _RULES_OF, server
            )[1]
            named = [
                self.service.search(
                    suffix, below, sansldap.FilterEquality("pwdPolicySubentry", each.dn.encode()), ("1.1",), server
                )[1]
                for each in found
            ]
        except NotAllowed:
            return None
        unnamed = [each for each, by in zip(found, named, strict=True) if not by]
        return unnamed[0] if len(unnamed) == 1 and len(found) < MOST else None  # more may not be all

    def unlock(self, person: Person) -> None:
        """Lifts the lockout, unless an administrator made it permanent."""
        self.check_addressable(person)
        self._judge_write(
            self.service.modify(person.server, person.address, [Change("replace", "pwdAccountLockedTime")])
        )

    def _set(self, person: Person, new: str) -> Answer:
        value = pack_password_modify(person.address, sent(new))
        return self.service.extended(person.server, _PASSWORD_MODIFY, value, self.bind_controls(person.server))

    def _set_early(self, person: Person, new: str) -> Answer:
        """Sets a password despite its minimum age, which does not apply to one that must be changed."""
        self._must_change(person, True)
        try:
            answer = self._set(person, new)
        except Unanswered as failed:  # the old password must be changed by now
            raise Unanswered(known=False, why=failed.why) from failed
        if answer.code:
            self._must_change(person, False)
        return answer

    def _must_change(self, person: Person, wanted: bool) -> None:
        """Whether the password has to be changed, where the server does not say so already."""
        _, entries = self.service.search(
            person.address, sansldap.SearchScope.BASE, sansldap.FilterPresent("objectClass"), ["pwdReset"],
            person.server,
        )  # fmt: skip
        if entries and (entries[0].one("pwdReset") == "TRUE") != wanted:
            change = Change("replace", "pwdReset", values("TRUE") if wanted else ())
            self._judge_write(self.service.modify(person.server, person.address, [change]))

    def _judge_write(self, answer: Answer) -> None:
        if answer.code == 0:
            return
        if answer.code == 19:
            raise NotAccepted(_RULES.get(_error(answer), "unknown"))
        raise _failed(answer)


def _seconds(moment: str) -> int:
    """A time of LDAP (RFC 4517 3.3.13) in seconds since 1970; 0 for none."""
    found = re.match(r"\d{14}", moment)
    return int(datetime.strptime(f"{found[0]}+0000", "%Y%m%d%H%M%S%z").timestamp()) if found else 0


def _error(answer: Answer) -> int:
    """The error of the password policy control, or -1."""
    found = policy_error(answer.controls.get(_PASSWORD_POLICY, b""))
    return -1 if found is None else found


def _failed(answer: Answer) -> Outcome:
    """What a refused write means, apart from the password policy."""
    if answer.code == 32:
        return Stopped("gone")
    if answer.code == 53 and "old password" in answer.text:
        return WrongPassword()
    if answer.code == 53:
        return NotAllowed("read-only")
    if answer.code == 50:
        return NotAllowed("no-right")
    return refused(answer)

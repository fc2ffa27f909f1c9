"""AWS Managed Microsoft AD through the API of AWS Directory Service, without a network or a service account.

The API identifies people only by account name, and can only set passwords. It cannot verify them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from regain.adapters import aws
from regain.directories.aws_calls import READ, WRITE, ask
from regain.directories.base import Directory, Finding, NotAccepted, NotAllowed, Outcome, Person, Stopped, sent
from regain.domain.ldap import LONGEST_BY_API, Ldap
from regain.domain.lockout import Lockout
from regain.organisation.settings import Organisation

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,20}")
_NEVER_ASKED = Lockout(0)
_OTHER = ("displayName", "mobile", "telephoneNumber")


class ManagedDirectory(Directory):
    """The passwords of one domain. The part of a user ID before the @ is the account name (`sAMAccountName`)."""

    offers = frozenset({"reset"})
    lockout = _NEVER_ASKED

    def __init__(self, settings: Ldap, data: Callable[[], Any], service: Callable[[], Any]) -> None:
        self.settings, self._data, self._service = settings, data, service

    def find(self, user_id: str) -> Person | None:
        """The person with a user ID."""
        name = user_id.rpartition("@")[0]
        return self._described(name, user_id) if _NAME.fullmatch(name) else None

    def verify(self, person: Person | None, user_id: str, password: str) -> None:  # noqa: ARG002
        """Not supported by the API."""
        raise NotAllowed("sign-in")

    def reset(self, person: Person, password: str, temporary: bool = False) -> None:
        """Sets the password. This would also enable a disabled account, so its state is read just before.

        Temporary passwords are not possible, because the API cannot require a change at the next sign-in.
        """
        if temporary:
            raise NotAllowed("temporary passwords")
        new = sent(password)
        if len(new) > LONGEST_BY_API:
            raise NotAccepted("long")
        now = self._described(person.address, person.user_id)
        if now is None or now.key != person.key:
            raise Stopped("gone")
        now.check_changeable()
        request = {"DirectoryId": self.settings.directory_id, "UserName": person.address, "NewPassword": new}
        ask(partial(self._service().reset_user_password, **request), False, _of_password)

    def change(self, person: Person, old: str, new: str) -> None:  # noqa: ARG002
        """Not supported by the API."""
        raise NotAllowed("change")

    def unlock(self, person: Person) -> None:  # noqa: ARG002
        """Not supported by the API."""
        raise NotAllowed("unlock")

    def check(self) -> Iterator[Finding]:
        """Checks the directory, for `doctor`."""
        from regain.directories import aws_managed_check  # noqa: PLC0415 - for `doctor` alone

        return aws_managed_check.findings(self.settings, self._service())

    def _described(self, name: str, user_id: str) -> Person | None:
        request = {"DirectoryId": self.settings.directory_id, "SAMAccountName": name, "OtherAttributes": list(_OTHER)}
        try:
            found = ask(partial(self._data().describe_user, **request), True, _of_person)
        except Stopped:
            return None
        return _person(found, user_id)


def connect(name: str, organisation: Organisation, environment: Mapping[str, str]) -> ManagedDirectory:  # noqa: ARG001
    """The directory of a domain. Raises KeyError if it has none."""
    settings = organisation.domains[name].ldap
    if not settings:
        raise KeyError("ldap")
    data = partial(aws.client, "ds-data", READ, settings.region)
    return ManagedDirectory(settings, data, partial(aws.client, "ds", WRITE, settings.region))


def _person(found: Mapping[str, Any], user_id: str) -> Person:
    other = {name.lower(): str(value.get("S", "")) for name, value in found.get("OtherAttributes", {}).items()}
    return Person(
        key=found["SID"],
        address=found["SAMAccountName"],
        user_id=user_id,
        display_name=other.get("displayname", ""),
        given_name=found.get("GivenName", ""),
        surname=found.get("Surname", ""),
        mail=found.get("EmailAddress", ""),
        mobile_phone=other.get("mobile", ""),
        office_phone=other.get("telephonenumber", ""),
        enabled=bool(found.get("Enabled")),
    )


def _of_person(code: str, _message: str) -> Outcome | None:
    return Stopped("gone") if code == "ResourceNotFoundException" else None


def _of_password(code: str, _message: str) -> Outcome | None:
    if code == "UserDoesNotExistException":
        return Stopped("gone")
    return NotAccepted("unknown") if code == "InvalidPasswordException" else None

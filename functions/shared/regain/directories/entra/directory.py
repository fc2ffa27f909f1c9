"""The passwords of one domain, in Microsoft Entra ID. Only a reset is possible: people sign in on Microsoft's page."""

import re
import secrets
import unicodedata
from collections.abc import Iterator
from typing import Any, NoReturn
from urllib.parse import quote

from regain.directories.base import Directory, Finding, NotAccepted, NotAllowed, Outcome, Person, Stopped, Unanswered
from regain.directories.entra import check, graph
from regain.directories.entra.graph import Graph
from regain.directories.entra.https import Answer
from regain.domain.entra import Entra
from regain.domain.lockout import Lockout

PROPERTIES = (
    "id", "userPrincipalName", "displayName", "givenName", "surname", "mail", "otherMails", "mobilePhone",
    "businessPhones", "accountEnabled", "userType", "onPremisesSyncEnabled", "lastPasswordChangeDateTime",
)  # fmt: skip
MOST_GROUPS = 999
"""The most memberships in one Graph response. A person with more is not changed: a role may be among the others."""
_NAME = re.compile(r"[A-Za-z0-9'.\-_!#^~]{1,64}@[A-Za-z0-9.-]{1,48}")
"""Microsoft's syntax of user principal names. Nothing else goes into a path, where it could select another resource."""
_GROUP, _ROLE = "#microsoft.graph.group", "#microsoft.graph.directoryRole"
_NEVER_LOCKS = Lockout(0)


class EntraDirectory(Directory):
    """The people of one tenant, as the app sees them."""

    offers = frozenset({"reset", "temporary-password"})
    lockout = _NEVER_LOCKS

    def __init__(self, settings: Entra, graph: Graph) -> None:
        self.settings, self.graph = settings, graph

    def find(self, user_id: str) -> Person | None:
        """The person with this user principal name: one request, also if there is none."""
        possible = bool(_NAME.fullmatch(user_id))
        name = quote(user_id if possible else f"{secrets.token_hex(8)}@{user_id.rpartition('@')[2]}"[:64], safe="@")
        user, memberships = self.graph.get(
            [f"/users/{name}?$select={','.join(PROPERTIES)}", f"/users/{name}/transitiveMemberOf?$top={MOST_GROUPS}"]
        )
        if user.status == 404 or memberships.status == 404:
            return None
        found = user.body or {}
        if not possible or str(found.get("userPrincipalName", "")).lower() != user_id.lower():
            return None
        return self._person(found, memberships, user_id)

    def verify(self, person: Person | None, user_id: str, password: str) -> NoReturn:  # noqa: ARG002
        """Not offered: people enter their password only on Microsoft's own page."""
        raise NotAllowed("sign-in is Microsoft's")

    def reset(self, person: Person, password: str, temporary: bool = False) -> None:
        """Sets the password, and then ends every session."""
        person.check_changeable()
        path = f"/users/{quote(person.address, safe='')}"
        sent = unicodedata.normalize("NFC", password)
        profile = {"password": sent, "forceChangePasswordNextSignIn": temporary}
        with self.graph.session() as session:
            answer = session.send("PATCH", path, {"passwordProfile": profile})
            if answer.status not in (200, 204):
                raise _failed(answer)
            try:
                ended = session.send("POST", f"{path}/revokeSignInSessions", None)
                if ended.status not in (200, 204):
                    raise graph.refused(ended, write=True)
            except (NotAllowed, Unanswered) as failed:  # the password itself is set
                raise Unanswered(False, f"revokeSignInSessions: {failed}") from failed

    def change(self, person: Person, old: str, new: str) -> NoReturn:  # noqa: ARG002
        """Not offered."""
        raise NotAllowed("a change is Microsoft's")

    def unlock(self, person: Person) -> NoReturn:  # noqa: ARG002
        """Not offered: Microsoft's lockout ends by itself and cannot be lifted."""
        raise NotAllowed("no lockout can be lifted")

    def check(self) -> Iterator[Finding]:
        """Checks the app, its credential and its permissions, for `doctor`."""
        return check.findings(self.graph, self.settings)

    def _person(self, found: dict[str, Any], memberships: Answer, user_id: str) -> Person:
        objects = graph.objects(memberships)
        groups = tuple(_text(each, "displayName") for each in objects if each.get("@odata.type") == _GROUP)
        whole = "@odata.nextLink" not in (memberships.body or {})
        roles = [each for each in objects if each.get("@odata.type") == _ROLE or each.get("isAssignableToRole")]
        named = {name.casefold() for name in self.settings.protected_groups}
        guest = _text(found, "userType") == "Guest" or "#EXT#" in _text(found, "userPrincipalName")
        phones = found.get("businessPhones")
        return Person(
            key=_key(found),
            address=_key(found),
            user_id=user_id,
            display_name=_text(found, "displayName"),
            given_name=_text(found, "givenName"),
            surname=_text(found, "surname"),
            mail=_text(found, "mail"),
            other_mails=_texts(found.get("otherMails")),
            mobile_phone=_text(found, "mobilePhone"),
            office_phone=next(iter(_texts(phones)), ""),
            groups=tuple(filter(None, groups)),
            enabled=found.get("accountEnabled") is True,
            protected=bool(roles) or not whole or any(name.casefold() in named for name in groups),
            managed_elsewhere=guest or found.get("onPremisesSyncEnabled") is True,
            changed_at=_text(found, "lastPasswordChangeDateTime"),
        )


def _key(found: dict[str, Any]) -> str:
    """The object ID. Raises Unanswered without one, because all data of a person is stored under it."""
    key = _text(found, "id").lower()
    if not re.fullmatch(r"[0-9a-f-]{36}", key):
        raise Unanswered(True, "graph: the answer was not understood")
    return key


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


def _texts(values: object) -> tuple[str, ...]:
    return tuple(each for each in values if isinstance(each, str)) if isinstance(values, list) else ()


def _failed(answer: Answer) -> Outcome:
    """The outcome of a refused reset. Graph has no code for a password that breaks the policy, only text."""
    if answer.status == 404:
        return Stopped("gone")
    words = str(graph.error(answer).get("message", "")).lower()
    if answer.status == 400 and ("on-premises" in words or "directory sync" in words or "external service" in words):
        return Stopped("elsewhere")
    if answer.status == 400 and "password" in words:
        return NotAccepted("unknown")
    return graph.refused(answer, write=True)

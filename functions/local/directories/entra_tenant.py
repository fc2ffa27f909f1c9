"""The tenant of the stand-in for Entra ID: its people, and what Graph documents of the requests that Regain makes.

It is a stand-in. A request that breaks a documented rule is refused with the body that Microsoft documents. What a real
tenant does beyond that (banned passwords, Conditional Access, delays) nobody can see here.
"""

import json
import re
import secrets
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from local.directories.entra_tokens import App, Aws, access_token, hashed

TENANT, CLIENT = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490", "11112222-bbbb-3333-cccc-4444dddd5555"
PERMISSIONS = frozenset(
    {"User.Read.All", "User-PasswordProfile.ReadWrite.All", "User.RevokeSessions.All", "GroupMember.Read.All"}
)
_BY_DEFAULT = {
    "businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone", "officeLocation",
    "preferredLanguage", "surname", "userPrincipalName",
}  # fmt: skip
_MORE = {"accountEnabled", "lastPasswordChangeDateTime", "onPremisesSyncEnabled", "otherMails", "userType"}
_KINDS = (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())
_NOT_HERE = "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration."  # noqa: E501 - Microsoft's words


@dataclass(frozen=True, slots=True)
class Request:
    """A request to Graph, with the path below /v1.0."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response: its status, and its body as JSON."""

    status: int
    body: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)


def refusal(status: int, code: str, message: str) -> Response:
    """An error as Graph puts it."""
    inner = {"date": "2026-11-26T12:00:00", "request-id": str(uuid.uuid4()), "client-request-id": str(uuid.uuid4())}
    return Response(status, {"error": {"code": code, "message": message, "innerError": inner}})


_DENIED = ("Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


@dataclass
class Tenant:
    """People by their object ID: the properties of a `user`, its memberships, and its password."""

    file: Path | None = None
    permissions: frozenset[str] = PERMISSIONS
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    memberships: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    must_change: dict[str, bool] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, float] = field(default_factory=dict)
    aws: Aws = field(default_factory=Aws)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.app = App(TENANT, CLIENT, self.aws)
        if self.file and self.file.exists():
            for name, value in json.loads(self.file.read_text()).items():
                setattr(self, name, value)

    def add(self, name: str, password: str, **properties: Any) -> str:
        """A new person with this user principal name; returns the object ID."""
        key = str(uuid.uuid4())
        self.users[key] = {
            "id": key, "userPrincipalName": name, "displayName": name.partition("@")[0], "givenName": None,
            "surname": None, "mail": None, "otherMails": [], "mobilePhone": None, "businessPhones": [],
            "accountEnabled": True, "userType": "Member", "onPremisesSyncEnabled": None,
            "lastPasswordChangeDateTime": "2026-01-01T00:00:00Z", **properties,
        }  # fmt: skip
        self.memberships[key] = []
        self._set(key, password, False)
        return key

    def join(self, key: str, name: str, kind: str = "group", **properties: Any) -> None:
        """Makes a person a member of a group, or of a `directoryRole`."""
        part = {"@odata.type": f"#microsoft.graph.{kind}", "id": str(uuid.uuid4()), "displayName": name, **properties}
        self.memberships[key].append(part)

    def signs_in(self, key: str, password: str) -> bool:
        """Whether a password is the person's."""
        kept = self.passwords[key]
        return secrets.compare_digest(kept, hashed(password, bytes.fromhex(kept[:32])))

    def grant(self) -> str:
        """An access token for the app."""
        token = access_token(self.permissions, time.time())
        self.tokens[token] = time.time() + 3_599
        return token

    def answer(self, request: Request) -> Response:
        """What Graph answers to a request with an Authorization header."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token, 0) <= time.time():
            message = "Access token has expired or is not yet valid."
            return refusal(401, "InvalidAuthenticationToken", message)
        with self.lock:
            return self._batch(request) if request.path == "/$batch" else self._one(request)

    def _batch(self, request: Request) -> Response:
        asked = _json(request)
        parts = asked.get("requests") if isinstance(asked, dict) else None
        if request.method != "POST" or not isinstance(parts, list) or not 1 <= len(parts) <= 20:
            return refusal(400, "BadRequest", "Invalid batch payload format.")
        ids = [part.get("id") for part in parts]
        if len(set(ids)) < len(ids) or any(
            part.keys() != {"id", "method", "url"} or not isinstance(part["id"], str) or part["url"][:1] != "/"
            for part in parts
        ):
            return refusal(400, "BadRequest", "Each request needs a unique id, a method and a relative url.")
        made = [(part["id"], self._one(Request(part["method"], part["url"]))) for part in reversed(parts)]
        told = [{"id": name, "status": each.status, "headers": each.headers, "body": each.body} for name, each in made]
        return Response(200, {"responses": told})  # in any order

    def _one(self, request: Request) -> Response:
        segments = [unquote(each) for each in urlsplit(request.path).path.split("/")[1:]]
        kind, name, action = (*segments, "", "", "")[:3]
        if request.method == "GET" and not self._may("User.Read.All"):
            return refusal(403, *_DENIED)
        if (request.method, segments) == ("GET", ["users"]):
            return self._listed(request)
        act = {
            ("GET", ""): self._shown, ("GET", "transitiveMemberOf"): self._members, ("PATCH", ""): self._patched,
            ("POST", "revokeSignInSessions"): self._revoked,
        }.get((request.method, action))  # fmt: skip
        if kind != "users" or len(segments) > 3 or not act:
            return refusal(400, "BadRequest", f"Resource not found for the segment '{segments[-1]}'.")
        key = self._found(name)
        if key is None:
            what = f"Resource '{name}' does not exist or one of its queried reference-property objects are not present."
            return refusal(404, "Request_ResourceNotFound", what)
        return act(key, request)

    def _found(self, name: str) -> str | None:
        if name in self.users:
            return name
        wanted = name.lower()
        return next((key for key, user in self.users.items() if user["userPrincipalName"].lower() == wanted), None)

    def _listed(self, request: Request) -> Response:
        most = int(_query(request).get("$top", "100"))
        shown = [self._shown(key, request).body for key in list(self.users)[:most]]
        return Response(200, {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users", "value": shown})

    def _shown(self, key: str, request: Request) -> Response:
        query = _query(request)
        wanted = set(query["$select"].split(",")) if "$select" in query else _BY_DEFAULT
        if unknown := wanted - _BY_DEFAULT - _MORE:
            message = f"Could not find a property named '{min(unknown)}' on type 'microsoft.graph.user'."
            return refusal(400, "Request_BadRequest", message)
        context = "https://graph.microsoft.com/v1.0/$metadata#users/$entity"
        return Response(200, {"@odata.context": context, **{name: self.users[key].get(name) for name in wanted}})

    def _members(self, key: str, request: Request) -> Response:
        most = int(_query(request).get("$top", "100"))
        if not 1 <= most <= 999:
            return refusal(
                400, "Request_BadRequest", "Invalid page size specified. Must be between 1 and 999 inclusive."
            )
        named = self._may("GroupMember.Read.All")
        parts = self.memberships[key]
        shown = [part if named else {**part, "displayName": None} for part in parts[:most]]
        link = {"@odata.nextLink": "https://graph.microsoft.com/v1.0/users/x/transitiveMemberOf?$skiptoken=x"}
        return Response(200, {"value": shown, **(link if len(parts) > most else {})})

    def _patched(self, key: str, request: Request) -> Response:
        body = _json(request)
        profile = body.get("passwordProfile") if isinstance(body, dict) and body.keys() == {"passwordProfile"} else None
        if not isinstance(profile, dict) or profile.keys() != {"password", "forceChangePasswordNextSignIn"}:
            return refusal(400, "Request_BadRequest", "Invalid property specified.")
        password, temporary = profile["password"], profile["forceChangePasswordNextSignIn"]
        if not isinstance(password, str) or not isinstance(temporary, bool):
            return refusal(400, "Request_BadRequest", "A value of an unexpected type was found.")
        roles = any(part["@odata.type"].endswith("Role") for part in self.memberships[key])
        if not self._may("User-PasswordProfile.ReadWrite.All") or roles:
            return refusal(403, *_DENIED)
        if self.users[key]["onPremisesSyncEnabled"] or self.users[key]["userType"] == "Guest":
            return refusal(400, "Request_BadRequest", _NOT_HERE)
        if not 8 <= len(password) <= 256 or sum(any(map(kind, password)) for kind in _KINDS) < 3:
            message = "The specified password does not comply with password complexity requirements. Please provide a different password."  # noqa: E501 - Microsoft's words
            return refusal(400, "Request_BadRequest", message)
        self._set(key, password, temporary)
        self.save()
        return Response(204)

    def _revoked(self, key: str, request: Request) -> Response:
        if request.body:
            return refusal(400, "Request_BadRequest", "This operation has no request content.")
        if not self._may("User.RevokeSessions.All"):
            return refusal(403, *_DENIED)
        self.ended[key] = self.ended.get(key, 0) + 1
        self.save()
        return Response(
            200, {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#Edm.Boolean", "value": True}
        )

    def _may(self, permission: str) -> bool:
        return permission in self.permissions

    def _set(self, key: str, password: str, temporary: bool) -> None:
        self.passwords[key] = hashed(password, secrets.token_bytes(16))
        self.must_change[key] = temporary
        self.users[key]["lastPasswordChangeDateTime"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())

    def save(self) -> None:
        """Keeps it for the next start, if it has a file."""
        if self.file:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            names = ("users", "memberships", "passwords", "must_change", "ended")
            self.file.write_text(json.dumps({name: getattr(self, name) for name in names}, indent=1))


def _query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.path).query))


def _json(request: Request) -> Any:
    """What a body says; None if it is not sent as JSON."""
    if not re.match(r"application/json(;|$)", request.headers.get("content-type", "")):
        return None
    try:
        return json.loads(request.body)
    except ValueError:
        return None

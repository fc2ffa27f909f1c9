"""The HTTP contract (design, section 4): every request and answer as a type, every route as an entry.

The functions decode requests with these types, `openapi.py` writes the machine-readable contract
from them, and a test compares them with the routes of `template.yaml`.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from regain import problems
from regain.problems import Problem

UserId = Annotated[str, Meta(min_length=1, max_length=320, description="An address or a user name.")]
Proof = Annotated[str, Meta(min_length=1, max_length=4096, description="A solved ALTCHA challenge.")]
Token = Annotated[str, Meta(min_length=1, max_length=64, description="What `start` answered as `flow`.")]
MethodId = Annotated[str, Meta(min_length=1, max_length=32)]
Code = Annotated[str, Meta(min_length=1, max_length=64, description="Spaces and hyphens are passed over.")]
Contact = Annotated[str, Meta(max_length=320, description="The whole number or address.")]
Language = Annotated[str, Meta(max_length=35, description="A language tag (RFC 5646).")]
Password = Annotated[str, Meta(min_length=1, max_length=4096)]


class _Request(Struct, forbid_unknown_fields=True, frozen=True):
    """Unknown fields are refused, so that nothing rides along unseen."""


class Start(_Request):
    """Begin a flow."""

    user_id: UserId
    proof: Proof
    language: Language = ""


class Send(_Request):
    """Ask for a code."""

    flow: Token
    method: MethodId
    contact: Contact = ""


class Verify(_Request):
    """Give one proof."""

    flow: Token
    method: MethodId
    code: Code


class FinishReset(_Request):
    """Set the new password."""

    flow: Token
    new_password: Password


class FinishUnlock(_Request):
    """Unlock the account."""

    flow: Token


class SignIn(_Request):
    """Sign in to the account page."""

    user_id: UserId
    password: Password


class ChangePassword(_Request):
    """Change a password that is known."""

    current_password: Password
    new_password: Password


class EndSession(_Request):
    """End one session of one's own."""

    session: Annotated[str, Meta(min_length=1, max_length=64)]


class Secure(_Request):
    """Say that a change was not one's own."""

    token: Token


class Gates(Struct):
    """How many proofs are required, and how many were given."""

    required: int
    passed: int


class OfferedMethod(Struct, omit_defaults=True):
    """A method that may be chosen now. `confirm`: type the whole contact before a code is sent."""

    id: str
    kind: str
    label: str
    confirm: bool = False


class Started(Struct):
    """A flow has begun. Times are seconds since 1970 (UTC)."""

    flow: str
    reference: str
    gates: Gates
    methods: list[OfferedMethod]
    expires_at: int


class Sent(Struct):
    """A code is on its way, if the account can receive it. Times are seconds since 1970 (UTC)."""

    resend_after: int
    expires_at: int


class Verified(Struct):
    """A proof was right. `methods` are the account's own for the next gate, masked."""

    gates: Gates
    methods: list[OfferedMethod]


class Finished(Struct):
    """It is done. `usable`: `now`, or how long until the directory has it."""

    done: bool
    sign_in_url: str
    usable: str


class SignedIn(Struct):
    """The password was right."""

    must_change_password: bool
    security_info: Literal["complete", "incomplete", "confirm"]


class SessionView(Struct):
    """A signed-in browser. Times are seconds since 1970 (UTC)."""

    id: str
    started_at: int
    seen_at: int
    current: bool


class AccountView(Struct):
    """What a signed-in person sees of the account."""

    user_id: str
    name: str
    must_change_password: bool
    security_info: Literal["complete", "incomplete", "confirm"]
    sessions: list[SessionView]


class Done(Struct):
    """It is done."""

    done: bool


class Healthy(Struct):
    """The service answers."""

    status: str


class Operation(Struct, frozen=True):
    """One route. `problems` are what it may answer instead, besides the ones every route may.

    `session` says that it rides on the session's cookie, so that what changes anything needs our own Origin.
    """

    method: str
    path: str
    summary: str
    answer: type | None
    status: int = 200
    request: type | None = None
    problems: tuple[Problem, ...] = ()
    session: bool = False


ANY_ROUTE = (problems.NOT_FOUND, problems.METHOD_NOT_ALLOWED, problems.BUSY, problems.BROKEN)
ANY_BODY = (problems.REQUEST_NOT_READ, problems.NOT_JSON, problems.TOO_LARGE)

_FLOW = (problems.SESSION_ENDED, problems.TOO_MANY_REQUESTS)
_START = (
    problems.USER_ID_NOT_READ, problems.DOMAIN_NOT_OURS, problems.CONTACT_YOUR_ADMINISTRATOR,
    problems.NOT_ENABLED, problems.COULD_NOT_VERIFY, problems.ACCOUNT_TURNED_OFF,
    problems.ROBOT_CHECK_FAILED, problems.ROBOT_CHECK_EXPIRED, problems.TOO_MANY_REQUESTS,
    problems.RECOVERY_CLOSED,
)  # fmt: skip
_SEND = (
    *_FLOW, problems.METHOD_NOT_OFFERED, problems.CONTACT_NEEDED, problems.WAIT_BEFORE_RESEND,
    problems.TOO_MANY_CODES, problems.RECOVERY_CLOSED,
)  # fmt: skip
_VERIFY = (
    *_FLOW, problems.METHOD_NOT_OFFERED, problems.WRONG_CODE, problems.CODE_EXPIRED,
    problems.TOO_MANY_WRONG_CODES, problems.RECOVERY_CLOSED, problems.NO_SECOND_METHOD,
    problems.ACCOUNT_TURNED_OFF, problems.NOT_ENABLED,
)  # fmt: skip
_FINISH = (
    *_FLOW, problems.PROOF_STILL_NEEDED, problems.ACCOUNT_TURNED_OFF, problems.NOT_ENABLED,
)  # fmt: skip


def _recovery(purpose: str, finish: type, *refusals: Problem) -> tuple[Operation, ...]:
    path = f"/api/{purpose}"
    return (
        Operation("POST", f"{path}/start", f"Begin: {purpose}", Started, 201, Start, _START),
        Operation("POST", f"{path}/send", "Send a code", Sent, 202, Send, _SEND),
        Operation("POST", f"{path}/verify", "Give a proof", Verified, 200, Verify, _VERIFY),
        Operation("POST", f"{path}/finish", "Finish", Finished, 200, finish, (*_FINISH, *refusals)),
    )


CHALLENGE = Operation("GET", "/api/challenge", "A proof-of-work challenge", None)
HEALTH = Operation("GET", "/api/health", "Liveness", Healthy)
CHANGE_PASSWORD = Operation(
    "GET", "/.well-known/change-password", "Where a password is changed (W3C well-known URL)", None, 302
)
OPENAPI = Operation("GET", "/api/openapi.json", "This contract", None)
RESET = _recovery("reset", FinishReset, problems.PASSWORD_NOT_ACCEPTED)
UNLOCK = _recovery("unlock", FinishUnlock)
SIGN_IN = Operation(
    "POST", "/api/account/sign-in", "Sign in", SignedIn, 200, SignIn,
    (problems.WRONG_SIGN_IN, problems.SIGN_IN_LOCKED, problems.ACCOUNT_TURNED_OFF,
     problems.TOO_MANY_REQUESTS),
)  # fmt: skip

_SIGNED_IN = (problems.SIGN_IN_NEEDED,)
_CHANGING = (*_SIGNED_IN, problems.FROM_ANOTHER_SITE)
SIGN_OUT = Operation(
    "POST", "/api/account/sign-out", "Sign out", Done, problems=(problems.FROM_ANOTHER_SITE,), session=True
)
ACCOUNT = Operation("GET", "/api/account", "One's own account", AccountView, problems=_SIGNED_IN, session=True)
PASSWORD = Operation(
    "POST", "/api/account/password", "Change a known password", Done, 200, ChangePassword,
    (*_CHANGING, problems.WRONG_CURRENT_PASSWORD, problems.SIGN_IN_LOCKED, problems.PASSWORD_NOT_ACCEPTED,
     problems.TOO_MANY_REQUESTS),
    session=True,
)  # fmt: skip
END_SESSION = Operation(
    "POST", "/api/account/sessions/end", "End one session", Done, 200, EndSession, _CHANGING, session=True
)

SECURE = Operation(
    "POST", "/api/account/secure", "“This was not me”: lock the account, end its sessions", Done, 200, Secure,
    (problems.LINK_ENDED, problems.TOO_MANY_REQUESTS),
)  # fmt: skip

OPERATIONS: tuple[Operation, ...] = (
    CHALLENGE,
    HEALTH,
    OPENAPI,
    CHANGE_PASSWORD,
    *RESET,
    *UNLOCK,
    SIGN_IN,
    SIGN_OUT,
    ACCOUNT,
    PASSWORD,
    END_SESSION,
    SECURE,
)

"""Every route as an entry: what it takes, what it answers, which problems it may answer instead."""

from msgspec import Struct

from regain import problems
from regain.api.contract.account import (
    AccountView,
    ChangePassword,
    ChooseLanguage,
    EndSession,
    Secure,
    SignedIn,
    SignIn,
)  # fmt: skip
from regain.api.contract.administration import (
    AdminView,
    EventPage,
    EventQuery,
    ForCaller,
    HeldAccount,
    Proving,
    Report,
    ReportQuery,
    Reset,
    Story,
    TemporaryPassword,
)
from regain.api.contract.contact import AskAdministrator, Asked, AskSupport
from regain.api.contract.recovery import (
    Finished,
    FinishReset,
    FinishUnlock,
    Send,
    Sent,
    Start,
    Started,
    Verified,
    Verify,
)
from regain.api.contract.security_info import Confirm, MethodsView, Register, Registration
from regain.api.contract.values import Done, Healthy
from regain.problems import Problem


class Operation(Struct, frozen=True):
    """One route. `problems` are what it may answer instead, besides the ones every route may.

    `session` says that it rides on the session's cookie, so that what changes anything needs our own Origin.
    A part of the path in braces is handed to the step before anything else; what stands behind the `?` as a `query`.
    """

    method: str
    path: str
    summary: str
    answer: type | None
    status: int = 200
    request: type | None = None
    problems: tuple[Problem, ...] = ()
    session: bool = False
    query: type | None = None


ANY_ROUTE = (problems.NOT_FOUND, problems.METHOD_NOT_ALLOWED, problems.SERVICE_BUSY, problems.INTERNAL_ERROR)
ANY_BODY = (problems.BAD_REQUEST, problems.UNSUPPORTED_MEDIA_TYPE, problems.CONTENT_TOO_LARGE)

_FLOW = (problems.SESSION_ENDED, problems.TOO_MANY_REQUESTS)
_START = (
    problems.INVALID_USER_ID, problems.UNKNOWN_DOMAIN, problems.CONTACT_YOUR_ADMINISTRATOR,
    problems.NOT_ENABLED, problems.COULD_NOT_VERIFY, problems.ACCOUNT_TURNED_OFF,
    problems.ROBOT_CHECK_FAILED, problems.ROBOT_CHECK_EXPIRED, problems.TOO_MANY_REQUESTS,
    problems.RECOVERY_CLOSED,
)  # fmt: skip
_SEND = (
    *_FLOW, problems.METHOD_NOT_OFFERED, problems.CONTACT_CONFIRMATION_NEEDED, problems.WAIT_BEFORE_RESEND,
    problems.TOO_MANY_CODES, problems.RECOVERY_CLOSED,
)  # fmt: skip
_VERIFY = (
    *_FLOW, problems.METHOD_NOT_OFFERED, problems.WRONG_CODE, problems.CODE_EXPIRED,
    problems.TOO_MANY_WRONG_CODES, problems.RECOVERY_CLOSED, problems.NO_SECOND_METHOD,
    problems.ACCOUNT_TURNED_OFF, problems.NOT_ENABLED, problems.WRONG_AUTHENTICATOR_CODE,
    problems.AUTHENTICATOR_CLOCK_WRONG, problems.CODE_ALREADY_USED, problems.WRONG_RECOVERY_CODE,
    problems.WRONG_ANSWERS, problems.PASSKEY_NOT_ACCEPTED,
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
RESET = _recovery("reset", FinishReset, problems.PASSWORD_NOT_ACCEPTED, problems.TOO_MANY_REFUSED_PASSWORDS)
UNLOCK = _recovery("unlock", FinishUnlock)
SIGN_IN = Operation(
    "POST", "/api/account/sign-in", "Sign in", SignedIn, 200, SignIn,
    (problems.WRONG_CREDENTIALS, problems.SIGN_IN_LOCKED, problems.ACCOUNT_TURNED_OFF,
     problems.TEMPORARY_PASSWORD_ENDED, problems.TOO_MANY_REQUESTS),
)  # fmt: skip

_SIGNED_IN = (problems.SIGN_IN_NEEDED,)
_CHANGING = (*_SIGNED_IN, problems.CROSS_SITE_REQUEST)
SIGN_OUT = Operation(
    "POST", "/api/account/sign-out", "Sign out", Done, problems=(problems.CROSS_SITE_REQUEST,), session=True
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
CHOOSE_LANGUAGE = Operation(
    "POST", "/api/account/language", "Choose the language of messages to oneself", Done, 200, ChooseLanguage,
    (*_CHANGING, problems.LANGUAGE_NOT_OFFERED), session=True,
)  # fmt: skip

_REGISTERING = (*_CHANGING, problems.CHANGE_PASSWORD_FIRST, problems.SIGN_IN_AGAIN)
METHODS = Operation(
    "GET", "/api/account/methods", "One's own security info", MethodsView, problems=_SIGNED_IN, session=True
)
REGISTER = Operation(
    "POST", "/api/account/methods", "Begin to register security info", Registration, 201, Register,
    (*_REGISTERING, problems.METHOD_NOT_REGISTRABLE, problems.INVALID_EMAIL_ADDRESS,
     problems.ADDRESS_NEEDS_THIS_PASSWORD, problems.INVALID_PHONE_NUMBER, problems.PHONE_NUMBER_NOT_ACCEPTED,
     problems.ALREADY_REGISTERED, problems.TOO_MANY_REGISTERED,
     problems.QUESTIONS_NOT_ACCEPTED, problems.WAIT_BEFORE_RESEND, problems.TOO_MANY_CODES),
    session=True,
)  # fmt: skip
CONFIRM = Operation(
    "POST", "/api/account/methods/{id}/confirm", "Confirm what was begun", Registration, 200, Confirm,
    (*_REGISTERING, problems.REGISTRATION_ENDED, problems.WRONG_CODE, problems.CODE_EXPIRED,
     problems.WRONG_AUTHENTICATOR_CODE, problems.AUTHENTICATOR_CLOCK_WRONG, problems.PASSKEY_NOT_ACCEPTED,
     problems.ALREADY_REGISTERED, problems.TOO_MANY_REGISTERED),
    session=True,
)  # fmt: skip
REMOVE = Operation(
    "DELETE", "/api/account/methods/{id}", "Remove something from one's security info", Done, 200, None,
    (*_REGISTERING, problems.NO_SUCH_SECURITY_INFO), session=True,
)  # fmt: skip
KEEP = Operation(
    "POST", "/api/account/methods/keep", "Say that the security info is still right", Done, 200, None,
    (*_CHANGING, problems.CHANGE_PASSWORD_FIRST), session=True,
)  # fmt: skip
LATER = Operation(
    "POST", "/api/account/methods/later", "Be reminded later", Done, 200, None,
    (*_CHANGING, problems.CANNOT_POSTPONE), session=True,
)  # fmt: skip

SECURE = Operation(
    "POST", "/api/account/secure", "“This was not me”: lock the account, end its sessions", Done, 200, Secure,
    (problems.LINK_ENDED, problems.TOO_MANY_REQUESTS),
)  # fmt: skip

_ASKING = (problems.ROBOT_CHECK_FAILED, problems.ROBOT_CHECK_EXPIRED, problems.TOO_MANY_REQUESTS,
           problems.TOO_MANY_REQUESTS_FOR_HELP, problems.INVALID_CONTACT_DETAILS)  # fmt: skip
ASK_ADMINISTRATOR = Operation(
    "POST", "/api/contact/administrator", "Ask the administrators for help", Asked, 202, AskAdministrator,
    (*_ASKING, problems.INVALID_USER_ID, problems.UNKNOWN_DOMAIN),
)  # fmt: skip
ASK_SUPPORT = Operation(
    "POST", "/api/contact/support", "Ask support for help", Asked, 202, AskSupport,
    (*_ASKING, problems.NO_CONTACT_FORM),
)  # fmt: skip

_HELPING = (problems.SIGN_IN_NEEDED, problems.CHANGE_PASSWORD_FIRST, problems.NOT_FOR_YOUR_ROLE)
_LOOKING = (*_HELPING, problems.TOO_MANY_REQUESTS)
_ONE = (*_LOOKING, problems.INVALID_USER_ID, problems.NO_SUCH_ACCOUNT, problems.NOT_OVER_THIS_ACCOUNT)
_ACTING = (*_ONE, problems.CROSS_SITE_REQUEST, problems.SECOND_FACTOR_NEEDED)
_PROVING = (*_HELPING, problems.CROSS_SITE_REQUEST)
_ACCOUNT = "/api/admin/accounts/{user_id}"
ADMIN = Operation("GET", "/api/admin", "Who helps", AdminView, problems=_HELPING, session=True)
ADMIN_PROVE = Operation(
    "POST", "/api/admin/prove/start", "Begin to give one's second factor", Proving, 201, None,
    (*_PROVING, problems.NO_SECOND_FACTOR, problems.RECOVERY_CLOSED), session=True,
)  # fmt: skip
ADMIN_PROVE_SEND = Operation(
    "POST", "/api/admin/prove/send", "Send oneself a code", Sent, 202, Send, (*_PROVING, *_SEND), session=True
)
ADMIN_PROVE_VERIFY = Operation(
    "POST", "/api/admin/prove/verify", "Give one's second factor", Done, 200, Verify, (*_PROVING, *_VERIFY),
    session=True,
)  # fmt: skip
ADMIN_ACCOUNT = Operation("GET", _ACCOUNT, "Look an account up", HeldAccount, problems=_ONE, session=True)
CALLER_START = Operation(
    "POST", f"{_ACCOUNT}/caller/start", "Let a caller prove who they are", Proving, 201, None,
    (*_ACTING, problems.COULD_NOT_VERIFY, problems.RECOVERY_CLOSED), session=True,
)  # fmt: skip
CALLER_SEND = Operation(
    "POST", f"{_ACCOUNT}/caller/send", "Send the caller a code", Sent, 202, Send, (*_ACTING, *_SEND), session=True
)
CALLER_VERIFY = Operation(
    "POST", f"{_ACCOUNT}/caller/verify", "Judge what the caller reads out", Done, 200, Verify,
    (*_ACTING, *_VERIFY), session=True,
)  # fmt: skip
ADMIN_RESET = Operation(
    "POST", f"{_ACCOUNT}/reset", "Set a temporary password", TemporaryPassword, 200, Reset,
    (*_ACTING, problems.CALLER_NOT_VERIFIED, problems.METHOD_NOT_OFFERED), session=True,
)  # fmt: skip
ADMIN_UNLOCK = Operation("POST", f"{_ACCOUNT}/unlock", "Unlock sign-in", Done, problems=_ACTING, session=True)
ADMIN_LIFT = Operation(
    "POST", f"{_ACCOUNT}/lift", "Lift the block of self-service", Done, problems=_ACTING, session=True
)
ADMIN_ENABLE = Operation("POST", f"{_ACCOUNT}/enable", "Turn the account on", Done, problems=_ACTING, session=True)
ADMIN_CLEAR = Operation(
    "DELETE", f"{_ACCOUNT}/methods", "Remove all registered security info", Done, problems=_ACTING, session=True
)
ADMIN_REQUIRE = Operation(
    "POST", f"{_ACCOUNT}/require-registration", "Ask for security info at the next sign-in", Done, 200, ForCaller,
    (*_ACTING, problems.CALLER_NOT_VERIFIED), session=True,
)  # fmt: skip
ADMIN_WAIVE = Operation(
    "DELETE", f"{_ACCOUNT}/require-registration", "Take that demand back", Done, problems=_ACTING, session=True
)
ADMIN_STORY = Operation(
    "GET", "/api/admin/references/{reference}", "What happened under a reference", Story,
    problems=(*_LOOKING, problems.NO_SUCH_REFERENCE, problems.NOT_OVER_THIS_ACCOUNT), session=True,
)  # fmt: skip
ADMIN_EVENTS = Operation(
    "GET", "/api/admin/events", "Events, newest first", EventPage,
    problems=(*_LOOKING, problems.BAD_REQUEST, problems.INVALID_USER_ID, problems.NOT_OVER_THIS_ACCOUNT),
    session=True, query=EventQuery,
)  # fmt: skip
ADMIN_REPORT = Operation(
    "GET", "/api/admin/report", "Usage of the last days", Report,
    problems=(*_LOOKING, problems.BAD_REQUEST), session=True, query=ReportQuery,
)  # fmt: skip
ADMINISTRATION = (
    ADMIN, ADMIN_PROVE, ADMIN_PROVE_SEND, ADMIN_PROVE_VERIFY, ADMIN_ACCOUNT, CALLER_START, CALLER_SEND,
    CALLER_VERIFY, ADMIN_RESET, ADMIN_UNLOCK, ADMIN_LIFT, ADMIN_ENABLE, ADMIN_CLEAR, ADMIN_REQUIRE, ADMIN_WAIVE,
    ADMIN_STORY, ADMIN_EVENTS, ADMIN_REPORT,
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
    CHOOSE_LANGUAGE,
    METHODS,
    REGISTER,
    CONFIRM,
    REMOVE,
    KEEP,
    LATER,
    SECURE,
    ASK_ADMINISTRATOR,
    ASK_SUPPORT,
    *ADMINISTRATION,
)

"""The operations of the API: method, path, types, status, and the problems that each may return."""

from regain import problems
from regain.api.contract.account import (
    AccountView,
    ChangePassword,
    ChooseLanguage,
    EndSession,
    Repudiation,
    SignedIn,
    SignIn,
)  # fmt: skip
from regain.api.contract.administration import (
    AccountDetail,
    Act,
    AdminView,
    AuditTrail,
    Enable,
    EventPage,
    EventQuery,
    IssuedRegistrationCode,
    ReportQuery,
    RequireRegistration,
    SetTemporaryPassword,
    StepUpStarted,
    TemporaryPassword,
    UsageReport,
)
from regain.api.contract.contact import AskAdministrator, AskSupport, HelpRequested
from regain.api.contract.desk_operations import DESK
from regain.api.contract.operation import Operation
from regain.api.contract.provider_operations import PROVIDER
from regain.api.contract.recovery import (
    Extended,
    Finished,
    FinishReset,
    FinishUnlock,
    FlowState,
    Send,
    Sent,
    Start,
    Started,
    Verified,
    Verify,
    WhichFlow,
)
from regain.api.contract.security_info import Confirm, MethodsView, Proved, Register, Registration
from regain.api.contract.values import Done, Health
from regain.problems import Problem

COMMON_PROBLEMS = (
    problems.NOT_FOUND, problems.METHOD_NOT_ALLOWED, problems.SERVICE_BUSY, problems.INTERNAL_ERROR,
    problems.DIRECTORY_REFUSED, problems.DIRECTORY_DID_NOT_ANSWER,
)  # fmt: skip
BODY_PROBLEMS = (problems.BAD_REQUEST, problems.UNSUPPORTED_MEDIA_TYPE, problems.CONTENT_TOO_LARGE)
SCIM_PROBLEMS = (
    problems.SCIM_TOKEN_NOT_ACCEPTED, problems.SCIM_REQUEST_NOT_ACCEPTED, problems.SCIM_ALREADY_EXISTS,
    problems.SCIM_NOT_SUPPORTED,
)  # fmt: skip
"""Of the routes of SCIM, a contract of its own (RFC 7644) that is not described here."""

_SETTING = (
    problems.ACCOUNT_TURNED_OFF, problems.NOT_ENABLED, problems.CONTACT_YOUR_ADMINISTRATOR,
    problems.PASSWORD_NOT_ACCEPTED, problems.OUTCOME_UNKNOWN, problems.BEING_SET,
)  # fmt: skip
_FLOW = (problems.SESSION_ENDED,)
_WORK = (problems.PROOF_OF_WORK_NEEDED, problems.ROBOT_CHECK_FAILED, problems.ROBOT_CHECK_EXPIRED)
_START = (
    problems.INVALID_USER_ID, problems.DOMAIN_NEEDED, problems.UNKNOWN_DOMAIN, problems.CONTACT_YOUR_ADMINISTRATOR,
    problems.NOT_ENABLED, problems.COULD_NOT_VERIFY, problems.ACCOUNT_TURNED_OFF,
    *_WORK,
)  # fmt: skip
_SEND = (
    *_FLOW, problems.METHOD_NOT_OFFERED, problems.CONTACT_CONFIRMATION_NEEDED, problems.WAIT_BEFORE_RESEND,
    problems.TOO_MANY_CODES, problems.TOO_MANY_WRONG_CODES,
)  # fmt: skip
_VERIFY = (
    *_FLOW, *_WORK, problems.METHOD_NOT_OFFERED, problems.ASK_FOR_A_CODE, problems.TWO_CODES_NEEDED,
    problems.WRONG_CODE, problems.CODE_EXPIRED,
    problems.TOO_MANY_WRONG_CODES, problems.NO_SECOND_METHOD,
    problems.ACCOUNT_TURNED_OFF, problems.NOT_ENABLED, problems.CONTACT_YOUR_ADMINISTRATOR,
    problems.WRONG_AUTHENTICATOR_CODE,
    problems.AUTHENTICATOR_CLOCK_WRONG, problems.CODE_ALREADY_USED, problems.WRONG_RECOVERY_CODE,
    problems.WRONG_ANSWERS, problems.PASSKEY_NOT_ACCEPTED,
)  # fmt: skip
_FINISH = (
    *_FLOW, problems.PROOF_STILL_NEEDED, problems.ACCOUNT_TURNED_OFF, problems.NOT_ENABLED,
    problems.CONTACT_YOUR_ADMINISTRATOR,
)  # fmt: skip


def _recovery(purpose: str, finish: type, *refusals: Problem) -> tuple[Operation, ...]:
    path, start = f"/api/{purpose}", (*_START, *([problems.UNLOCK_NOT_OFFERED] if purpose == "unlock" else []))
    return (
        Operation("POST", f"{path}/start", f"Start: {purpose}", Started, 201, Start, start),
        Operation("POST", f"{path}/send", "Send a code", Sent, 202, Send, _SEND),
        Operation("POST", f"{path}/verify", "Give a proof", Verified, 200, Verify, _VERIFY),
        Operation("POST", f"{path}/finish", "Finish", Finished, 200, finish, (*_FINISH, *refusals)),
        Operation("POST", f"{path}/state", "Show where a flow stands", FlowState, 200, WhichFlow, _FLOW),
        Operation("POST", f"{path}/extend", "Ask for more time", Extended, 200, WhichFlow, _FLOW),
    )


CHALLENGE = Operation("GET", "/api/challenge", "A proof-of-work challenge", None)
HEALTH = Operation("GET", "/api/health", "Liveness", Health)
CHANGE_PASSWORD, CHANGE_PASSWORD_HEAD = (
    Operation(method, "/.well-known/change-password", "Well-known URL for changing passwords (W3C)", None, 302)
    for method in ("GET", "HEAD")  # password managers ask with HEAD whether it is there (F48)
)
OPENAPI = Operation("GET", "/api/openapi.json", "This OpenAPI document", None)
RESET = _recovery(
    "reset", FinishReset, problems.PROVE_IT_IS_YOU, problems.PASSWORD_NOT_ACCEPTED,
    problems.TOO_MANY_REFUSED_PASSWORDS, problems.OUTCOME_UNKNOWN, problems.BEING_SET,
)  # fmt: skip
UNLOCK = _recovery("unlock", FinishUnlock)
SIGN_IN = Operation(
    "POST", "/api/account/sign-in", "Sign in", SignedIn, 200, SignIn,
    (problems.CROSS_SITE_REQUEST, problems.DOMAIN_NEEDED, problems.SIGN_IN_ELSEWHERE, problems.WRONG_CREDENTIALS,
     problems.SIGN_IN_LOCKED, problems.ACCOUNT_TURNED_OFF, problems.TEMPORARY_PASSWORD_ENDED, problems.PROVE_FIRST,
     problems.SECOND_FACTOR_ELSEWHERE, problems.SIGN_IN_WITH_PROVIDER, *_WORK),
)  # fmt: skip

_SIGNED_IN = (problems.SIGN_IN_NEEDED,)
_CHANGING = (*_SIGNED_IN, problems.CROSS_SITE_REQUEST)
SIGN_OUT = Operation(
    "POST", "/api/account/sign-out", "Sign out", Done, problems=(problems.CROSS_SITE_REQUEST,), session=True
)
FORGET_BROWSER = Operation(
    "POST", "/api/account/forget-browser", "Make this browser unknown to every account", Done,
    problems=(problems.CROSS_SITE_REQUEST,), session=True,
)  # fmt: skip
ACCOUNT = Operation("GET", "/api/account", "Show one's own account", AccountView, problems=_SIGNED_IN, session=True)
PASSWORD = Operation(
    "POST", "/api/account/password", "Change the password", Done, 200, ChangePassword,
    (*_CHANGING, problems.WRONG_CURRENT_PASSWORD, problems.SIGN_IN_LOCKED, problems.PROVE_IT_IS_YOU,
     problems.NOT_IN_THIS_DIRECTORY, *_SETTING, *_WORK), session=True,
)  # fmt: skip
END_SESSION = Operation(
    "POST", "/api/account/sessions/end", "End one session", Done, 200, EndSession, _CHANGING, session=True
)
CHOOSE_LANGUAGE = Operation(
    "POST", "/api/account/language", "Set the language of messages to oneself", Done, 200, ChooseLanguage,
    (*_CHANGING, problems.LANGUAGE_NOT_OFFERED), session=True,
)  # fmt: skip

_REGISTERING = (
    *_CHANGING, problems.CHANGE_PASSWORD_FIRST, problems.SIGN_IN_AGAIN, problems.PROVE_IT_IS_YOU,
    problems.REGISTRATION_CODE_NEEDED,
)  # fmt: skip
PROVE = Operation(
    "POST", "/api/account/prove/start", "Start step-up authentication", StepUpStarted, 201, None,
    (*_CHANGING, problems.REGISTRATION_CODE_NEEDED), session=True,
)  # fmt: skip
PROVE_SEND = Operation(
    "POST", "/api/account/prove/send", "Send a step-up code", Sent, 202, Send, (*_CHANGING, *_SEND), session=True
)
PROVE_VERIFY = Operation(
    "POST", "/api/account/prove/verify", "Give a step-up proof", Proved, 200, Verify,
    (*_CHANGING, *_VERIFY, problems.WRONG_REGISTRATION_CODE), session=True,
)  # fmt: skip
METHODS = Operation(
    "GET", "/api/account/methods", "Show one's own security info", MethodsView, problems=_SIGNED_IN, session=True
)
REGISTER = Operation(
    "POST", "/api/account/methods", "Start to register a method", Registration, 201, Register,
    (*_REGISTERING, problems.METHOD_NOT_REGISTRABLE, problems.INVALID_EMAIL_ADDRESS,
     problems.ADDRESS_NEEDS_THIS_PASSWORD, problems.INVALID_PHONE_NUMBER, problems.PHONE_NUMBER_NOT_ACCEPTED,
     problems.ALREADY_REGISTERED, problems.TOO_MANY_REGISTERED,
     problems.QUESTIONS_NOT_ACCEPTED, problems.WAIT_BEFORE_RESEND, problems.TOO_MANY_CODES),
    session=True,
)  # fmt: skip
CONFIRM = Operation(
    "POST", "/api/account/methods/{id}/confirm", "Confirm a method", Registration, 200, Confirm,
    (*_REGISTERING, problems.REGISTRATION_ENDED, problems.WRONG_CODE, problems.CODE_EXPIRED,
     problems.WRONG_AUTHENTICATOR_CODE, problems.AUTHENTICATOR_CLOCK_WRONG, problems.PASSKEY_NOT_ACCEPTED,
     problems.ALREADY_REGISTERED, problems.TOO_MANY_REGISTERED),
    session=True,
)  # fmt: skip
REMOVE = Operation(
    "DELETE", "/api/account/methods/{id}", "Remove a method", Done, 200, None,
    (*_REGISTERING, problems.NO_SUCH_SECURITY_INFO, problems.METHOD_STILL_NEEDED), session=True,
)  # fmt: skip
RECONFIRM = Operation(
    "POST", "/api/account/methods/keep", "Reconfirm one's security info", Done, 200, None,
    (*_CHANGING, problems.CHANGE_PASSWORD_FIRST), session=True,
)  # fmt: skip
POSTPONE = Operation(
    "POST", "/api/account/methods/later", "Postpone the reminder about security info", Done, 200, None,
    (*_CHANGING, problems.CANNOT_POSTPONE), session=True,
)  # fmt: skip

REPUDIATE = Operation(
    "POST", "/api/account/secure", "“This was not me”: lock the account, end its sessions", Done, 200, Repudiation,
    (problems.LINK_ENDED, problems.OUTCOME_UNKNOWN, problems.BEING_SET),
)  # fmt: skip

_HELP = (*_WORK, problems.INVALID_CONTACT_DETAILS)
ASK_ADMINISTRATOR = Operation(
    "POST", "/api/contact/administrator", "Ask the administrators for help", HelpRequested, 202, AskAdministrator,
    (*_HELP, problems.INVALID_USER_ID, problems.DOMAIN_NEEDED, problems.UNKNOWN_DOMAIN),
)  # fmt: skip
ASK_SUPPORT = Operation(
    "POST", "/api/contact/support", "Ask support for help", HelpRequested, 202, AskSupport,
    (*_HELP, problems.NO_CONTACT_FORM),
)  # fmt: skip

_AGENT = (problems.SIGN_IN_NEEDED, problems.CHANGE_PASSWORD_FIRST, problems.NOT_FOR_YOUR_ROLE)
_READ = (*_AGENT, problems.TOO_MANY_REQUESTS)
_READ_OTHERS = (*_READ, problems.SECOND_FACTOR_NEEDED)
_USER_ID = (problems.INVALID_USER_ID, problems.DOMAIN_NEEDED)
_READ_ACCOUNT = (*_READ, *_USER_ID, problems.NO_SUCH_ACCOUNT, problems.NOT_OVER_THIS_ACCOUNT)
_MANAGE = (*_READ_ACCOUNT, problems.CROSS_SITE_REQUEST, problems.SECOND_FACTOR_NEEDED)
_STEP_UP = (*_AGENT, problems.CROSS_SITE_REQUEST)
_ACCOUNT = "/api/admin/accounts/{user_id}"
ADMIN = Operation("GET", "/api/admin", "Show the signed-in agent", AdminView, problems=_AGENT, session=True)
ADMIN_STEP_UP = Operation(
    "POST", "/api/admin/prove/start", "Start step-up authentication", StepUpStarted, 201, None,
    (*_STEP_UP, problems.NO_SECOND_FACTOR), session=True,
)  # fmt: skip
ADMIN_STEP_UP_SEND = Operation(
    "POST", "/api/admin/prove/send", "Send a step-up code", Sent, 202, Send, (*_STEP_UP, *_SEND), session=True
)
ADMIN_STEP_UP_VERIFY = Operation(
    "POST", "/api/admin/prove/verify", "Give a step-up proof", Done, 200, Verify, (*_STEP_UP, *_VERIFY),
    session=True,
)  # fmt: skip
ADMIN_ACCOUNT = Operation("GET", _ACCOUNT, "Show an account", AccountDetail, problems=_READ_ACCOUNT, session=True)
CALLER_START = Operation(
    "POST", f"{_ACCOUNT}/caller/start", "Start to verify a caller", StepUpStarted, 201, None,
    (*_MANAGE, problems.COULD_NOT_VERIFY), session=True,
)  # fmt: skip
CALLER_SEND = Operation(
    "POST", f"{_ACCOUNT}/caller/send", "Send the caller a code", Sent, 202, Send, (*_MANAGE, *_SEND), session=True
)
CALLER_VERIFY = Operation(
    "POST", f"{_ACCOUNT}/caller/verify", "Verify the code that the caller reads out", Verified, 200, Verify,
    (*_MANAGE, *_VERIFY), session=True,
)  # fmt: skip
ADMIN_RESET = Operation(
    "POST", f"{_ACCOUNT}/reset", "Set a temporary password", TemporaryPassword, 200, SetTemporaryPassword,
    (*_MANAGE, problems.CALLER_NOT_VERIFIED, problems.METHOD_NOT_OFFERED, problems.NOT_IN_THIS_DIRECTORY, *_SETTING),
    session=True,
)  # fmt: skip
ADMIN_UNLOCK = Operation(
    "POST", f"{_ACCOUNT}/unlock", "Unlock sign-in", Done,
    problems=(*_MANAGE, problems.ACCOUNT_TURNED_OFF, problems.NOT_ENABLED, problems.CONTACT_YOUR_ADMINISTRATOR,
              problems.NOT_IN_THIS_DIRECTORY),
    session=True, request=Act, optional_body=True,
)  # fmt: skip
ADMIN_LIFT = Operation(
    "POST",
    f"{_ACCOUNT}/lift",
    "Lift the block after failed proofs",
    Done,
    problems=_MANAGE,
    session=True,
    request=Act,
    optional_body=True,
)
ADMIN_ENABLE = Operation(
    "POST", f"{_ACCOUNT}/enable", "Turn an account on", TemporaryPassword, 200, Enable,
    (*_MANAGE, problems.METHODS_TO_REVIEW, *_SETTING), session=True,
)  # fmt: skip
ADMIN_DISABLE = Operation(
    "POST", f"{_ACCOUNT}/disable", "Turn an account off", Done, problems=_MANAGE, session=True, request=Act,
    optional_body=True,
)  # fmt: skip
ADMIN_AGREE = Operation(
    "POST", f"{_ACCOUNT}/methods/{{method_id}}/agree", "Let a method count as a second factor at once", Done,
    problems=(*_MANAGE, problems.NO_SUCH_SECURITY_INFO), session=True, request=Act, optional_body=True,
)  # fmt: skip
ADMIN_CODE = Operation(
    "POST", f"{_ACCOUNT}/registration-code", "Give a registration code", IssuedRegistrationCode,
    problems=(*_MANAGE, problems.NOT_IN_THIS_DIRECTORY),
    session=True, request=Act, optional_body=True,
)  # fmt: skip
ADMIN_CLEAR = Operation(
    "DELETE",
    f"{_ACCOUNT}/methods",
    "Remove all registered security info",
    Done,
    problems=_MANAGE,
    session=True,
    request=Act,
    optional_body=True,
)
ADMIN_REQUIRE = Operation(
    "POST", f"{_ACCOUNT}/require-registration", "Require registration at the next sign-in", Done, 200,
    RequireRegistration, (*_MANAGE, problems.CALLER_NOT_VERIFIED, problems.NOT_IN_THIS_DIRECTORY), session=True,
)  # fmt: skip
ADMIN_WAIVE = Operation(
    "DELETE",
    f"{_ACCOUNT}/require-registration",
    "Waive required registration",
    Done,
    problems=(*_MANAGE, problems.NOT_IN_THIS_DIRECTORY),
    session=True,
    request=Act,
    optional_body=True,
)
ADMIN_TRAIL = Operation(
    "GET", "/api/admin/references/{reference}", "List the audit events of a reference", AuditTrail,
    problems=(*_READ_OTHERS, problems.NO_SUCH_REFERENCE, problems.NOT_OVER_THIS_ACCOUNT), session=True,
)  # fmt: skip
ADMIN_EVENTS = Operation(
    "GET", "/api/admin/events", "List audit events, newest first", EventPage,
    problems=(*_READ_OTHERS, *_USER_ID, problems.BAD_REQUEST, problems.NOT_OVER_THIS_ACCOUNT),
    session=True, query=EventQuery,
)  # fmt: skip
ADMIN_REPORT = Operation(
    "GET", "/api/admin/report", "Show usage of the last days", UsageReport,
    problems=(*_READ, problems.BAD_REQUEST), session=True, query=ReportQuery,
)  # fmt: skip
ADMINISTRATION = (
    ADMIN, ADMIN_STEP_UP, ADMIN_STEP_UP_SEND, ADMIN_STEP_UP_VERIFY, ADMIN_ACCOUNT, CALLER_START, CALLER_SEND,
    CALLER_VERIFY, ADMIN_RESET, ADMIN_UNLOCK, ADMIN_LIFT, ADMIN_ENABLE, ADMIN_DISABLE, ADMIN_CLEAR, ADMIN_AGREE,
    ADMIN_CODE, ADMIN_REQUIRE, ADMIN_WAIVE, ADMIN_TRAIL, ADMIN_EVENTS, ADMIN_REPORT,
)  # fmt: skip

OPERATIONS: tuple[Operation, ...] = (
    CHALLENGE,
    HEALTH,
    OPENAPI,
    CHANGE_PASSWORD,
    CHANGE_PASSWORD_HEAD,
    *RESET,
    *UNLOCK,
    SIGN_IN,
    *PROVIDER,
    SIGN_OUT,
    FORGET_BROWSER,
    ACCOUNT,
    PASSWORD,
    END_SESSION,
    CHOOSE_LANGUAGE,
    PROVE,
    PROVE_SEND,
    PROVE_VERIFY,
    METHODS,
    REGISTER,
    CONFIRM,
    REMOVE,
    RECONFIRM,
    POSTPONE,
    REPUDIATE,
    ASK_ADMINISTRATOR,
    ASK_SUPPORT,
    *ADMINISTRATION,
    *DESK,
)

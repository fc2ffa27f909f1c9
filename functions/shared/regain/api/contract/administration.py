"""Requests and responses of administrators and helpdesk."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from regain.api.contract.recovery import OfferedMethod
from regain.api.contract.security_info import RegisteredMethod
from regain.api.contract.values import LocalizedText, Note, Request

IsoTime = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2}([T ][\d:.+\-Z]{0,30})?)?$", max_length=40)]


class AdminView(Struct):
    """The signed-in agent: an administrator or helpdesk. `proved_until`: end of the step-up (seconds since 1970).

    `proved_for`: the seconds that are left of it.
    """

    user_id: str
    name: str
    role: str
    proved_until: int
    proved_for: int
    acts: list[str]


class Reason(Struct):
    """Why a person cannot reset their password, and the rule that says so."""

    rule: str
    text: LocalizedText


class Block(Struct):
    """A kind of method that is blocked after failed proofs, and until when (seconds since 1970)."""

    kind: str
    until: int


class AccountDetail(Struct):
    """An account as administrators and helpdesk see it. Times are seconds since 1970; 0 is never.

    `acts` are the actions that the agent's role allows; `caller_first` those that need a verified caller.
    `masked`: the agent sees whole addresses and numbers after a second factor. `suspended`: its owner has repudiated a
    change, and no method works until an administrator has gone through them; `set_aside` are those that the change may
    have brought. `id` never changes; the user ID can.
    """

    id: str
    user_id: str
    name: str
    role: str
    groups: list[str]
    enabled: bool
    registered: bool
    reset_enabled: bool
    capable: bool
    reasons: list[Reason]
    methods: list[RegisteredMethod]
    masked: bool
    suspended: bool
    set_aside: list[RegisteredMethod]
    sign_in_locked_until: int
    blocks: list[Block]
    password_changed_at: int
    must_change_password: bool
    temporary_until: int
    registration_required: bool
    acts: list[str]
    caller_first: list[str]
    reachable: list[OfferedMethod]
    in_directory: bool


class SetTemporaryPassword(Request, frozen=True):
    """Set a temporary password. It is sent to the method `to`, or shown to the agent where that is empty.

    `caller` is the flow in which the caller was verified. `methods_lost`: its owner can use none of their methods, so
    that it works without a proof by one of them; nobody can use them any more.
    """

    methods_lost: bool = False
    to: Annotated[str, Meta(max_length=32)] = ""
    caller: Annotated[str, Meta(max_length=64)] = ""
    reason: Note = ""


class Enable(Request, frozen=True):
    """Turn an account on. After a repudiation, `keep` names the methods that are to work again, by their ids.

    `entered` stands for the places that IT entered.
    """

    keep: Annotated[tuple[Annotated[str, Meta(max_length=32)], ...], Meta(max_length=20)] | None = None
    reason: Note = ""


class Act(Request, frozen=True):
    """An act on an account that needs nothing else to be said."""

    reason: Note = ""


class IssuedRegistrationCode(Struct):
    """A registration code, shown once, and until when it is good (seconds since 1970)."""

    registration_code: str
    until: int


class RequireRegistration(Request, frozen=True):
    """Require registration at the next sign-in. `caller` is the flow in which the caller was verified."""

    caller: Annotated[str, Meta(max_length=64)] = ""
    reason: Note = ""


class TemporaryPassword(Struct, omit_defaults=True):
    """The temporary password, shown once, or the masked place that it was sent to."""

    done: bool
    temporary_password: str = ""
    sent_to: str = ""
    until: int = 0


class StepUpStarted(Struct):
    """Step-up authentication has begun: of the agent, or of a caller on the telephone."""

    flow: str
    reference: str
    methods: list[OfferedMethod]
    expires_at: int


class AuditEvent(Struct, omit_defaults=True):
    """One audit event as a sentence. `page` is the path of the guidance about it."""

    at: str
    kind: str
    text: LocalizedText
    page: str = ""
    reference: str = ""
    user_id: str = ""


class AuditTrail(Struct):
    """The audit events of one reference, oldest first."""

    reference: str
    user_id: str
    lines: list[AuditEvent]


class EventQuery(Request, frozen=True):
    """Filters for audit events. `account` is a user ID; times are ISO 8601, in UTC."""

    account: Annotated[str, Meta(max_length=320)] = ""
    reference: Annotated[str, Meta(max_length=20)] = ""
    kind: Annotated[str, Meta(max_length=40)] = ""
    start: IsoTime = ""
    end: IsoTime = ""
    cursor: Annotated[str, Meta(max_length=120)] = ""
    format: Literal["json", "csv", "jsonl"] = "json"


class EventPage(Struct):
    """Audit events, newest first. `cursor` leads to the next page; it is "" on the last."""

    events: list[AuditEvent]
    cursor: str


class ReportQuery(Request, frozen=True):
    """How many days, today included: up to 366. As a report, or as a file for spreadsheets."""

    days: Annotated[str, Meta(pattern=r"^([1-9]\d?|[12]\d\d|3[0-5]\d|36[0-6])$")] = "7"
    format: Literal["json", "csv"] = "json"


class DayCount(Struct):
    """Counts of resets or unlocks on one day (UTC)."""

    day: str
    started: int
    finished: int
    refused: int
    given_up: int


class MethodCount(Struct):
    """How often proofs of one kind passed and failed."""

    kind: str
    label: LocalizedText
    passed: int
    failed: int


class AccountCounts(Struct):
    """How many accounts are registered, enabled and capable, as Microsoft Entra reports it."""

    accounts: int
    registered: int
    enabled: int
    capable: int
    by_method: dict[str, int]


class DomainCount(Struct):
    """Counts of resets and unlocks in one domain, with its directory and policy ("" where it has none of its own)."""

    domain: str
    directory: str
    policy: str
    started: int
    finished: int
    refused: int
    given_up: int


class Saved(Struct):
    """Calls to the helpdesk that nobody had to make: resets and unlocks that people finished themselves.

    `amount` is what they would have cost, in `currency` (ISO 4217); 0 where nobody has said what one costs.
    """

    calls: int
    call_cost: int
    currency: str
    amount: int


class UsageReport(Struct):
    """Usage of the last days, and registration now (B17).

    `given_up` counts whoever neither finished nor was refused, or has not come to an end yet.
    """

    days: int
    people: AccountCounts
    saved: Saved
    domains: list[DomainCount]
    resets: list[DayCount]
    unlocks: list[DayCount]
    methods: list[MethodCount]
    other: dict[str, int]

"""Requests and answers of helping others."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from regain.api.contract.recovery import OfferedMethod
from regain.api.contract.values import Request, Said

IsoTime = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2}([T ][\d:.+\-Z]{0,30})?)?$", max_length=40)]


class AdminView(Struct):
    """Who is signed in to help. `proved_until` is when a second factor has to be given again (seconds since 1970)."""

    user_id: str
    name: str
    role: str
    proved_until: int
    acts: list[str]


class Reason(Struct):
    """Why somebody cannot reset their password by themselves, and by which rule."""

    rule: str
    text: Said


class Held(Struct):
    """One thing that an account can prove itself with. `place` is masked for roles that may not see it whole."""

    kind: str
    label: Said
    place: str
    by_administrator: bool


class Block(Struct):
    """A kind of method that is closed after failed proofs."""

    kind: str
    until: int


class HeldAccount(Struct):
    """An account as those who help see it. Times are seconds since 1970, 0 is never.

    `acts` is what this helper may do; `caller_first` those acts before which the caller proves who they are.
    """

    user_id: str
    name: str
    role: str
    groups: list[str]
    enabled: bool
    registered: bool
    reset_enabled: bool
    capable: bool
    reasons: list[Reason]
    methods: list[Held]
    sign_in_locked_until: int
    blocks: list[Block]
    password_changed_at: int
    must_change_password: bool
    temporary_until: int
    registration_required: bool
    acts: list[str]
    caller_first: list[str]
    reachable: list[OfferedMethod]


class Reset(Request):
    """Set a temporary password. `to` is the method it is sent to; without, it is shown.

    `caller` is the flow in which the caller has proved who they are.
    """

    to: Annotated[str, Meta(max_length=32)] = ""
    caller: Annotated[str, Meta(max_length=64)] = ""


class ForCaller(Request):
    """An act before which a caller may have to prove who they are."""

    caller: Annotated[str, Meta(max_length=64)] = ""


class TemporaryPassword(Struct, omit_defaults=True):
    """It is done. The temporary password is shown this once, or was sent to a masked place."""

    done: bool
    temporary_password: str = ""
    sent_to: str = ""
    until: int = 0


class Proving(Struct):
    """A proof can be given now: an administrator's second factor, or a caller's to helpdesk."""

    flow: str
    reference: str
    methods: list[OfferedMethod]
    expires_at: int


class StoryLine(Struct, omit_defaults=True):
    """One event in words, with the guidance about it (a path on the site)."""

    at: str
    kind: str
    text: Said
    page: str = ""
    reference: str = ""
    user_id: str = ""


class Story(Struct):
    """Everything that happened under one reference, oldest first."""

    reference: str
    user_id: str
    lines: list[StoryLine]


class EventQuery(Request):
    """Which events. `account` is a user ID, `kind` a kind of event; times are ISO 8601 in UTC."""

    account: Annotated[str, Meta(max_length=320)] = ""
    reference: Annotated[str, Meta(max_length=20)] = ""
    kind: Annotated[str, Meta(max_length=40)] = ""
    start: IsoTime = ""
    end: IsoTime = ""
    cursor: Annotated[str, Meta(max_length=120)] = ""
    format: Literal["json", "csv", "jsonl"] = "json"


class EventPage(Struct):
    """Events, newest first, and the cursor to go on with; "" at the end."""

    events: list[StoryLine]
    cursor: str


class ReportQuery(Request):
    """Which days: today and those before."""

    days: Literal["1", "7", "30"] = "7"


class DayCount(Struct):
    """What happened on one day (UTC) to resets or unlocks."""

    day: str
    started: int
    finished: int
    refused: int
    given_up: int


class MethodCount(Struct):
    """How often a kind of method was used, right and wrong."""

    kind: str
    label: Said
    passed: int
    failed: int


class People(Struct):
    """How many accounts there are, and how they stand."""

    accounts: int
    registered: int
    enabled: int
    capable: int
    by_method: dict[str, int]


class Report(Struct):
    """Usage of the last days (B17)."""

    days: int
    people: People
    resets: list[DayCount]
    unlocks: list[DayCount]
    methods: list[MethodCount]
    other: dict[str, int]

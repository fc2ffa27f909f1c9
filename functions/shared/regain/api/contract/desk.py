"""What the desk works with: people it searches for, requests for help, and the settings that hold."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from regain.api.contract.values import LocalizedText, Note, Request

Cursor = Annotated[str, Meta(max_length=800, description="Of the page before.")]
PeopleState = Literal["", "not-registered", "not-capable", "locked", "closed", "off", "invited"]


class PeopleQuery(Request, frozen=True):
    """Search for people: `q` is the beginning of names, of a user ID or of an address, or the last digits of a number.

    Only people in the list `state`, or in a group, if given. `closed`: they need longer codes after many wrong ones.
    `invited`: they were asked to register, and have not yet.
    """

    q: Annotated[str, Meta(max_length=200)] = ""
    state: PeopleState = ""
    group: Annotated[str, Meta(max_length=256)] = ""
    cursor: Cursor = ""


class FoundPerson(Struct, omit_defaults=True):
    """Somebody who was found. Places are masked. Times are seconds since 1970; 0 is not at all.

    `id` names them in other calls: it is the user ID of somebody of whom nothing is known here yet. `directory`: the
    password lives in a directory, which knows the rest.
    """

    id: str
    user_id: str
    name: str
    role: str
    groups: list[str]
    enabled: bool
    registered: bool
    capable: bool
    places: list[str]
    locked_until: int = 0
    closed_until: int = 0
    suspended: bool = False
    directory: bool = False


class PeopleFound(Struct, omit_defaults=True):
    """A page of people. With a `cursor` there may be more, also where the page is empty.

    `directories`: the domains whose directory was searched too, for people of whom nothing is known here yet: `all`
    whom it found are here, there is `more`, or it was `unanswered`.
    """

    people: list[FoundPerson]
    cursor: str
    directories: dict[str, Literal["all", "more", "unanswered"]] = {}


RequestState = Literal["new", "taken", "done"]


class RequestQuery(Request, frozen=True):
    """Which requests for help: those in a state."""

    state: RequestState = "new"
    cursor: Annotated[str, Meta(max_length=120)] = ""


class HelpAsk(Struct):
    """What somebody sent at one time. `passed`: how many proofs they had given by then."""

    at: int
    name: str
    reply_to: str
    text: str
    reference: str
    passed: int


class HelpRequestView(Struct):
    """A request for help: one for each account, however often its owner asks. Times are seconds since 1970.

    `kind` is `administrator` or `support`; `account_id` is "" where no account is known. `asks` are the last ones,
    newest first, `times` how many there were. `by` has taken it or was done with it.
    """

    id: str
    kind: str
    state: str
    user_id: str
    name: str
    account_id: str
    asked_at: int
    times: int
    asks: list[HelpAsk]
    by: str
    changed_at: int
    note: str


class RequestPage(Struct):
    """Requests for help: who waits longest is first; of those that are done, the last one is."""

    requests: list[HelpRequestView]
    cursor: str


class ChangeRequest(Request, frozen=True):
    """Take a request, be done with it, or put it back (`new`)."""

    state: RequestState
    note: Note = ""


class ChangeRequests(Request, frozen=True):
    """The same for several requests."""

    ids: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(min_length=1, max_length=40)]
    state: RequestState
    note: Note = ""


class ChangedRequests(Struct):
    """How many requests were changed, and how many were left because somebody else has them or they are gone."""

    changed: int
    left: int


class PolicyValue(Struct):
    """What a setting is for the people of a policy."""

    name: str
    value: str


class Setting(Struct):
    """A setting as it holds; `changed`: the file says so, and not the default."""

    name: str
    value: str
    changed: bool
    policies: list[PolicyValue]


class SettingsSection(Struct):
    """A section of the file."""

    name: str
    settings: list[Setting]


class FailureReason(Struct):
    """Why messages failed, in words, and how many."""

    text: LocalizedText
    count: int


class FailedMessages(Struct):
    """How many messages failed in this way in the last 7 days: a kind of event, the last day (UTC) and the reasons."""

    kind: str
    count: int
    last: str
    reasons: list[FailureReason]


class FunctionAtWork(Struct):
    """A function of the stack, and the last of the last 7 days (UTC) on which it has left an event; "" for none."""

    name: str
    last: str


class SettingsView(Struct):
    """What holds here, in which release, which all functions get in one update. `file` is where it is changed."""

    release: str
    functions: list[FunctionAtWork]
    file: str
    sections: list[SettingsSection]
    failed: list[FailedMessages]

"""Invitations to register: who is asked until when, and how far that has got."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from regain.api.contract.values import LocalizedText, Note, Request

Day = Annotated[str, Meta(max_length=10, description="ISO 8601, as in 2027-01-31.")]


class InvitationQuery(Request, frozen=True):
    """Which page of invitations: the newest are first."""

    cursor: Annotated[str, Meta(max_length=64)] = ""


class BeginInvitation(Request, frozen=True):
    """Ask people to register by the end of a day: those of a group or, without one, everybody who is not registered.

    `reminders` are days before the deadline.
    """

    deadline: Day
    group: Annotated[str, Meta(max_length=256)] = ""
    reminders: Annotated[tuple[Annotated[int, Meta(ge=1, le=366)], ...], Meta(max_length=5)] = (7, 1)
    note: Note = ""


class MoveInvitation(Request, frozen=True):
    """Stop an invitation, or let it go on."""

    state: Literal["running", "stopped"]
    note: Note = ""


class SkippedCount(Struct):
    """How many people were left alone for a reason."""

    reason: str
    label: LocalizedText
    count: int


class AskedCount(Struct):
    """How many people were asked on a day (UTC) or in a group, and how many have registered (on that day)."""

    name: str
    asked: int
    registered: int


class InvitationView(Struct):
    """An invitation. Times are seconds since 1970.

    `whom`: `group`, `not-registered` or `list`. `state`: `running`, `stopped` or `finished`. `next_at` is when mails
    are sent next, 0 where there is nothing to come. `reminded` counts mails, and `required` those who must register at
    their next sign-in. In lists, `days` and `groups` are empty; the group `*` is all others together.
    """

    id: str
    whom: str
    group: str
    deadline: str
    state: str
    by: str
    created_at: int
    next_at: int
    changed_by: str
    changed_at: int
    note: str
    asked: int
    registered: int
    reminded: int
    required: int
    skipped: list[SkippedCount]
    days: list[AskedCount]
    groups: list[AskedCount]


class InvitationPage(Struct):
    """Invitations, the newest first."""

    invitations: list[InvitationView]
    cursor: str

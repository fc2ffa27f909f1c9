"""Registering security info: started, then confirmed with a code or a signature. Before that it has no effect."""

from collections.abc import Container
from dataclasses import dataclass, replace

from regain.domain import codes
from regain.domain.account import (
    Account,
    can_prove,
    may_answer_questions,
    methods,
    places_count,
    prepopulated_addresses,
    self_service_enabled,
)
from regain.domain.policy import Limits, Recovery
from regain.domain.security_info import Contact, SecurityInfo, State, state
from regain.domain.throttle import SHORT, Standing
from regain.problems import (
    ALREADY_REGISTERED,
    CODE_EXPIRED,
    METHOD_NOT_REGISTRABLE,
    REGISTRATION_ENDED,
    TOO_MANY_REGISTERED,
    WAIT_BEFORE_RESEND,
    WRONG_CODE,
    Problem,
    Refused,
)

GOOD_FOR = 15 * 60
_PURPOSE = "register"
_MOBILE = ("sms", "call-mobile")


@dataclass(frozen=True, slots=True)
class Pending:
    """A registration that has started. `kind` is a kind of method; `nonce` is random, in hexadecimal.

    `generation` is the generation of the key that its code or secret is derived from.
    """

    id: str
    kind: str
    started_at: int
    destination: str = ""
    nonce: str = ""
    name: str = ""
    digits: int = 0
    tries: int = 0
    done: bool = False
    generation: int = 1
    version: int = 0


@dataclass(frozen=True, slots=True)
class RegistrationStatus:
    """How complete a person's security info is, and whether to `interrupt` sign-in for it."""

    state: State
    interrupt: bool


def contact_kind(kind: str) -> str:
    """The kind of contact that a code of this kind is sent to: `email` or `mobile`."""
    return "mobile" if kind in _MOBILE else kind


def registrable_kinds(account: Account, recovery: Recovery) -> tuple[str, ...]:
    """The kinds that a person can register themselves. An office phone is entered by an administrator (S74)."""
    closed = {"call-office", *([] if may_answer_questions(account, recovery) else ["questions"])}
    return tuple(kind for kind in recovery.offered if kind not in closed)


def check_registrable(kind: str, account: Account, recovery: Recovery) -> None:
    """Raises Refused(METHOD_NOT_REGISTRABLE)."""
    if kind not in registrable_kinds(account, recovery):
        raise Refused(METHOD_NOT_REGISTRABLE)


def check_contact(kind: str, destination: str, info: SecurityInfo) -> None:
    """Raises Refused(ALREADY_REGISTERED or TOO_MANY_REGISTERED)."""
    if destination in info.destinations(contact_kind(kind)):
        raise Refused(ALREADY_REGISTERED)
    check_room(contact_kind(kind), info)


def check_room(kind: str, info: SecurityInfo) -> None:
    """Raises Refused(TOO_MANY_REGISTERED)."""
    if not info.has_capacity(kind):
        raise Refused(TOO_MANY_REGISTERED)


def send(
    kind: str, place: str, standing: Standing, now: int, recovery: Recovery, limits: Limits
) -> tuple[int, Standing]:
    """Counts a code sent to a `place` (a keyed hash). Returns the number of digits and the new standing.

    Raises:
        Refused: WAIT_BEFORE_RESEND or TOO_MANY_CODES.
    """
    again = standing.own.asked_at + recovery.resend_seconds
    if now < again:
        raise Refused(WAIT_BEFORE_RESEND, retry_after=again - now)
    return digits(kind, standing, now, recovery, limits), standing.with_place(kind, place, now, limits)


def digits(kind: str, standing: Standing, now: int, recovery: Recovery, limits: Limits) -> int:
    """The digits of a code that confirms an address or number: more after too many wrong ones (X26)."""
    return recovery.digits_of(kind) if standing.length(_PURPOSE, now, limits) == SHORT else codes.LONG


def failed(pending: Pending, standing: Standing, now: int) -> Standing:
    """Counts a wrong code, for an address or number only: nothing else can belong to another person."""
    return standing.with_wrong_proof(_PURPOSE, now) if pending.destination else standing


def check_live(pending: Pending | None, standing: Standing, now: int, recovery: Recovery, limits: Limits) -> Pending:
    """The registration, if it can be confirmed.

    Raises:
        Refused: REGISTRATION_ENDED, or CODE_EXPIRED if codes must have more digits by now.
    """
    if pending is None or pending.done or now >= pending.started_at + GOOD_FOR or pending.tries >= recovery.code_tries:
        raise Refused(REGISTRATION_ENDED)
    if pending.destination and pending.digits < digits(pending.kind, standing, now, recovery, limits):
        raise Refused(CODE_EXPIRED, reason="longer by now")
    return pending


def judge_code(pending: Pending, code: str, expected: str, now: int, recovery: Recovery) -> Problem | None:
    """The problem with a code for an address or number: WRONG_CODE, CODE_EXPIRED, or None."""
    if codes.find([expected], codes.normalise(code)) < 0:
        return WRONG_CODE
    return CODE_EXPIRED if now >= pending.started_at + recovery.code_minutes * 60 else None


def with_contact(info: SecurityInfo, pending: Pending, now: int) -> SecurityInfo:
    """Adds the confirmed address or number. Raises Refused(ALREADY_REGISTERED or TOO_MANY_REGISTERED)."""
    check_contact(pending.kind, pending.destination, info)
    made = Contact(pending.id, contact_kind(pending.kind), pending.destination, now)
    return replace(info, contacts=(*info.contacts, made))


def status(
    account: Account, info: SecurityInfo, recovery: Recovery, domains: Container[str], now: int
) -> RegistrationStatus:
    """The status of an account's registration."""
    own = methods(account, info, recovery, domains)
    several = len({method.destination for method in own}) >= recovery.methods_registered
    ready = several and can_prove(account, own, recovery)
    found = state(info, ready, account.security_info_at, recovery.reconfirm_days, now)
    wanted = found != "complete" and self_service_enabled(account, recovery)
    return RegistrationStatus(found, wanted and now >= info.remind_at)


def prepopulated(
    account: Account, info: SecurityInfo, recovery: Recovery, domains: Container[str]
) -> tuple[Contact, ...]:
    """The contacts that an administrator entered and that count: none of a kind that the person has registered.

    Their ids change with their values, so nobody confirms a number that they have not seen (B12).
    """
    if not places_count(account, info):
        return ()
    kinds = set(recovery.offered)
    emails = prepopulated_addresses(account, domains) if "email" in kinds and not info.destinations("email") else ()
    mobile = bool(kinds & set(_MOBILE)) and not info.destinations("mobile") and account.mobile_phone
    office = "call-office" in kinds and account.office_phone
    places = [("email", address) for address in emails]
    places += [(kind, place) for kind, place in (("mobile", mobile), ("office", office)) if place]
    places = [(kind, place) for kind, place in places if place not in account.shared_places]
    return tuple(
        Contact(f"entered-{account.security_info_at}-{number}", kind, place, account.security_info_at)
        for number, (kind, place) in enumerate(places, start=1)
    )

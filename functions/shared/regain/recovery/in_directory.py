"""People whose passwords are in a directory: finds them there, and builds their accounts.

An account combines the directory's entry with its *card*: Regain's own item, without a password, created at the first
success. All data is stored under an id derived from the person's key in the directory, so a new owner of an old user ID
gets nothing of the previous owner's.
"""

import contextlib
import re
import time
from collections.abc import Iterator
from dataclasses import replace

from regain.api.request_context import RequestContext
from regain.directories.base import (
    Directory,
    NotAllowed,
    Outcome,
    Person,
    Requirements,
    Stopped,
    StopReason,
    Unanswered,
)
from regain.domain.account import Account, make_id
from regain.domain.reason import Reason
from regain.phrases import Phrase
from regain.problems import (
    ACCOUNT_TURNED_OFF,
    CONTACT_YOUR_ADMINISTRATOR,
    DIRECTORY_DID_NOT_ANSWER,
    DIRECTORY_REFUSED,
    NOT_ENABLED,
    SECOND_FACTOR_ELSEWHERE,
    SESSION_ENDED,
    SIGN_IN_LOCKED,
    SIGN_IN_NEEDED,
    Problem,
    Refused,
)
from regain.runtime.services import Services

STEP, BIND_STEP = 0.25, 0.5
"""Seconds. Responses before a proof are delayed to a multiple of these, because a directory's response time reveals
whether an account exists. Active Directory takes three times as long for a wrong password of an existing account, which
a short step cannot hide on a busy server."""

_RETRY_AFTER = 10
_LOCKED = 900  # seconds: the usual lockout duration; an unlock ends it at once
_STOPPED: dict[StopReason, Problem] = {
    "gone": SESSION_ENDED, "protected": NOT_ENABLED, "elsewhere": CONTACT_YOUR_ADMINISTRATOR, "locked": SIGN_IN_LOCKED,
    "second-factor": SECOND_FACTOR_ELSEWHERE,
}  # fmt: skip
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")


@contextlib.contextmanager
def at_whole_steps(services: Services, user_id: str, context: RequestContext, step: float = STEP) -> Iterator[None]:
    """Delays the end of the block, also on errors, to a multiple of `step` since the request arrived.

    Only for user IDs of domains with a directory.
    """
    try:
        yield
    finally:
        if services.directory(user_id):
            services.sleep(step - (time.monotonic() - context.arrived) % step)


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """Turns failures of a directory into problems, the same for everybody. The log has the directory's code.

    Raises:
        Refused: DIRECTORY_REFUSED or DIRECTORY_DID_NOT_ANSWER.
    """
    try:
        yield
    except (NotAllowed, Unanswered) as outcome:
        raise unavailable(outcome) from outcome


def unavailable(outcome: NotAllowed | Unanswered) -> Refused:
    """The problem to answer with if a directory did nothing."""
    if isinstance(outcome, NotAllowed):
        return Refused(DIRECTORY_REFUSED, reason=f"directory: {outcome.code}")
    reason = f"directory: {outcome.why or 'no answer'}"
    return Refused(DIRECTORY_DID_NOT_ANSWER, reason=reason, retry_after=outcome.retry_after or _RETRY_AFTER)


def find(directory: Directory, user_id: str) -> Person | None:
    """The person with a user ID: the only request to a directory before a proof. Raises Refused like `answering`.

    A person without a key is not found: all their data is stored under it, and people without one would share it.
    """
    with answering():
        person = directory.find(user_id)
    return person if person and person.key else None


def account_id(services: Services, user_id: str, person: Person | None) -> str:
    """The account id of a person; without a person, an unused id of the same form."""
    domain, key = user_id.rpartition("@")[2], (person.key if person else "") or f"\x1f{user_id}"
    return make_id(bytes.fromhex(services.keys.digest("directory", f"{domain}\x1f{key}")))


def account(card: Account | None, person: Person, identity: str, user_id: str) -> Account:
    """The account of a person, with `identity` as its id: from their card, or new without one."""
    known = card or Account(user_id, id=identity)
    return replace(
        known,
        user_id=user_id,
        display_name=person.display_name,
        given_name=person.given_name,
        surname=person.surname,
        mail=_address(person.mail),
        other_mails=tuple(filter(None, map(_address, person.other_mails))),
        mobile_phone=_number(person.mobile_phone),
        office_phone=_number(person.office_phone),
        groups=person.groups,
        enabled=known.enabled and person.enabled and not person.expired,
        must_change_password=person.must_change,
    )


def obstacle(person: Person | None) -> str:
    """The code of the problem to answer with after a proof if this person's password must not be changed, or ""."""
    barred: StopReason | None = None
    if person and (person.managed_elsewhere or person.protected):
        barred = "elsewhere" if person.managed_elsewhere else "protected"
    return _STOPPED[barred].code if barred else ""


def reasons(person: Person | None) -> tuple[Reason, ...]:
    """Why this person's password must not be changed here, for helpdesk and administrators."""
    if person and person.managed_elsewhere:
        return (Reason("directory", Phrase("The directory says that this password is kept elsewhere.")),)
    if person and person.protected:
        return (Reason("directory", Phrase("The directory protects this account: nobody resets it here.")),)
    return ()


def stopped(outcome: Stopped) -> Refused:
    """The problem to answer with, after a proof, if the directory does not allow a change of the account."""
    facts = {"retry_after": _LOCKED} if outcome.reason == "locked" else {}
    problem = _STOPPED.get(outcome.reason, ACCOUNT_TURNED_OFF)
    return Refused(problem, reason=f"directory: {outcome.reason}", **facts)


def unlock(services: Services, account: Account, person: Person) -> None:
    """Lifts a lockout in the directory. Raises Refused like `answering` and `stopped`."""
    directory = services.directory_of(account.user_id)
    try:
        with answering():
            directory.unlock(person)
    except Stopped as outcome:
        raise stopped(outcome) from None


def check_same(services: Services, user_id: str, person: Person | None, identity: str) -> Person:
    """The person, if a flow or session with this `identity` is still theirs. Raises Refused(SESSION_ENDED)."""
    if person is None or account_id(services, user_id, person) != identity:
        raise Refused(SESSION_ENDED, reason="another person in the directory")
    return person


def signed_in(services: Services, card: Account, person: Person | None, password_mark: str = "") -> Account:
    """The account of a session that started when the password had this mark.

    Raises:
        Refused: SIGN_IN_NEEDED if by now the account is off, gone or another person's, or its password has changed.
    """
    if person is None or account_id(services, card.user_id, person) != card.id:
        raise Refused(SIGN_IN_NEEDED, reason="another person in the directory")
    found = account(card, person, card.id, card.user_id)
    if not found.enabled:
        raise Refused(SIGN_IN_NEEDED, reason="account off in the directory")
    if person.changed_since(password_mark):
        raise Refused(SIGN_IN_NEEDED, reason="password changed in the directory")
    return found


def requirements(services: Services, user_id: str, person: Person, change: bool = False) -> Requirements:
    """What the directory requires of a new password; nothing if it cannot tell. It judges the password anyway."""
    try:
        return services.directory_of(user_id).requirements(person, change)
    except Outcome:
        return Requirements()


def password_mark(directory: Directory, user_id: str, key: str) -> str:
    """The mark of a password that has just been set; "" if the directory cannot tell now."""
    try:
        person = directory.find(user_id)
    except Outcome:
        return ""
    return person.changed_at if person and person.key == key else ""


def _address(text: str) -> str:
    """An e-mail address from the directory; "" if it is not one."""
    return text.strip().lower() if re.fullmatch(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\"]+", text.strip()) else ""


def _number(text: str) -> str:
    """A telephone number in E.164; "" without a country code."""
    digits = re.sub(r"\(0\)|[^\d+]", "", text)
    international = f"+{digits[2:]}" if digits.startswith("00") else digits
    return international if _NUMBER.fullmatch(international) else ""

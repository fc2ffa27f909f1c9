"""People whose passwords live in a directory: who somebody is there, and their account here.

An account is made of what the directory says and of its *card*: Regain's own item, without a password, which the first
success makes. Everything is kept under an id that follows from the person's key in the directory, so that whoever gets
an old user ID there gets nothing of the person before.
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
"""Seconds. What is answered before a proof is answered at whole steps of these: how long a directory takes tells who
somebody is. A wrong password of a person takes Active Directory three times as long as one of nobody, which a short
step cannot hide on a busy server."""

_RETRY_AFTER = 10
_LOCKED = 900  # seconds: what most directories lock for; an unlock does not wait
_STOPPED: dict[StopReason, Problem] = {
    "gone": SESSION_ENDED, "protected": NOT_ENABLED, "elsewhere": CONTACT_YOUR_ADMINISTRATOR, "locked": SIGN_IN_LOCKED,
    "second-factor": SECOND_FACTOR_ELSEWHERE,
}  # fmt: skip
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")


@contextlib.contextmanager
def at_whole_steps(services: Services, user_id: str, context: RequestContext, step: float = STEP) -> Iterator[None]:
    """Ends at the next whole step since the request came in, however it ends, where the user ID's domain has one."""
    try:
        yield
    finally:
        if services.directory(user_id):
            services.sleep(step - (time.monotonic() - context.arrived) % step)


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """What is told where a directory does not do its work: the same to everybody. The log names the code.

    Raises:
        Refused: DIRECTORY_REFUSED or DIRECTORY_DID_NOT_ANSWER.
    """
    try:
        yield
    except (NotAllowed, Unanswered) as outcome:
        raise unavailable(outcome) from outcome


def unavailable(outcome: NotAllowed | Unanswered) -> Refused:
    """What is told where a directory did nothing."""
    if isinstance(outcome, NotAllowed):
        return Refused(DIRECTORY_REFUSED, reason=f"directory: {outcome.code}")
    reason = f"directory: {outcome.why or 'no answer'}"
    return Refused(DIRECTORY_DID_NOT_ANSWER, reason=reason, retry_after=outcome.retry_after or _RETRY_AFTER)


def find(directory: Directory, user_id: str) -> Person | None:
    """Whom a user ID names: the only question before a proof. Raises Refused, like `answering`.

    Somebody without a key is nobody: everything is kept under it, and without one people would share it.
    """
    with answering():
        person = directory.find(user_id)
    return person if person and person.key else None


def account_id(services: Services, user_id: str, person: Person | None) -> str:
    """The id that everything of a person is kept under; for nobody, the one of no account, of the same form."""
    domain, key = user_id.rpartition("@")[2], (person.key if person else "") or f"\x1f{user_id}"
    return make_id(bytes.fromhex(services.keys.digest("directory", f"{domain}\x1f{key}")))


def account(card: Account | None, person: Person, identity: str, user_id: str) -> Account:
    """The account of a person, with this id; without a card it is new."""
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
    """The code of the problem to tell after a proof, where nobody may change this person's password; "" otherwise."""
    barred: StopReason | None = None
    if person and (person.managed_elsewhere or person.protected):
        barred = "elsewhere" if person.managed_elsewhere else "protected"
    return _STOPPED[barred].code if barred else ""


def reasons(person: Person | None) -> tuple[Reason, ...]:
    """Why nobody may change this person's password here, for those who help."""
    if person and person.managed_elsewhere:
        return (Reason("directory", Phrase("The directory says that this password is kept elsewhere.")),)
    if person and person.protected:
        return (Reason("directory", Phrase("The directory protects this account: nobody resets it here.")),)
    return ()


def stopped(outcome: Stopped) -> Refused:
    """What is told, after a proof, to somebody whose account the directory does not let anybody change."""
    facts = {"retry_after": _LOCKED} if outcome.reason == "locked" else {}
    problem = _STOPPED.get(outcome.reason, ACCOUNT_TURNED_OFF)
    return Refused(problem, reason=f"directory: {outcome.reason}", **facts)


def unlock(services: Services, account: Account, person: Person) -> None:
    """Lifts a lockout in the directory. Raises Refused, like `answering` and `stopped`."""
    directory = services.directory_of(account.user_id)
    try:
        with answering():
            directory.unlock(person)
    except Stopped as outcome:
        raise stopped(outcome) from None


def check_same(services: Services, user_id: str, person: Person | None, identity: str) -> Person:
    """The person, if they are still whom a flow or a session belongs to. Raises Refused(SESSION_ENDED)."""
    if person is None or account_id(services, user_id, person) != identity:
        raise Refused(SESSION_ENDED, reason="another person in the directory")
    return person


def signed_in(services: Services, card: Account, person: Person | None, password_mark: str = "") -> Account:
    """The account of a session that began while the password's mark was this one.

    Raises:
        Refused: SIGN_IN_NEEDED, if the account is off, gone or somebody else's by now, or has another password.
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
    """What the directory asks of a new password; nothing, where it does not tell: it judges in any case."""
    try:
        return services.directory_of(user_id).requirements(person, change)
    except Outcome:
        return Requirements()


def password_mark(directory: Directory, user_id: str, key: str) -> str:
    """The mark of a password that has just been set; "" where the directory does not tell now."""
    try:
        person = directory.find(user_id)
    except Outcome:
        return ""
    return person.changed_at if person and person.key == key else ""


def _address(text: str) -> str:
    """An e-mail address as the directory has it; "" for what is none."""
    return text.strip().lower() if re.fullmatch(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\"]+", text.strip()) else ""


def _number(text: str) -> str:
    """A telephone number in E.164; "" where the country code is missing."""
    digits = re.sub(r"\(0\)|[^\d+]", "", text)
    international = f"+{digits[2:]}" if digits.startswith("00") else digits
    return international if _NUMBER.fullmatch(international) else ""

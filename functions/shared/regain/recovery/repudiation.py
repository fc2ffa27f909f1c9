"""What a notice offers to whoever did not make the change: “this was not me” (B6).

The link in a notice carries a token behind its `#`, which no server or scanner is sent; opening it changes
nothing. The token is derived, like a code: neither the outbox nor any table holds it.
"""

from dataclasses import dataclass

from regain.adapters.keys import Keys
from regain.adapters.recoveries import open_token, token
from regain.adapters.store import Write, put_new, put_version, to_dataclass
from regain.problems import LINK_ENDED, Refused
from regain.runtime.services import Services

_GOOD_FOR = 7 * 86_400  # seconds: long enough for a holiday, short enough for an old mailbox


@dataclass(frozen=True, slots=True)
class Repudiation:
    """The right to say, once, that a change was not one's own. Times are seconds since 1970."""

    user_id: str
    reference: str
    until: int
    used: bool = False
    version: int = 0


def derive_token(keys: Keys, subject: str, reference: str, at: int) -> str:
    """The token of the notice about the change with this reference, made at this time."""
    secret = bytes.fromhex(keys.digest("objection", f"{subject}\x1f{reference}\x1f{at}"))
    return token(subject, secret)


def issue_write(services: Services, subject: str, user_id: str, reference: str, now: int) -> Write:
    """Written with a change: the notice of this moment may be objected to."""
    _, objection_id = open_token(derive_token(services.keys, subject, reference, now)) or ("", "")
    table, key = services.recoveries.key(subject, f"objection#{objection_id}")
    until = now + _GOOD_FOR
    granted = {"user_id": user_id, "reference": reference, "until": until, "version": 1}
    return put_new(table, {**key, **granted, "purge_at": until})


def load(services: Services, typed: str) -> tuple[str, str, Repudiation]:
    """The subject, the record's name and the objection that a token leads to.

    Raises:
        Refused: LINK_ENDED, whether it never was, is over or was used.
    """
    subject, objection_id = open_token(typed) or ("", "")
    record = f"objection#{objection_id}"
    found = services.store.get(*services.recoveries.key(subject, record)) if subject else None
    objection = to_dataclass(found, Repudiation) if found else None
    if objection is None or objection.used or services.now >= objection.until:
        raise Refused(LINK_ENDED)
    return subject, record, objection


def redeem_write(services: Services, subject: str, record: str, objection: Repudiation) -> Write:
    """The objection is used up."""
    table, key = services.recoveries.key(subject, record)
    kept = {"user_id": objection.user_id, "reference": objection.reference, "until": objection.until, "used": True}
    return put_version(table, {**key, **kept, "purge_at": objection.until}, objection.version)

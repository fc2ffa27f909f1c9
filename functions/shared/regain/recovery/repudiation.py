"""Repudiation: the “this was not me” link in a notice (B6).

The link carries its token in the URL fragment, which is never sent to servers or scanners; opening it changes nothing.
The token is derived, like a code, and stored neither in the outbox nor in a table.
"""

from dataclasses import dataclass, replace

from regain.adapters.keys import Keys
from regain.adapters.recoveries import open_token, token
from regain.adapters.seal import seal, unseal
from regain.adapters.store import Write, put_new, put_version, to_dataclass
from regain.domain.account import Account
from regain.problems import LINK_ENDED, Refused
from regain.runtime.services import Services

_LIFETIME = 7 * 86_400  # seconds: long enough for a holiday, short enough for an old mailbox


@dataclass(frozen=True, slots=True)
class Repudiation:
    """The right to repudiate one change, once. Times are seconds since 1970.

    `user_id` is set for people in a directory, who may not have a card yet.
    """

    account_id: str
    reference: str
    until: int
    used: bool = False
    user_id: str = ""
    version: int = 0

    @property
    def changed_at(self) -> int:
        """When the change was made."""
        return self.until - _LIFETIME


def derive_token(keys: Keys, subject: str, reference: str, at: int, generation: int = 0) -> str:
    """The token for the notice of the change with this reference, made at this time."""
    secret = bytes.fromhex(keys.digest("repudiation", f"{subject}\x1f{reference}\x1f{at}", generation))
    return token(keys, subject, secret)


def token_of_notice(services: Services, subject: str, reference: str, at: int) -> str:
    """The token for the notice of a change, or "" if it cannot be repudiated: one read.

    During a key rotation it may have been issued with another generation of the key than this process has.
    """
    current = services.keys.generation("repudiation")
    generations = [each for each in (current, current - 1, current + 1) if each]
    tokens = [derive_token(services.keys, subject, reference, at, each) for each in generations]
    opened = [open_token(services.keys, each) for each in tokens]
    records = [f"repudiation#{each[1]}" for each in opened if each]
    found = services.store.batch_get([services.recoveries.key(subject, record) for record in records])
    return next((each for each, item in zip(tokens, found, strict=True) if item), "")


def issue_write(services: Services, subject: str, account: Account, reference: str, now: int) -> Write:
    """The write that allows a change to be repudiated, for the transaction of that change."""
    _, repudiation_id = open_token(services.keys, derive_token(services.keys, subject, reference, now)) or ("", "")
    table, key = services.recoveries.key(subject, f"repudiation#{repudiation_id}")
    until = now + _LIFETIME
    granted = {"account_id": account.id, "reference": reference, "until": until, "version": 1}
    if services.directory(account.user_id):
        granted["user_id"] = seal(services.keys, account.user_id)
    return put_new(table, {**key, **granted, "purge_at": until})


def load(services: Services, typed: str) -> tuple[str, str, Repudiation]:
    """The subject, the record and the repudiation of a token.

    Raises:
        Refused: LINK_ENDED if it never existed, has expired or was used.
    """
    subject, repudiation_id = open_token(services.keys, typed) or ("", "")
    record = f"repudiation#{repudiation_id}"
    found = services.store.get(*services.recoveries.key(subject, record)) if subject else None
    repudiation = to_dataclass(found, Repudiation) if found else None
    if repudiation is None or repudiation.used or services.now >= repudiation.until:
        raise Refused(LINK_ENDED)
    user_id = unseal(services.keys, repudiation.user_id) if repudiation.user_id else ""
    return subject, record, replace(repudiation, user_id=user_id)


def redeem_write(services: Services, subject: str, record: str, repudiation: Repudiation) -> Write:
    """The write that marks the repudiation as used."""
    table, key = services.recoveries.key(subject, record)
    kept = {
        "account_id": repudiation.account_id,
        "reference": repudiation.reference,
        "until": repudiation.until,
        "used": True,
    }
    return put_version(table, {**key, **kept, "purge_at": repudiation.until}, repudiation.version)

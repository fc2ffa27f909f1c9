"""The canary: a test account that `doctor --deep` creates in a live stack and removes with all its traces."""

import secrets
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyotp

from cli.stack import StackError
from regain.adapters import authenticator, security_info
from regain.adapters.store import marshal, unmarshal
from regain.domain import scim_token
from regain.domain.account import Account, make_id
from regain.domain.events import counter_names
from regain.domain.security_info import Authenticator, SecurityInfo
from regain.organisation.settings import Organisation
from regain.recovery import recovery_code
from regain.runtime.services import Services

NAME = "Test account of ./regain doctor"
_LOCAL_PART = "regain-canary"
_MAILBOX = "success@simulator.amazonses.com"  # SES delivers to it, in the sandbox too, and nobody reads it
_RUN = 180  # seconds that a run may take
_HOUR, _DAY = 3_600, 86_400
_PERIOD = 30  # of an authenticator's code


def domain_for(organisation: Organisation) -> str:
    """The first domain whose accounts are kept here and may be reset; "" if there is none."""
    fits = (n for n, each in organisation.domains.items() if each.directory == "dynamodb" and each.reset != "off")
    return next(fits, "")


@dataclass
class Canary:
    """One account with a recovery code and an authenticator of its own. No code is read from anywhere."""

    services: Services
    user_id: str
    account_id: str
    subject: str
    recovery_code: str = ""
    codes: list[str] = field(default_factory=list)  # of the authenticator, each good once

    @classmethod
    def of(cls, services: Services, domain: str) -> "Canary":
        """The canary of a stack, whether or not it exists."""
        user_id = f"{_LOCAL_PART}@{domain}"
        account_id = make_id(bytes.fromhex(services.keys.digest("canary", user_id)))  # always the same
        return cls(services, user_id, account_id, services.recoveries.subject(account_id))

    def check(self) -> None:
        """Looks whether the user ID is free, or holds what an earlier run that was killed has left.

        Raises:
            StackError: it is somebody's, or another run is under way.
        """
        there = self.services.accounts.by_user_id(self.user_id)
        if there and there.id != self.account_id:
            raise StackError(f"{self.user_id} is somebody's account: `doctor --deep` needs that user ID for itself.")
        if there and time.time() - there.security_info_at < _RUN:
            raise StackError("Another `doctor --deep` is under way, or was killed: try again in three minutes.")

    def make(self) -> None:
        """Creates the account, replacing what an earlier run left behind."""
        self.take_away()
        chosen = self.services.organisation.recovery.enabled_for
        groups = () if isinstance(chosen, str) else tuple(chosen)[:1]
        account = Account(
            self.user_id, NAME, "Test", mail=_MAILBOX, groups=groups, security_info_at=int(time.time()),
            id=self.account_id,
        )  # fmt: skip
        self.services.store.commit(self.services.accounts.add_writes(account))
        self.give_proofs()

    def give_proofs(self) -> None:
        """Registers a new recovery code and a new authenticator, replacing the used ones."""
        services, now = self.services, int(time.time())
        self.recovery_code, kept = recovery_code.made(
            services.keys, self.subject, secrets.token_bytes(recovery_code.BYTES), now
        )
        nonce = secrets.token_hex(16)
        app = pyotp.TOTP(authenticator.secret(services.keys, self.subject, nonce))
        self.codes = [app.generate_otp(now // _PERIOD + ahead) for ahead in (0, 1)]
        seen = security_info.from_item(services.store.get(*services.security_infos.key(self.subject)))
        info = SecurityInfo(
            authenticator=Authenticator(nonce, now, 0),
            recovery_code=kept,
            confirmed_at=now,
            agreed=("authenticator",),
            version=seen.version,
        )
        services.store.commit([services.security_infos.write(self.subject, info)])

    def code(self, kind: str) -> str:
        """A valid code for a method of this kind. It works once."""
        return self.recovery_code if kind == "recovery-code" else self.codes.pop(0)

    def make_token(self) -> str:
        """A token for provisioning, valid until it is removed."""
        shown, token = scim_token.draw(secrets.token_bytes(scim_token.SIZE), NAME, int(time.time()), 1)
        self.services.store.commit([self.services.provisioning.token_write(token)])
        return shown

    def give_role(self, role: str) -> None:
        """Grants it a role, which ends its sessions."""
        account = self.services.accounts.get(self.account_id)
        if account:
            self.services.store.commit([self.services.accounts.role_write(account, role, int(time.time()))])

    def take_away(self) -> list[str]:
        """Deletes the account and everything kept under it. Answers what could not be deleted, and why."""
        self._settle()
        services, left = self.services, []
        steps = [
            self._take_events,
            self._take_links,
            lambda: self._delete(*services.accounts.key(self.account_id)),
            lambda: self._delete(services.security_infos.table, {"subject": self.subject}),
            lambda: self._delete_under(services.sessions.table, "id"),
            lambda: self._delete_under(services.recoveries.table, "record"),
            self._take_messages,
            self._take_requests,
            self._take_limits,
            self._take_tokens,
            self._take_count,
        ]
        for step in steps:
            try:
                step()
            except Exception as error:  # whatever stops one deletion, the others are still to be done
                left.append(f"{type(error).__name__}: {error}")
        return left

    def counted(self) -> bool:
        """Whether the report function has counted the account, and each of its events."""
        person = self.services.store.get(*self.services.counters.person_key(self.subject))
        return bool(person and person["counters"]) and self._counted_all()

    def _settle(self) -> None:
        """Waits until asynchronous work has finished, which would recreate what is deleted here."""
        until = time.monotonic() + _PERIOD
        while (self._under_way() or not self._counted_all()) and time.monotonic() < until:
            time.sleep(0.5)

    def _under_way(self) -> bool:
        return any(message["state"] in ("pending", "sending") for message in self._messages())

    def _counted_all(self) -> bool:
        names = {f"{event['subject']}#{event['at']}" for event in self.events()}
        return not names or self.services.counters.already_counted(names) == names

    def events(self) -> list[dict[str, Any]]:
        """Its audit events, oldest first."""
        return self.services.store.query(self.services.events.table, "subject", self.subject, limit=1_000)

    def _take_events(self) -> None:
        """Deletes the events, and takes those that were counted out of their day's counts. The archive keeps them."""
        counters, now = self.services.counters, int(time.time())
        for event in self.events():
            name = f"{event['subject']}#{event['at']}"
            if counters.already_counted([name]):
                minus = Counter({kind: -number for kind, number in Counter(counter_names(event)).items()})
                self.services.store.commit([counters.day_write(event["at"][:10], minus, 0, now)])
                self._delete(counters.table, {"part": f"seen#{name}", "id": "event"})
            self._delete(self.services.events.table, {"subject": event["subject"], "at": event["at"]})

    def _messages(self) -> Iterator[dict[str, Any]]:
        """The messages about it. The table has no index for that, and is small: messages expire within days."""
        pages = self.services.store.client.get_paginator("scan").paginate(
            TableName=self.services.outbox.table,
            ConsistentRead=True,
            FilterExpression="subject = :subject",
            ExpressionAttributeValues=marshal({":subject": self.subject}),
        )
        return (unmarshal(item) for page in pages for item in page["Items"])

    def _take_messages(self) -> None:
        for message in self._messages():
            self._delete(self.services.outbox.table, {"id": message["id"]})

    def _take_requests(self) -> None:
        requests = self.services.help_requests
        for request in requests.get([self.subject]):
            if request:
                self.services.store.commit(requests.remove(request))

    def _take_limits(self) -> None:
        """Deletes its rate limits: the sixth request for help of a day would cost more proof of work."""
        counted = [
            ("contact", self.subject, _DAY),
            ("contact", self.user_id, _DAY),
            ("admin-looked", self.subject, _HOUR),
        ]
        for what, who, window in counted:
            self._delete(*self.services.rate_limits.key(what, who, int(time.time()), window))

    def _take_links(self) -> None:
        """Deletes what leads to the account: its user ID, and its place among those that provisioning knows."""
        free = self.services.identifiers.release_write(self.user_id, self.account_id)
        self.services.store.commit([free, self.services.provisioning.forget_write(self.account_id)])

    def _take_tokens(self) -> None:
        for token in self.services.provisioning.tokens():
            if token.name == NAME:
                self.services.store.commit([self.services.provisioning.revoke_write(token.id)])

    def _take_count(self) -> None:
        """Waits until the deletion has been counted, then deletes the account's counted state."""
        table, key = self.services.counters.person_key(self.subject)
        until = time.monotonic() + _PERIOD
        while (person := self.services.store.get(table, key)) and person["counters"] and time.monotonic() < until:
            time.sleep(0.5)
        if person and person["counters"]:
            raise TimeoutError("the report function has not counted that the test account is gone")
        self._delete(table, key)

    def _delete_under(self, table: str, sort: str) -> None:
        for item in self.services.store.query(table, "subject", self.subject, limit=1_000):
            self._delete(table, {"subject": self.subject, sort: item[sort]})

    def _delete(self, table: str, key: dict[str, str]) -> None:
        self.services.store.client.delete_item(TableName=table, Key=marshal(key))

"""Notices of a change, to every address of the account, and by text if none of those may be within reach."""

from dataclasses import replace
from typing import Any

from regain.adapters import outbox
from regain.adapters.outbox import Message
from regain.domain.account import Account
from regain.domain.security_info import SecurityInfo
from regain.organisation import policies
from regain.runtime.services import Services


def notices(
    services: Services, now: int, account: Account, kind: str, subject: str, reference: str, info: SecurityInfo,
    language: str = "", **facts: Any,
) -> list[Message]:  # fmt: skip
    """Notices to every address of the account (S57) about a change made at `now`.

    The link to repudiate the change is derived from this time, so `issue_write` must be given the same one. Notices
    name the contact for the account's groups.

    If all addresses are in the account's own domain, its owner may be unable to open any of them, so mobile numbers are
    notified too, if the organisation sends texts (X29).
    """
    randomness = services.randomness
    if names := policies.group_policies(services.organisation, account):
        facts["policies"] = list(names)
    told = outbox.notices(randomness, now, account, kind, subject, reference, info, language, **facts)
    own_domain = account.user_id.rpartition("@")[2]
    if "sms" not in policies.offered(services.organisation) or any(
        message.to.rpartition("@")[2] != own_domain for message in told
    ):
        return told
    numbers = info.destinations("mobile") or tuple(filter(None, [account.mobile_phone]))
    return told + [replace(told[0], id=randomness(16).hex(), channel="text", to=number) for number in numbers]

"""The checks of `doctor` for sending: Amazon SES, AWS End User Messaging, and the domain's DNS."""

from collections.abc import Iterator
from typing import Any

import boto3
import dns.exception
import dns.resolver

from cli import answers, lookups
from cli.finding import Finding, asked, either
from regain.organisation.settings import Organisation

_PATIENCE = 10
_LOW_SPEND = 10  # US dollars a month: a hundred texts in dear countries
_CHANNELS = {"TEXT_MESSAGE_MONTHLY_SPEND_LIMIT": "texts", "VOICE_MESSAGE_MONTHLY_SPEND_LIMIT": "calls"}
_SANDBOX_MAIL = (
    "Ask for production access in the SES console; it takes a day. To try before, verify your own address:"
    " aws sesv2 create-email-identity --email-identity ADDRESS"
)


def mail(organisation: Organisation, deployed: dict[str, str]) -> Iterator[Finding]:
    """Whether SES accepts mail from the organisation's address, and receivers can authenticate it.

    `deployed` are the stack's parameters.
    """
    client = boto3.client("sesv2")
    identity_name = deployed.get("SenderDomain") or organisation.sender.domain
    yield either(
        answers.agrees("SenderDomain", identity_name, organisation),
        f"The stack may send as {organisation.sender.domain}, the domain of notify.from.",
        f"The stack may only send as {identity_name}, and notify.from is at {organisation.sender.domain}.",
        "No mail leaves until both agree: run ./regain setup, and deploy again.",
    )
    account = asked(client.get_account)
    identity = asked(client.get_email_identity, EmailIdentity=identity_name)
    for told in (account, identity):
        if isinstance(told, Finding):
            yield told
            return
    yield either(
        account.get("ProductionAccessEnabled"), "SES is out of the sandbox.",
        "SES is in its sandbox: only verified addresses get mail.", _SANDBOX_MAIL,
    )  # fmt: skip
    if not account.get("SendingEnabled", True):
        yield Finding("wrong", "SES has paused this account.", "The SES console says why, and how to ask for a review.")
    records = "Put the records that SES shows for it into its DNS."
    yield either(
        identity.get("VerifiedForSendingStatus"), f"{identity_name} is verified in SES.",
        f"SES has not verified {identity_name}.", records,
    )  # fmt: skip
    signed = identity.get("DkimAttributes", {}).get("Status") == "SUCCESS"
    yield either(
        signed, f"Mail from {identity_name} is signed (DKIM).", f"Mail from {identity_name} is not signed (DKIM).",
        records,
    )  # fmt: skip
    envelope = identity.get("MailFromAttributes", {})
    if envelope.get("MailFromDomain"):
        ready = envelope.get("MailFromDomainStatus") == "SUCCESS"
        name = envelope["MailFromDomain"]
        bad = f"The MAIL FROM domain {name} is not ready."
        yield either(ready, f"The MAIL FROM domain {name} is ready.", bad, records, "warning")
    yield dmarc(identity_name)


def dmarc(domain: str) -> Finding:
    """DMARC lets receivers check that mail really comes from the domain (RFC 7489).

    The DKIM signature is what aligns with the domain. SPF is not asked for: the envelope of SES is amazonses.com
    unless a MAIL FROM domain is set, and SES checks the records of that one itself (A22).
    """
    records = _texts(f"_dmarc.{domain}")
    if records is None:
        return Finding("warning", f"The DNS did not answer for _dmarc.{domain}.", f"Look: dig TXT _dmarc.{domain}")
    found = any(record.startswith("v=DMARC1") for record in records)
    return either(
        found, f"{domain} has a DMARC record.", f"{domain} has no DMARC record: anybody may write in its name.",
        f'Add a TXT record to _dmarc.{domain}: "v=DMARC1; p=quarantine"',
    )  # fmt: skip


def _texts(name: str) -> list[str] | None:
    """The TXT records of a name; None if no server responds."""
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=_PATIENCE)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException:
        return None
    return [b"".join(record.strings).decode(errors="replace") for record in answer]


def telephone(deployed: dict[str, str]) -> Iterator[Finding]:
    """Whether texts and calls can be sent: sandbox, number, registrations, and monthly spend limits (A16)."""
    client = boto3.client("pinpoint-sms-voice-v2")
    told = asked(client.describe_account_attributes)
    if isinstance(told, Finding):
        yield told
        return
    tier = next((each["Value"] for each in told["AccountAttributes"] if each["Name"] == "ACCOUNT_TIER"), "")
    yield either(
        tier == "PRODUCTION", "End User Messaging is out of the sandbox.",
        "End User Messaging is in its sandbox: only verified numbers get texts.", "Ask AWS for production access.",
    )  # fmt: skip
    yield either(
        deployed.get("OriginationIdentity"), "There is a number to send texts and make calls from.",
        "There is no number to send texts or make calls from.",
        "Request one in AWS End User Messaging, and deploy with OriginationIdentity; or take sms, call-mobile and"
        " call-office out of recovery.methods.",
    )  # fmt: skip
    yield from _spend(client)
    yield from _numbers(client)


def _spend(client: Any) -> Iterator[Finding]:
    told = asked(client.describe_spend_limits)
    if isinstance(told, Finding):
        yield told
        return
    for each in told["SpendLimits"]:
        if channel := _CHANNELS.get(each["Name"]):
            low = each["EnforcedLimit"] < _LOW_SPEND
            to_do = (
                f"Beyond it, no {channel} leave until the month ends. Ask AWS to raise {each['Name']}." if low else ""
            )
            what = f"The account may spend {each['EnforcedLimit']} US dollars a month on {channel}."
            yield Finding("warning" if low else "ok", what, to_do)


def _numbers(client: Any) -> Iterator[Finding]:
    """Numbers and registrations that are not active yet."""
    for operation, key, name, state, good in (
        ("describe_phone_numbers", "PhoneNumbers", "PhoneNumber", "Status", "ACTIVE"),
        ("describe_registrations", "Registrations", "RegistrationId", "RegistrationStatus", "COMPLETE"),
    ):
        told = asked(lookups.every, client=client, operation=operation, key=key)
        if isinstance(told, Finding):
            yield told
            continue
        for each in told:
            if each[state] != good:
                to_do = "Texts from it are not sent until it is done: see the console of AWS End User Messaging."
                yield Finding("warning", f"{each[name]} is {each[state].lower().replace('_', ' ')}.", to_do)

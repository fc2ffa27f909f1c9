"""What holds here, to be read: each setting with its value, whether the file says it, and what policies change."""

import os
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from admin.agent import signed_in_agent
from regain.api.contract import (
    FailedMessages,
    FailureReason,
    FunctionAtWork,
    PolicyValue,
    Setting,
    SettingsSection,
    SettingsView,
)
from regain.api.request_context import RequestContext
from regain.domain.languages import LANGUAGES
from regain.organisation import policies
from regain.organisation.settings import Organisation
from regain.reports import message_failures

_SECTIONS = ("organisation", "contacts", "recovery", "limits", "passwords", "notify", "administration")
_BY_NAME = ("domains", "groups")
_FAILED = ("message-failed", "message-bounced", "message-undelivered", "message-suppressed", "message-expired")
_AT_WORK = {
    "reset": "reset-started",
    "unlock": "unlock-started",
    "account": "(password-changed|registration-|security-info-|prove-)",
    "contact": "(administrator|support)-contacted",
    "admin": "admin-",
    "provisioning": "account-(added|renamed|removed)",
    "directory": "directory-",
    "notify": "message-(sent|failed|expired)",
    "receipts": "message-(delivered|bounced|undelivered)",
    "report": "",
}
"""The functions that leave events, and how the kinds of these begin. Every event is counted by `report`."""
_DAYS = 7
_ISOLATED = "\N{FIRST STRONG ISOLATE}{}\N{POP DIRECTIONAL ISOLATE}"  # a value may be written from right to left


def show_settings(context: RequestContext) -> SettingsView:
    """The settings of this release. They hold no secret; nobody can change them here."""
    agent = signed_in_agent(context)
    agent.count_lookup()
    services = agent.services
    today = datetime.fromtimestamp(services.now, UTC).date()
    days = services.counters.days((today - timedelta(days=_DAYS - 1)).isoformat(), today.isoformat())
    return SettingsView(
        release=os.environ.get("RELEASE", "") or "local",
        functions=[FunctionAtWork(name, _last(days, kinds)) for name, kinds in _AT_WORK.items()],
        file="organisation.yaml",
        sections=_sections(services.organisation),
        failed=[found for kind in _FAILED if (found := _failed(kind, days)).count],
    )


def _last(days: Mapping[str, Counter[str]], kinds: str) -> str:
    """The last day with an event whose kind begins so."""
    wanted = re.compile(f"event:{kinds}")
    return max((day for day, counts in days.items() if any(map(wanted.match, counts))), default="")


def _failed(kind: str, days: Mapping[str, Counter[str]]) -> FailedMessages:
    """Messages that failed in one way, as the report function has counted them: no event is read."""
    event, why = f"event:{kind}", f"why:{kind}:"
    total: Counter[str] = sum(days.values(), Counter())
    reasons = Counter({name.removeprefix(why): number for name, number in total.items() if name.startswith(why)})
    if kind != "message-failed":  # the others say why by their kind
        reasons[""] += total[event] - reasons.total()
    told = [
        FailureReason(message_failures.in_words({"kind": kind, "reason": reason}), number)
        for reason, number in reasons.most_common()
        if number
    ]
    return FailedMessages(kind, total[event], _last(days, f"{kind}$"), told)


def _sections(organisation: Organisation) -> list[SettingsSection]:
    now, changed = msgspec.to_builtins(organisation), _policies(organisation)
    first = {"organisation": msgspec.to_builtins(type(organisation.organisation)(name="")), "domains": {}, "groups": {}}
    default = msgspec.to_builtins(Organisation(type(organisation.organisation)(name=""), {})) | first
    found = []
    for section in (*_SECTIONS, *_BY_NAME):
        values, usual = _flat(now[section]), _flat(default[section])
        rows = [
            Setting(f"{section}.{name}", _text(value), usual.get(name) != value, changed.get(f"{section}.{name}", []))
            for name, value in values.items()
        ]
        found.append(SettingsSection(section, rows))
    return found


def _policies(organisation: Organisation) -> dict[str, list[PolicyValue]]:
    """What each policy changes, by the name of the setting."""
    plain = {section: _flat(msgspec.to_builtins(getattr(organisation, section))) for section in _SECTIONS}
    found: dict[str, list[PolicyValue]] = {}
    for name in organisation.policies:
        own = policies.with_policy(organisation, name)
        for section in _SECTIONS:
            for key, value in _flat(msgspec.to_builtins(getattr(own, section))).items():
                if plain[section].get(key) != value:
                    found.setdefault(f"{section}.{key}", []).append(PolicyValue(name, _text(value)))
    return found


def _flat(value: Any, before: str = "") -> dict[str, Any]:
    """The values of nested objects, by their path. A text in several languages is one value."""
    if not isinstance(value, dict) or (value and value.keys() <= LANGUAGES.keys()):
        return {before: value}
    return {
        path: each
        for name, inner in value.items()
        for path, each in _flat(inner, f"{before}.{name}" if before else str(name)).items()
    }


def _text(value: Any) -> str:
    """A value as the file would have it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(_text(each) for each in value) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_ISOLATED.format(_text(each))}" for name, each in value.items()) or "–"
    return str(value) if value not in ("", None) else "–"

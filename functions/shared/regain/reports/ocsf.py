"""Audit events in OCSF, the Open Cybersecurity Schema Framework, for where the organisation watches (B36).

https://schema.ocsf.io/1.3.0: the version that Amazon Security Lake takes. An account is its `subject`, a keyed hash: an
event holds no user ID but the administrator's. The events of an account rise in `metadata.sequence`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regain.domain import events
from regain.organisation.language import Language

VERSION = "1.3.0"
_OTHER = 99
_SUCCESS, _FAILURE = 1, 2
_INFORMATIONAL, _LOW, _MEDIUM = 1, 2, 3
_KEPT = ("at", "by", "day", "kind", "purge_at", "reason", "reference", "subject")
"""Fields of an event that are not repeated in `unmapped`."""


@dataclass(frozen=True, slots=True)
class EventClass:
    """A class of OCSF."""

    name: str
    category: int
    uid: int


ACCOUNT_CHANGE = EventClass("Account Change", 3, 3001)
AUTHENTICATION = EventClass("Authentication", 3, 3002)
API_ACTIVITY = EventClass("API Activity", 6, 6003)


@dataclass(frozen=True, slots=True)
class _Activity:
    """What an event is in OCSF: a class, one of its activities (99 for another, with a `name`), status and severity."""

    of: EventClass
    id: int
    name: str = ""
    status: int = _SUCCESS
    severity: int = _INFORMATIONAL


def _account(activity: int, name: str = "", status: int = _SUCCESS, severity: int = _INFORMATIONAL) -> _Activity:
    return _Activity(ACCOUNT_CHANGE, activity, name, status, severity)


def _proof(name: str, status: int = _SUCCESS, severity: int = _INFORMATIONAL) -> _Activity:
    return _Activity(AUTHENTICATION, _OTHER, name, status, severity)


def _call(activity: int, name: str = "", status: int = _SUCCESS, severity: int = _INFORMATIONAL) -> _Activity:
    return _Activity(API_ACTIVITY, activity, name, status, severity)


_CREATE, _ENABLE, _PASSWORD_CHANGE, _PASSWORD_RESET, _DISABLE, _DELETE = 1, 2, 3, 4, 5, 6
_ATTACH_POLICY, _LOCK, _FACTOR_ENABLE, _FACTOR_DISABLE = 7, 9, 10, 11
_LOGON, _LOGOFF = 1, 2
_READ, _CHANGE = 2, 3
_STARTED, _PROVED = _proof("Proof started"), _proof("Proof accepted")
_SENT, _UNSENT = _call(_OTHER, "Send message"), _call(_OTHER, "Send message", _FAILURE, _LOW)
_REQUEST = _call(_CHANGE)
_FACTOR_CHANGED, _UPDATED = _account(_OTHER, "Change of factors"), _account(_OTHER, "Update")

ACTIVITIES: Mapping[str, _Activity] = {
    "reset-started": _STARTED,
    "unlock-started": _STARTED,
    "caller-started": _STARTED,
    "admin-started": _STARTED,
    "prove-started": _STARTED,
    "code-requested": _proof("Code requested"),
    "proof-passed": _PROVED,
    "proof-failed": _proof("Proof rejected", _FAILURE, _LOW),
    "proofs-longer": _proof("Limit reached", _FAILURE, _MEDIUM),
    "guarded": _proof("Limit reached", _FAILURE, _MEDIUM),
    "identity-proved": _PROVED,
    "admin-second-factor": _PROVED,
    "admin-caller-verified": _PROVED,
    "temporary-password-used": _Activity(AUTHENTICATION, _LOGON),
    "provider-signed-in": _Activity(AUTHENTICATION, _LOGON),
    "provider-refused": _Activity(AUTHENTICATION, _LOGON, status=_FAILURE, severity=_LOW),
    "provider-signed-out": _Activity(AUTHENTICATION, _LOGOFF),
    "registration-code-used": _PROVED,
    "registration-failed": _proof("Proof rejected", _FAILURE, _LOW),
    "password-refused": _account(_PASSWORD_RESET, status=_FAILURE),
    "password-reset": _account(_PASSWORD_RESET, severity=_LOW),
    "account-unlocked": _account(_OTHER, "Unlock", severity=_LOW),
    "password-changed": _account(_PASSWORD_CHANGE),
    "directory-asked": _account(_OTHER, "Directory asked"),
    "directory-refused": _account(_PASSWORD_RESET, status=_FAILURE, severity=_MEDIUM),
    "directory-unanswered": _account(_PASSWORD_RESET, status=_FAILURE, severity=_LOW),
    "directory-stopped": _account(_PASSWORD_RESET, status=_FAILURE),
    "password-in-doubt": _account(_PASSWORD_RESET, status=0, severity=_LOW),
    "language-chosen": _UPDATED,
    "sign-in-locked": _account(_LOCK, severity=_MEDIUM),
    "account-secured": _account(_DISABLE, severity=_MEDIUM),
    "registration-started": _FACTOR_CHANGED,
    "security-info-added": _account(_FACTOR_ENABLE),
    "security-info-removed": _account(_FACTOR_DISABLE, severity=_LOW),
    "security-info-confirmed": _FACTOR_CHANGED,
    "registration-code-given": _FACTOR_CHANGED,
    "admin-method-agreed": _account(_FACTOR_ENABLE, severity=_LOW),
    "admin-methods-lost": _account(_FACTOR_DISABLE, severity=_LOW),
    "admin-methods-cleared": _account(_FACTOR_DISABLE, severity=_LOW),
    "admin-reset": _account(_PASSWORD_RESET, severity=_LOW),
    "admin-unlocked": _account(_OTHER, "Unlock", severity=_LOW),
    "admin-lifted": _account(_OTHER, "Lift limits", severity=_LOW),
    "admin-enabled": _account(_ENABLE, severity=_LOW),
    "admin-disabled": _account(_DISABLE, severity=_LOW),
    "admin-registration-required": _FACTOR_CHANGED,
    "admin-registration-waived": _FACTOR_CHANGED,
    "admin-role-granted": _account(_ATTACH_POLICY, severity=_MEDIUM),
    "account-added": _account(_CREATE),
    "account-renamed": _UPDATED,
    "account-removed": _account(_DELETE, severity=_LOW),
    "account-erased": _account(_DELETE, severity=_LOW),
    "account-imported": _UPDATED,
    "account-exported": _call(_READ, severity=_LOW),
    "admin-viewed": _call(_READ),
    "admin-viewed-places": _call(_READ, severity=_LOW),
    "admin-read-story": _call(_READ),
    "admin-read-events": _call(_READ),
    "admin-searched": _call(_READ),
    "admin-read-requests": _call(_READ),
    "request-taken": _REQUEST,
    "request-done": _REQUEST,
    "request-put-back": _REQUEST,
    "invitation-started": _call(_CREATE),
    "invitation-stopped": _REQUEST,
    "invitation-resumed": _REQUEST,
    "admin-exported": _call(_READ, severity=_LOW),
    "administrator-contacted": _call(_OTHER, "Request help"),
    "support-contacted": _call(_OTHER, "Request help"),
    "message-sent": _SENT,
    "message-delivered": _SENT,
    "message-delayed": _call(_OTHER, "Send message", 0),
    "message-expired": _UNSENT,
    "message-failed": _UNSENT,
    "message-bounced": _UNSENT,
    "message-suppressed": _UNSENT,
    "message-complained": _UNSENT,
    "message-undelivered": _UNSENT,
}
"""Every kind of event. Of a kind that a later release writes, `_call` says that something happened."""


def to_ocsf(event: Mapping[str, Any], english: Language) -> dict[str, Any]:
    """An audit event as an OCSF event. The same event is the same, whenever and however often it is asked for."""
    activity = ACTIVITIES.get(event["kind"]) or _call(_OTHER, event["kind"])
    at, _, _ = event["at"].partition("#")
    micros = _microseconds(at)
    by, reason = event.get("by", ""), event.get("reason", "")
    unmapped = {name: value for name, value in event.items() if name not in _KEPT}
    return {
        "activity_id": activity.id,
        **({"activity_name": activity.name} if activity.name else {}),
        "category_uid": activity.of.category,
        "class_uid": activity.of.uid,
        "class_name": activity.of.name,
        "type_uid": activity.of.uid * 100 + activity.id,
        "severity_id": activity.severity,
        "status_id": activity.status,
        **({"status_detail": reason} if reason else {}),
        "time": micros // 1_000,
        "message": english.translate(events.describe(event)),
        "metadata": _metadata(event, micros),
        **_of_class(activity.of, event, by),
        **({"unmapped": unmapped} if unmapped else {}),
    }


def _metadata(event: Mapping[str, Any], micros: int) -> dict[str, Any]:
    """`uid` is the event's own, `sequence` its place among those of its account: microseconds since 1970."""
    uid = hashlib.sha256(f"{event['subject']}#{event['at']}".encode()).hexdigest()[:32]
    return {
        "version": VERSION,
        "uid": uid,
        "sequence": micros,
        "event_code": event["kind"],
        "correlation_uid": event.get("reference", ""),
        "log_name": "audit",
        "product": {"name": "Regain", "vendor_name": "Regain"},
    }


def _of_class(of: EventClass, event: Mapping[str, Any], by: str) -> dict[str, Any]:
    """The account, who acted on it, and what else the class asks for."""
    user = {"uid": event["subject"]}
    actor: dict[str, Any] = {"user": {"name": by}} if by else {"user": user}
    if of is API_ACTIVITY:
        api = {"operation": event["kind"], "service": {"name": "Regain"}}
        resources = [{"uid": event["subject"], "type": "account"}]
        return {"actor": actor, "api": api, "src_endpoint": {"svc_name": "Regain"}, "resources": resources}
    service = {"service": {"name": "Regain"}} if of is AUTHENTICATION else {}
    return {"user": user, "actor": actor, **service}


def _microseconds(at: str) -> int:
    moment = datetime.fromisoformat(at)
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond

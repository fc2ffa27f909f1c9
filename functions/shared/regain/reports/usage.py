"""The usage report, from the counters, for the admin pages and the command line (B17)."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from regain.adapters.counters import Counters
from regain.api.contract import AccountCounts, DayCount, DomainCount, MethodCount, Saved, UsageReport
from regain.domain.methods import LABELS
from regain.organisation.settings import Organisation

_PURPOSES, _ENDS = ("reset", "unlock"), ("started", "finished", "refused")
OTHER = (
    "password-changed", "sign-in-locked", "proofs-longer", "account-secured", "administrator-contacted",
    "support-contacted", "admin-reset", "admin-unlocked", "admin-lifted", "message-failed", "message-bounced",
    "message-suppressed",
)  # fmt: skip
"""The kinds of event that the report counts besides resets and unlocks."""


def usage_report(counters: Counters, organisation: Organisation, days: int, now: int) -> UsageReport:
    """The report for the last `days` days, including today: one query and one read."""
    today = datetime.fromtimestamp(now, UTC).date()
    named = [(today - timedelta(days=back)).isoformat() for back in reversed(range(days))]
    counted = counters.days(named[0], named[-1])
    total: Counter[str] = sum(counted.values(), Counter())
    return UsageReport(
        days=days,
        people=_people(counters.people()),
        saved=_saved(total, organisation),
        domains=[_domain(name, total, organisation) for name in organisation.domains],
        resets=[_day(day, "reset", counted.get(day, Counter())) for day in named],
        unlocks=[_day(day, "unlock", counted.get(day, Counter())) for day in named],
        methods=_methods(total),
        other={kind: total[f"event:{kind}"] for kind in OTHER},
    )


def _day(day: str, purpose: str, counts: Counter[str]) -> DayCount:
    """A flow that neither finished nor was refused was abandoned, or is still in progress."""
    started, finished, refused = (counts[f"{purpose}.{what}"] for what in _ENDS)
    return DayCount(day, started, finished, refused, max(0, started - finished - refused))


def _domain(name: str, total: Counter[str], organisation: Organisation) -> DomainCount:
    started, finished, refused = (sum(total[f"{purpose}.{what}@{name}"] for purpose in _PURPOSES) for what in _ENDS)
    domain = organisation.domains[name]
    given_up = max(0, started - finished - refused)
    return DomainCount(name, domain.directory, domain.policy, started, finished, refused, given_up)


def _saved(total: Counter[str], organisation: Organisation) -> Saved:
    calls = sum(total[f"{purpose}.finished"] for purpose in _PURPOSES)
    cost = organisation.administration.call_cost
    return Saved(calls, cost, organisation.administration.currency, calls * cost)


def _methods(total: Counter[str]) -> list[MethodCount]:
    def of(kind: str, what: str) -> int:
        return total[f"reset.{what}:{kind}"] + total[f"unlock.{what}:{kind}"]

    used = [(kind, of(kind, "passed"), of(kind, "failed")) for kind in LABELS]
    return [MethodCount(kind, LABELS[kind], passed, failed) for kind, passed, failed in used if passed or failed]


def _people(counts: Counter[str]) -> AccountCounts:
    by_method = {name.removeprefix("has:"): number for name, number in counts.items() if name.startswith("has:")}
    return AccountCounts(counts["accounts"], counts["registered"], counts["enabled"], counts["capable"], by_method)


def days_with_events(counters: Counters, kind: str, start: str, end: str, now: int) -> list[str]:
    """The days with events of a kind ("" for any): one query. Counters lag a little behind, so the last two days are
    always included.
    """
    today = datetime.fromtimestamp(now, UTC).date()
    late = {(today - timedelta(days=number)).isoformat() for number in (0, 1)}
    counted = counters.days(start[:10], end[:10])
    name = f"event:{kind}"
    return sorted(late | {day for day, counts in counted.items() if counts[name] or not kind})

"""How far invitations have got, for the desk and the command line (H62)."""

from collections.abc import Mapping

from regain.api.contract import AskedCount, InvitationView, SkippedCount
from regain.domain.invitations import FIRST, REMINDER, REQUIRED, SKIPPED, Invitation


def view(found: Invitation, counts: Mapping[str, int], whole: bool = True) -> InvitationView:
    """An invitation with its counts; `whole` with those of days and groups."""
    running = found.state == "running"
    return InvitationView(
        id=found.id, whom=found.whom, group=found.group, deadline=found.deadline, state=found.state, by=found.by,
        created_at=found.created_at, next_at=found.rounds[found.at].due if running else 0, changed_by=found.changed_by,
        changed_at=found.changed_at, note=found.reason,
        asked=counts.get(FIRST, 0), registered=counts.get("registered", 0), required=counts.get(REQUIRED, 0),
        reminded=sum(number for name, number in counts.items() if name.startswith(REMINDER)),
        skipped=[SkippedCount(reason, label, counts[f"skipped:{reason}"])
                 for reason, label in SKIPPED.items() if counts.get(f"skipped:{reason}")],
        days=_counted("day", counts) if whole else [], groups=_counted("group", counts) if whole else [],
    )  # fmt: skip


def _counted(kind: str, counts: Mapping[str, int]) -> list[AskedCount]:
    names = {name.removeprefix(f"{kind}:").rpartition(":")[0] for name in counts if name.startswith(f"{kind}:")}
    return [
        AskedCount(name, counts.get(f"{kind}:{name}:asked", 0), counts.get(f"{kind}:{name}:registered", 0))
        for name in sorted(names)
    ]

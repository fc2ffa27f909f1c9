"""Sends invitations: a page of people at a time, quietly, and each mail once.

A page is one transaction: how far the invitation has got, the mark of each person, their message, and the counts. One
that was cut off has done nothing, and the next run goes on where the last page ended.
"""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from regain.adapters.outbox import INVITATION, INVITE, Message
from regain.adapters.store import Write, retry_on_conflict
from regain.domain import reference
from regain.domain.account import Account
from regain.domain.invitations import FIRST, REQUIRED, Invitation, address
from regain.organisation import policies
from regain.people import inviting
from regain.people.inviting import Candidate
from regain.runtime.services import Services
from report.index import index_people

_PAGE_SIZE = 20  # people: four writes each, of the hundred that a transaction takes
_RUN = 45  # seconds of a run, which begins every minute
_MOST_GROUPS = 5  # in which a person is counted
_MOST_COUNTED = 150  # groups of an invitation that are counted each for itself
OTHER = "*"
"""The group in which all others are counted together."""


def send_due(services: Services) -> int:
    """Sends what is due, as far as a minute's share of the hourly pace goes. Returns how many mails were written."""
    share = max(1, services.organisation.notify.invitations_per_hour // 60)
    began, sent = services.clock(), 0
    for invitation in services.invitations.running():
        while sent < share and services.clock() < began + _RUN:
            size = min(_PAGE_SIZE, share - sent)
            done = retry_on_conflict(lambda one=invitation.id, most=size: _page(one, most, services))  # type: ignore[misc]
            if done is None:
                break
            sent += done
            services.sleep(_RUN * 0.8 * done / share)
    return sent


def _page(invitation_id: str, size: int, services: Services) -> int | None:
    """One page of what is due. Returns how many mails it wrote; None if nothing is due."""
    found = services.invitations.get(invitation_id)
    now = services.now
    invitation = found.due(now) if found else None
    if invitation is None:
        return None
    name = invitation.rounds[invitation.at].name
    account_ids, cursor = inviting.page(invitation, services, invitation.cursor, size)
    people = inviting.read(account_ids, invitation, services)
    known = _counted_groups(invitation, services) if name == FIRST else set()
    counts: Counter[str] = Counter()
    writes: list[Write] = []
    asked = []
    for person in people:
        own = _one(person, invitation, name, known, counts, services)
        asked += [person.account_id] if own else []
        writes += own
    counted = [services.invitations.count_write(invitation.id, counts, invitation.ends_at)] if counts else []
    services.store.commit([services.invitations.write(invitation.walked(cursor, now)), *writes, *counted])
    if name != REQUIRED:  # those of a page that was cut off here are listed with the next reminder
        index_people("id", asked)
    return 0 if name == REQUIRED else len(asked)


def _one(
    person: Candidate, invitation: Invitation, name: str, known: set[str], counts: Counter[str], services: Services
) -> list[Write]:
    """The writes of a round for a person, which it also counts; none if the person is skipped or already had it."""
    seen, now = person.invitee, services.now
    ours = seen.invitation == invitation.id
    if (ours and name in seen.rounds) or (not ours and name != FIRST):
        return []
    resting = ours and name != REQUIRED and seen.rests(now)
    if person.reason or resting or person.account is None:
        if name == FIRST:
            counts[f"skipped:{person.reason}"] += 1
        return []
    if not ours:
        groups = tuple(dict.fromkeys(_counted_as(group, known) for group in sorted(person.account.groups)))
        seen = replace(seen, invitation=invitation.id, rounds=(), groups=groups[:_MOST_GROUPS], registered_at=0)
    rounds, mailed_at = (*seen.rounds, name), seen.mailed_at if name == REQUIRED else now
    mark = replace(seen, rounds=rounds, mailed_at=mailed_at, until=invitation.ends_at)
    counts[name] += 1
    writes = [services.invitations.invitee_write(person.account_id, mark)]
    if name == FIRST:
        today = datetime.fromtimestamp(now, UTC).date().isoformat()
        counts.update([f"day:{today}:asked", *(f"group:{group}:asked" for group in mark.groups)])
        writes.append(services.invitations.entry_write(f"invited#{invitation.id}", person.account_id, mark.until))
    if name == REQUIRED:
        return [*writes, *_require(person, invitation, services)]
    return [*writes, services.outbox.write(_message(person, person.account, invitation, name, services), now)]


def _require(person: Candidate, invitation: Invitation, services: Services) -> list[Write]:
    """Requires security info at the next sign-in, with its event."""
    quoted = reference.generate(services.randomness(5))
    event = services.events.write(
        "admin-registration-required", person.subject, quoted, services.clock(), services.randomness(4),
        by=invitation.by, note=invitation.id,
    )  # fmt: skip
    return [services.security_infos.require_write(person.subject, person.info), event]


def _message(person: Candidate, account: Account, invitation: Invitation, name: str, services: Services) -> Message:
    full = account.display_name or account.given_name
    facts = {
        "user_id": account.user_id, "name": account.given_name or full, "full_name": full, "account_id": account.id,
        "deadline": invitation.deadline, "round": name,
        "policies": list(policies.group_policies(services.organisation, account)),
    }  # fmt: skip
    number, quoted = f"{INVITE}{invitation.id}-{name}-{person.subject}", reference.generate(services.randomness(5))
    return Message(
        number, INVITATION, "email", address(account, person.info), person.subject, quoted, account.language, facts,
        invitation.ends_at,
    )  # fmt: skip


def _counted_groups(invitation: Invitation, services: Services) -> set[str]:
    """The groups that are counted already: a bounded number of them, however many groups people have."""
    (counts,) = services.invitations.counts([invitation.id])
    return {name.split(":", 1)[1].rpartition(":")[0] for name in counts if name.startswith("group:")}


def _counted_as(group: str, known: set[str]) -> str:
    if group not in known and len(known) >= _MOST_COUNTED:
        return OTHER
    known.add(group)
    return group

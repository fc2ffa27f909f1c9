"""Inviting people to register: creates invitations, and reads the current state of the people they are for."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from regain.adapters import invitations as stored
from regain.adapters import security_info as security_infos
from regain.adapters.search_index import Filters
from regain.adapters.store import batched
from regain.directories import dynamodb as account_items
from regain.domain import crockford, invitations, search
from regain.domain.account import Account
from regain.domain.eligibility import eligibility
from regain.domain.invitations import Invitation, Invitee
from regain.domain.security_info import SecurityInfo
from regain.organisation import policies
from regain.organisation.zones import zone
from regain.problems import DEADLINE_NOT_POSSIBLE, NOBODY_TO_INVITE, Refused
from regain.runtime.services import Services

_READ_SIZE = 30  # people, with three items each, in a read of up to a hundred items
_WRITE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """The current state of somebody whom an invitation may ask. `reason` is why they are skipped, or ""."""

    account_id: str
    subject: str
    account: Account | None
    info: SecurityInfo
    invitee: Invitee
    reason: str


def begin(
    services: Services, by: str, deadline: str, *, group: str = "", listed: Sequence[str] | None = None,
    reminders: Iterable[int] = invitations.REMINDERS,
) -> Invitation:  # fmt: skip
    """A new invitation, not written yet, for a group, the accounts `listed`, or everybody who is not registered.

    Raises:
        Refused: DEADLINE_NOT_POSSIBLE; NOBODY_TO_INVITE if nobody is in the group or on the list.
    """
    now, home = services.now, zone(services.organisation)
    try:
        day = date.fromisoformat(deadline)
    except ValueError:
        raise Refused(DEADLINE_NOT_POSSIBLE) from None
    rounds = invitations.plan(day, reminders, home, now)
    number = crockford.encode(services.randomness(5))[:4].lower()
    whom = "group" if group else "not-registered" if listed is None else "list"
    made = Invitation(
        f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d-%H%M}-{number}", by, whom, now, day.isoformat(), rounds, group
    )
    if not (listed if whom == "list" else page(made, services, "", 1)[0]):
        raise Refused(NOBODY_TO_INVITE)
    return made


def keep_list(invitation: Invitation, account_ids: Iterable[str], services: Services) -> None:
    """Writes the people on a list before the invitation itself, so that an interruption here invites nobody."""
    part = f"listed#{invitation.id}"
    for some in batched(dict.fromkeys(account_ids), _WRITE_SIZE):
        writes = [services.invitations.entry_write(part, each, invitation.ends_at) for each in some]
        services.store.commit(writes)


def page(invitation: Invitation, services: Services, cursor: str, limit: int) -> tuple[list[str], str]:
    """Up to `limit` account ids of the invitation's current round, and the next cursor; "" at the end.

    The first round covers the group or list; later ones cover those who have been invited.
    """
    asked = invitation.at > 0
    named = {"group": f"g#{invitation.group}", "not-registered": "s#not-registered", "list": f"listed#{invitation.id}"}
    part = f"invited#{invitation.id}" if asked else named[invitation.whom]
    return services.search_index.page([search.listing(part)], Filters(), cursor, limit)


def read(account_ids: Sequence[str], invitation: Invitation, services: Services) -> list[Candidate]:
    """The current state of up to 33 people: one read."""
    subjects = [services.recoveries.subject(each) for each in account_ids]
    keys = [services.accounts.key(each) for each in account_ids]
    keys += [services.security_infos.key(each) for each in subjects]
    keys += [services.invitations.invitee_key(each) for each in account_ids]
    items, size = services.store.batch_get(keys) if keys else [], len(account_ids)
    found = []
    for number, (account_id, subject) in enumerate(zip(account_ids, subjects, strict=True)):
        account = account_items.from_item(items[number])
        info = security_infos.from_item(items[size + number])
        invitee = stored.invitee(items[2 * size + number])
        reason = _reason(account, info, invitee, invitation, services)
        found.append(Candidate(account_id, subject, account, info, invitee, reason))
    return found


def forecast(invitation: Invitation, account_ids: Iterable[str], services: Services) -> Counter[str]:
    """How many of these people would be invited (""), and how many would be skipped, by reason."""
    parts = batched(dict.fromkeys(account_ids), _READ_SIZE)
    return Counter(each.reason for part in parts for each in read(part, invitation, services))


def everybody(invitation: Invitation, services: Services) -> Iterator[str]:
    """The account ids of the invitation's present round."""
    cursor = ""
    while True:
        found, cursor = page(invitation, services, cursor, 500)
        yield from found
        if not cursor:
            return


def _reason(
    account: Account | None, info: SecurityInfo, invitee: Invitee, invitation: Invitation, services: Services
) -> str:  # fmt: skip
    """Why somebody is skipped: because of their account, or because another invitation asks them."""
    stands, registers = None, False
    if account:
        own = policies.for_account(services.organisation, account)
        stands = eligibility(account, info, own.recovery, own.domains)
        domain = services.organisation.domain_of(account.user_id)
        registers = bool(domain and policies.signs_in(services.organisation, domain))
    reason = invitations.skip_reason(account, info, stands, registers)
    return reason or ("asked" if invitee.taken_by(invitation, services.now) else "")

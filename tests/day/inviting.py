"""Invitations to register on the day: begun, stopped, cut off by a restart, resumed; a reminder; and the deadline."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from regain.adapters import invitations as stored
from regain.adapters.search_index import Filters
from regain.adapters.store import retry_on_conflict
from regain.domain import search
from regain.domain.invitations import FIRST, REQUIRED
from tests.codes import code_in
from tests.day.organisation import FIRST as PASSWORD
from tests.day.organisation import Organisation
from tests.load.attack import Owner
from tests.waiting import until

_DAY = 86_400
REMINDER = "reminder-7"


@dataclass
class Invited:
    """What was done: the invitations' ids, who registered in answer, the events of it all, and what went wrong."""

    ids: list[str] = field(default_factory=list)
    registered: list[Owner] = field(default_factory=list)
    events: list[tuple[str, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Inviting:
    """The administrator invites the branch, and meanwhile the lab: one of the branch works there too."""

    def __init__(self, here: Organisation) -> None:
        self.here, self.done = here, Invited()

    def begin(self) -> None:
        """Somebody at the branch is turned off; the others are invited, and the first of them get their mail."""
        off, services = self.here.turned_off, self.here.deployment.services
        self.here.cut_off()
        self._act(f"/accounts/{off.user_id}/disable", off.user_id, "admin-disabled")
        listed = [search.listing("g#branch")]
        self._until(
            lambda: len(services.search_index.page(listed, Filters(), "", 500)[0]) == len(self.here.branch),
        )
        self._invite("branch")
        self._until(lambda: self._counted(FIRST))
        self._act(self._first, self._agent, "invitation-stopped", state="stopped", note="wrong day")

    def go_on(self) -> None:
        """While the branch waits, the lab is invited. Resumed, the branch gets the rest of its mails, and some register."""
        before, asked = self._counted(FIRST), self.here.to_be_asked
        self._expect(before < len(asked), "the invitation was to be stopped in the middle")
        self._invite("lab")
        self._until(lambda: self._counts(1).total())
        self._expect(self._counts(0)[FIRST] == before, "mails left while their invitation was stopped")
        self._act(self._first, self._agent, "invitation-resumed", state="running")
        self._until(lambda: self._counted(FIRST) == len(asked))
        for person in asked[::2]:
            self._register(person)
        self._until(lambda: self._counted("registered") == len(self.done.registered))

    def end(self) -> None:
        """Whoever has not registered a week before the deadline is reminded, and must register once it has passed."""
        late = [person for person in self.here.to_be_asked if person not in self.done.registered]
        for name in (REMINDER, REQUIRED):
            for invitation_id in self.done.ids:
                self._let_time_pass(invitation_id, name)
            self._until(lambda name=name: self._counted(name) == len(late))  # type: ignore[misc]
        invitations = self.here.deployment.services.invitations
        self._until(lambda: {invitations.get(each).state for each in self.done.ids} == {"finished"})
        self.done.events += [(person.user_id, "admin-registration-required") for person in late]
        told = late[0].world.sign_in(late[0].user_id, PASSWORD, address=late[0].address)
        self._expect(told.body.get("interrupt") is True, f"{late[0].user_id} need not register after the deadline")

    # --- what is done for it -----------------------------------------------------------------------

    @property
    def _first(self) -> str:
        return f"/invitations/{self.done.ids[0]}"

    @property
    def _agent(self) -> str:
        return str(self.here.administrator.account.user_id)

    def _invite(self, group: str) -> None:
        by = datetime.fromtimestamp(self.here.deployment.services.now + 10 * _DAY, UTC).date().isoformat()
        begun = self._act("/invitations", self._agent, "invitation-started", group=group, deadline=by, reminders=[7])
        self.done.ids.append(begun["id"])

    def _act(self, path: str, user_id: str, event: str, **body: Any) -> dict[str, Any]:
        """What the administrator does at the desk, with the event that it must leave."""
        answer = self.here.desk().do(path, body)
        assert answer.status == 200, f"{path}: {answer.status} {answer.code}"
        self.done.events.append((user_id, event))
        return dict(answer.body)

    def _register(self, person: Owner) -> None:
        """They sign in, as the mail says, and add an address that works without their password."""
        world, seen = person.world, {"address": person.address}
        seen["session"] = world.sign_in(person.user_id, PASSWORD, **seen).session
        begun = world.post("/api/account/methods", {"kind": "email", "contact": person.mailbox}, **seen)
        assert begun.status == 201, f"{person.user_id}: {begun.status} {begun.code}"
        code = code_in(world.received(person.mailbox)[-1]["body"])
        done = world.post(f"/api/account/methods/{begun.body['id']}/confirm", {"code": code}, **seen)
        self._expect(done.status == 200, f"{person.user_id} cannot register: {done.status} {done.code}")
        self.done.registered.append(person)
        self.done.events.append((person.user_id, "security-info-added"))

    def _let_time_pass(self, invitation_id: str, name: str) -> None:
        """Until this round is due: moves an invitation back in time, and before it the last mail of each of its people."""
        services = self.here.deployment.services
        rounds = services.invitations.get(invitation_id).rounds
        passed = next(each.due for each in rounds if each.name == name) - services.now

        def mailed(account_id: str) -> None:
            seen = stored.invitee(services.store.get(*services.invitations.invitee_key(account_id)))
            if seen.invitation == invitation_id:
                earlier = replace(seen, mailed_at=seen.mailed_at - passed)
                services.store.commit([services.invitations.invitee_write(account_id, earlier)])

        def due() -> None:
            found = services.invitations.get(invitation_id)
            earlier = replace(found, rounds=tuple(replace(each, due=each.due - passed) for each in found.rounds))
            services.store.commit([services.invitations.write(earlier)])

        for person in self.here.to_be_asked:
            retry_on_conflict(lambda who=person: mailed(who.world.account(who.user_id).id))  # type: ignore[misc]
        retry_on_conflict(due)

    def _until(self, came: Callable[[], Any]) -> None:
        """Waits for something, but not for the minute of the schedule nor for the streams."""

        def look() -> Any:
            self.here.wake()
            return came()

        until(look, every=0.3)

    def _counts(self, number: int) -> Any:
        return self.here.progress(self.done.ids)[number]

    def _counted(self, name: str) -> int:
        """How often something was counted, of all invitations together."""
        return sum(each[name] for each in self.here.progress(self.done.ids))

    def _expect(self, true: bool, otherwise: str) -> None:
        if not true:
            self.done.wrong.append(otherwise)

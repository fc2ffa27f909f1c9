"""Events and notices of changes by an import or command. Administrators are notified of new roles."""

from collections.abc import Iterable
from dataclasses import dataclass

from regain.adapters.outbox import Message, notices
from regain.adapters.store import Write
from regain.domain import imported, reference
from regain.domain.account import Account
from regain.domain.security_info import SecurityInfo
from regain.runtime.services import Services

EVENT = "account-imported"


@dataclass(frozen=True, slots=True)
class ImportNotifier:
    """Makes events and notices, which name `by` as the source. Notices go to the old and to the new addresses."""

    services: Services
    by: str

    def reference(self) -> str:
        """A new reference, for a batch of changes."""
        return reference.generate(self.services.randomness(5))

    def writes(self, old: Account, new: Account, info: SecurityInfo, quoted: str) -> list[Write]:
        """The writes that go with a change: first its events, then its notices. Empty if nothing relevant changes."""
        what, services = ",".join(imported.changes(old, new)), self.services
        if not what:
            return []
        subject = services.recoveries.subject(new.id)
        events = [self.event(EVENT, subject, quoted, what=what)]
        if old.user_id != new.user_id:
            events.append(self.event("account-renamed", subject, quoted))
        return [*events, *self.notices(old, new, info, quoted)]

    def notices(self, old: Account, new: Account, info: SecurityInfo, quoted: str) -> list[Write]:
        """The writes of the notices of a change, as far as the organisation's settings ask for them."""
        services, subject = self.services, self.services.recoveries.subject(new.id)
        messages: list[Message] = []
        if services.organisation.notify.person:
            messages += self._to_person(old, new, info, subject, quoted)
        if services.organisation.notify.administrators and old.role != new.role:
            messages.append(self._to_administrators(new, subject, quoted))
        return [services.outbox.write(message, services.now) for message in messages]

    def count(self, writes: Iterable[Write]) -> int:
        """How many of these writes are notices."""
        return sum(each.request["TableName"] == self.services.outbox.table for each in writes)

    def event(self, kind: str, subject: str, quoted: str, **facts: object) -> Write:
        """One event that names the source."""
        services, nonce = self.services, self.services.randomness(4)
        return services.events.write(kind, subject, quoted, services.clock(), nonce, by=self.by, **facts)

    def _to_person(self, old: Account, new: Account, info: SecurityInfo, subject: str, quoted: str) -> list[Message]:
        facts = {"language": new.language, "what": ",".join(imported.changes(old, new))}
        random, now = self.services.randomness, self.services.now
        made = [notices(random, now, account, EVENT, subject, quoted, info, **facts) for account in (old, new)]
        return list({message.to: message for each in made for message in each}.values())

    def _to_administrators(self, new: Account, subject: str, quoted: str) -> Message:
        about = {"user_id": new.user_id, "by": self.by, "at": self.services.now}
        facts = {**about, "act": "admin-role-granted", "what": new.role}
        number = self.services.randomness(16).hex()
        return Message(number, "admin-acted", "roles", "administrators", subject, quoted, facts=facts)

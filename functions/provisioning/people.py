"""Every access of provisioning to the tables of accounts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from regain.adapters import security_info
from regain.adapters.store import Write, put_version
from regain.directories.dynamodb import to_item
from regain.domain.account import EXTERNAL_ID, Account, make_id
from regain.people import removal
from regain.people.notifications import ImportNotifier
from regain.runtime.services import Services


@dataclass(frozen=True, slots=True)
class People:
    """The accounts, by id, user ID and external id. `source` is who provisions: events and notices name it."""

    services: Services
    source: str

    @property
    def notifier(self) -> ImportNotifier:
        """What makes the events and notices of a change."""
        return ImportNotifier(self.services, self.source)

    def get(self, account_id: str) -> Account | None:
        """The account with this id."""
        return self.services.accounts.get(account_id)

    def get_many(self, account_ids: list[str]) -> list[Account]:
        """The accounts with these ids, in their order, without missing ones."""
        return [*self.services.accounts.get_many(account_ids).values()]

    def by_user_id(self, user_id: str) -> Account | None:
        """The account with this user ID, which provisioning knows from now on."""
        account = self.services.accounts.by_user_id(user_id)
        if account and not self.services.provisioning.knows(account.id):
            self.services.store.commit([self.services.provisioning.know_write(account.id)])
        return account

    def named(self, account: Account) -> Account:
        """The account with the aliases that it has under today's settings."""
        return self.services.accounts.named(account)

    def by_external_id(self, external_id: str) -> Account | None:
        """The account with this external id."""
        account_id = self._led_to(external_id)
        return self.get(account_id) if account_id else None

    def id_for(self, external_id: str) -> str:
        """The id of a new account: the one that somebody with this external id had before, or a new one."""
        return self._led_to(external_id) or self.new_id()

    def _led_to(self, external_id: str) -> str:
        identifier = EXTERNAL_ID + external_id
        return self.services.identifiers.find_all([identifier] if external_id else []).get(identifier, "")

    def new_id(self) -> str:
        """An id that nothing has yet."""
        return make_id(self.services.randomness(16))

    def add(self, new: Account) -> None:
        """Adds an account. Raises Conflict."""
        services, subject = self.services, self.services.recoveries.subject(new.id)
        added = self.notifier.event("account-added", subject, self.notifier.reference())
        known = services.provisioning.know_write(new.id)
        services.store.commit([*services.accounts.add_writes(new), known, added])

    def change(self, old: Account, new: Account) -> None:
        """Changes an account, records an event, and notifies the people concerned. Raises Conflict."""
        services, subject = self.services, self.services.recoveries.subject(old.id)
        info = security_info.from_item(services.store.get(*services.security_infos.key(subject)))
        told = self.notifier.writes(old, new, info, self.notifier.reference())
        services.store.commit([*services.accounts.replace_writes(old, new), *told])

    def put_groups(self, old: Account, groups: Iterable[str]) -> Write:
        """The account in other groups."""
        new = replace(old, groups=tuple(groups))
        return put_version(self.services.accounts.table, to_item(new), old.version)

    def remove(self, account: Account) -> None:
        """Ends everything of an account; its events are kept. Raises Conflict."""
        removal.remove(account, self.notifier)

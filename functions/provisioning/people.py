"""Every access of provisioning to the tables of accounts."""

import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from regain.adapters import security_info
from regain.adapters.store import Write, batched, marshal, put_version
from regain.directories.dynamodb import from_item, to_item
from regain.domain import reference
from regain.domain.account import Account
from regain.domain.security_info import SecurityInfo
from regain.people.notifications import ImportNotifier
from regain.runtime.services import Services

_MOST = 100  # writes of a transaction


@dataclass(frozen=True, slots=True)
class People:
    """The accounts, by id, user ID and external id. `source` is who provisions: events and notices name it."""

    services: Services
    source: str

    def get(self, account_id: str) -> Account | None:
        """The account with this id."""
        user_id = self.services.provisioning.user_id(account_id)
        account = self.services.accounts.get(user_id) if user_id else None
        return account if account and account.id == account_id else None

    def get_many(self, account_ids: list[str]) -> list[Account]:
        """The accounts with these ids, in their order, without missing ones."""
        names = [name for some in batched(account_ids, 100) for name in self.services.provisioning.user_ids(list(some))]
        there = [(name, each) for name, each in zip(names, account_ids, strict=True) if name]
        found: list[Account] = []
        for some in batched(there, 100):
            items = self.services.store.batch_get([self.services.accounts.key(name) for name, _ in some])
            accounts = [from_item(item) for item in items]
            pairs = zip(accounts, some, strict=True)
            found += [account for account, (_, each) in pairs if account and account.id == each]
        return found

    def by_user_id(self, user_id: str) -> Account | None:
        """The account with this user ID. It is given an id if it has none."""
        account = self.services.accounts.get(user_id)
        if account is None or account.id:
            return account
        linked = replace(account, id=self.new_id())
        self.services.store.commit([self._put(linked, account), *self.services.provisioning.link_writes(None, linked)])
        return replace(linked, version=account.version + 1)

    def by_external_id(self, external_id: str) -> Account | None:
        """The account with this external id."""
        account_id = self.services.provisioning.id_of_external(external_id)
        return self.get(account_id) if account_id else None

    def new_id(self) -> str:
        """A new immutable id."""
        return str(uuid.UUID(bytes=self.services.randomness(16), version=4))

    def add(self, new: Account) -> None:
        """Adds an account, and deletes what an earlier one under the same user ID left behind. Raises Conflict."""
        subject = self.services.recoveries.subject(new.user_id)
        writes = [self._put(new, None), self._forget_security_info(subject), self._event("account-added", subject)]
        self.services.store.commit([*writes, *self.services.provisioning.link_writes(None, new)])

    def change(self, old: Account, new: Account) -> None:
        """Changes an account, with its event and notices. Raises Conflict."""
        services, subject = self.services, self.services.recoveries.subject(old.user_id)
        info = self._security_info(subject)
        told = ImportNotifier(services, self.source).writes(old, new, info, self._reference())
        linked = services.provisioning.link_writes(old, new)
        if old.user_id == new.user_id:
            services.store.commit([self._put(new, old), *linked, *told])
        else:
            self._commit_last([*self._rename(old, new, info), *linked, *told], self._ended(subject))

    def put_groups(self, old: Account, groups: Iterable[str]) -> Write:
        """Changes the account's groups."""
        return self._put(replace(old, groups=tuple(groups)), old)

    def remove(self, account: Account) -> None:
        """Deletes an account and everything about it, except its events. Raises Conflict."""
        services, subject = self.services, self.services.recoveries.subject(account.user_id)
        off = replace(account, enabled=False)
        info = self._security_info(subject)
        told = ImportNotifier(services, self.source).writes(account, off, info, self._reference())
        groups = [group for group in services.provisioning.groups() if group.display_name in account.groups]
        gone = [
            services.accounts.delete_write(account),
            self._forget_security_info(subject),
            self._event("account-removed", subject),
            *services.provisioning.unlink_writes(account),
        ]
        left = [services.provisioning.member_delete_write(group.id, account.id) for group in groups]
        self._commit_last([*gone, *told], [*self._ended(subject), *left])

    def _security_info(self, subject: str) -> SecurityInfo:
        return security_info.from_item(self.services.store.get(*self.services.security_infos.key(subject)))

    def _ended(self, subject: str) -> list[Write]:
        """Deletes the sessions, flows and limits of a user ID, so that its next owner does not inherit them."""
        services = self.services
        records = services.store.query(services.recoveries.table, "subject", subject, limit=10_000)
        return [
            *(services.sessions.delete_write(subject, each.id) for each in services.sessions.for_subject(subject)),
            *(self._delete(*services.recoveries.key(subject, each["record"])) for each in records),
        ]

    def _commit_last(self, decisive: list[Write], before: list[Write]) -> None:
        """Commits the deciding write together with the last batch, so that a repeated request completes the rest."""
        *earlier, last = [*batched(before, _MOST - len(decisive))] or [()]
        for writes in earlier:
            self.services.store.commit(writes)
        self.services.store.commit([*decisive, *last])

    def _rename(self, old: Account, new: Account, info: SecurityInfo) -> list[Write]:
        """Moves an account to another user ID. Methods bound to the old one, such as an authenticator, are removed."""
        services = self.services
        before, after = services.recoveries.subject(old.user_id), services.recoveries.subject(new.user_id)
        moved = SecurityInfo(contacts=info.contacts, passkeys=info.passkeys, confirmed_at=info.confirmed_at)
        item = {"subject": after, **asdict(moved), "version": 1}
        keep = Write("Put", {"TableName": services.security_infos.table, "Item": marshal(item)})
        return [
            services.accounts.delete_write(old),
            self._put(new, None),
            self._forget_security_info(before),
            keep if info.contacts or info.passkeys else self._forget_security_info(after),
            self._event("account-renamed", before),
            self._event("account-renamed", after),
        ]

    def _put(self, new: Account, seen: Account | None) -> Write:
        return put_version(self.services.accounts.table, to_item(new), seen.version if seen else 0)

    def _forget_security_info(self, subject: str) -> Write:
        return self._delete(*self.services.security_infos.key(subject))

    def _delete(self, table: str, key: dict[str, str]) -> Write:
        return Write("Delete", {"TableName": table, "Key": marshal(key)})

    def _event(self, kind: str, subject: str) -> Write:
        services = self.services
        nonce = services.randomness(4)
        return services.events.write(kind, subject, self._reference(), services.clock(), nonce, by=self.source)

    def _reference(self) -> str:
        return reference.generate(self.services.randomness(5))

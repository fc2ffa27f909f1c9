"""The composition root: builds what a function needs from its environment, once per process."""

import functools
import importlib
import os
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from regain.adapters import aws
from regain.adapters.counters import Counters
from regain.adapters.events import Events
from regain.adapters.identifiers import Identifiers
from regain.adapters.keys import Keys, RootKey
from regain.adapters.outbox import Outbox
from regain.adapters.rate_limits import RateLimits
from regain.adapters.recoveries import Recoveries
from regain.adapters.security_info import SecurityInfos
from regain.adapters.sessions import Sessions
from regain.adapters.store import Store
from regain.directories import kinds
from regain.directories.base import Directory
from regain.directories.dynamodb import WITHOUT_PASSWORD, Accounts
from regain.domain.aliases import aliases
from regain.organisation.language import Languages
from regain.organisation.settings import Organisation, current

if TYPE_CHECKING:
    from regain.adapters.help_requests import HelpRequests
    from regain.adapters.invitations import Invitations
    from regain.adapters.provisioning import Provisioning
    from regain.adapters.search_index import SearchIndex


@dataclass(frozen=True, eq=False, repr=False)  # `==` and `repr` of every adapter: unused, and slow to generate
class Services:
    """Everything outside the pure rules. Includes time and randomness, so that tests can set them.

    `directories` are those of domains whose passwords do not live in a table of ours.
    """

    organisation: Organisation
    store: Store
    keys: Keys
    accounts: Accounts
    identifiers: Identifiers
    recoveries: Recoveries
    sessions: Sessions
    security_infos: SecurityInfos
    rate_limits: RateLimits
    events: Events
    counters: Counters
    outbox: Outbox
    provisioning_table: str
    proof_of_work_rounds: int = 1_000
    clock: Callable[[], float] = time.time
    randomness: Callable[[int], bytes] = secrets.token_bytes
    sleep: Callable[[float], None] = time.sleep
    directories: Mapping[str, Directory] = field(default_factory=dict)

    @functools.cached_property
    def languages(self) -> Languages:
        """The organisation's languages."""
        return Languages(self.organisation)

    @functools.cached_property
    def provisioning(self) -> "Provisioning":
        """What an identity provider sent (SCIM). Imported by those that ask for it."""
        module = importlib.import_module("regain.adapters.provisioning")
        return cast("Provisioning", module.Provisioning(self.store, self.provisioning_table))

    @functools.cached_property
    def search_index(self) -> "SearchIndex":
        """The index of people, in the report table. Imported by those that ask for it."""
        module = importlib.import_module("regain.adapters.search_index")
        return cast("SearchIndex", module.SearchIndex(self.store, self.counters.table))

    @functools.cached_property
    def help_requests(self) -> "HelpRequests":
        """The queue of requests for help, in the report table. Imported by those that ask for it."""
        module = importlib.import_module("regain.adapters.help_requests")
        return cast("HelpRequests", module.HelpRequests(self.store, self.counters.table, self.keys))

    @functools.cached_property
    def invitations(self) -> "Invitations":
        """Invitations to register, in the report table. Imported by those that ask for it."""
        module = importlib.import_module("regain.adapters.invitations")
        return cast("Invitations", module.Invitations(self.store, self.counters))

    @functools.cached_property
    def provider(self) -> Any:
        """The organisation's identity provider (`adapters.openid.Provider`), or None. Only those who ask load it."""
        settings = self.organisation.sign_in.oidc
        return importlib.import_module("regain.adapters.openid").Provider(settings, self.clock) if settings else None

    @property
    def now(self) -> int:
        """The time in whole seconds since 1970."""
        return int(self.clock())

    def directory(self, user_id: str) -> Directory | None:
        """Where the password of this user ID lives, or of everybody in a domain; None: in a table of ours."""
        return self.directories.get(user_id.rpartition("@")[2])

    def directory_of(self, user_id: str) -> Directory:
        """The directory that the password of this user ID is known to live in. KeyError: it does not."""
        return self.directories[user_id.rpartition("@")[2]]


def compose(
    environment: Mapping[str, str], organisation: Organisation, dynamodb: Any, kms: Any, **others: Any
) -> Services:
    """The services for an environment. Tables that a function may not use are not named there."""
    accounts = environment.get("ACCOUNT_TABLE", "")
    views = {accounts: WITHOUT_PASSWORD} if environment.get("ACCOUNT_VIEW") == "without-password" else {}
    store = Store(dynamodb, views)
    roots = (_root(environment, name) for name in ("CODE_KEY", "PROOF_KEY", "PASSWORD_KEY"))
    keys = Keys(kms, environment.get("SERVICE_KEY", ""), *roots)
    about = organisation.organisation
    ours = [name for name, domain in organisation.domains.items() if domain.directory == "dynamodb"]
    named = partial(aliases, kinds=about.user_id_aliases, domains=ours)
    identifiers = Identifiers(store, environment.get("IDENTIFIER_TABLE", ""), keys, bool(about.user_id_aliases))
    return Services(
        organisation=organisation,
        store=store,
        keys=keys,
        accounts=Accounts(store, accounts, identifiers, named),
        identifiers=identifiers,
        recoveries=Recoveries(store, environment.get("RECOVERY_TABLE", ""), keys),
        sessions=Sessions(store, environment.get("SESSION_TABLE", "")),
        security_infos=SecurityInfos(store, environment.get("SECURITY_INFO_TABLE", "")),
        rate_limits=RateLimits(store, environment.get("LIMIT_TABLE", ""), keys),
        events=Events(store, environment.get("EVENT_TABLE", "")),
        counters=Counters(store, environment.get("REPORT_TABLE", ""), keys),
        outbox=Outbox(store, environment.get("OUTBOX_TABLE", ""), keys),
        provisioning_table=environment.get("PROVISIONING_TABLE", ""),
        proof_of_work_rounds=int(environment.get("PROOF_OF_WORK_ROUNDS", "1000")),
        **others,
    )


def _root(environment: Mapping[str, str], name: str) -> RootKey:
    return RootKey(environment.get(name, ""), int(environment.get(f"{name}_GENERATION", "1")))


@functools.cache
def services() -> Services:
    """The services of this process."""
    organisation = current()
    connected = kinds.directories(organisation, os.environ)
    return compose(os.environ, organisation, aws.client("dynamodb"), aws.client("kms"), directories=connected)

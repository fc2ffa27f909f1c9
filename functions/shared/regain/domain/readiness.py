"""Readiness: whether somebody could reset their password by themselves, and by which rule not (B17, B24)."""

from collections.abc import Mapping
from dataclasses import dataclass

from regain.domain.account import Account, enabled, gates, methods
from regain.domain.methods import channel, enough
from regain.domain.policy import Domain, Recovery
from regain.domain.security_info import SecurityInfo


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not: the rule, as it is called in `organisation.yaml` or in the account, and what it comes to here."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """`registered`: enough ways to prove who they are. `enabled`: the organisation lets them. `capable`: both.

    `kinds` are the kinds of method that they have.
    """

    registered: bool
    enabled: bool
    kinds: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def capable(self) -> bool:
        """Whether a reset would succeed, once the proofs are given."""
        return self.registered and self.enabled

    @property
    def stands(self) -> tuple[str, ...]:
        """The counters of people in which such a person counts."""
        flags = {"registered": self.registered, "enabled": self.enabled, "capable": self.capable}
        return ("accounts", *(name for name, holds in flags.items() if holds), *(f"has:{kind}" for kind in self.kinds))


def readiness(
    account: Account, info: SecurityInfo, recovery: Recovery, domains: Mapping[str, Domain]
) -> Readiness:  # fmt: skip
    """How somebody stands."""
    own = methods(account, info, recovery, domains)
    needed = gates(account, recovery)
    refused = _refused(account, recovery, domains)
    registered = enough(own, needed)
    kinds = tuple(dict.fromkeys(method.kind for method in own))
    missing = () if registered else (_missing(account, own, needed, recovery),)
    return Readiness(registered, not refused, kinds, (*refused, *missing))


def _refused(account: Account, recovery: Recovery, domains: Mapping[str, Domain]) -> tuple[Reason, ...]:
    name = account.user_id.rpartition("@")[2]
    domain = domains.get(name)
    found = []
    if domain is None:
        found.append(Reason("domains", f"The domain {name} is not one of the organisation's."))
    elif domain.directory == "elsewhere":
        found.append(Reason(f"domains.{name}.directory", f"Accounts of {name} are kept elsewhere."))
    elif domain.reset == "off":
        found.append(Reason(f"domains.{name}.reset", f"Reset is turned off for {name}."))
    if not account.enabled:
        found.append(Reason("accountEnabled", "The account is turned off."))
    if not enabled(account, recovery):
        chosen = recovery.enabled_for
        wanted = "nobody" if chosen == "none" else f"the groups {', '.join(chosen)}"
        groups = ", ".join(account.groups) or "none"
        found.append(
            Reason("recovery.enabled_for", f"Reset is turned on for {wanted}; this account's groups are: {groups}.")
        )
    return tuple(found)


def _missing(account: Account, own: tuple, needed: int, recovery: Recovery) -> Reason:
    offered = ", ".join(recovery.offered)
    if not own:
        return Reason("recovery.methods", f"None of the methods that are offered is registered ({offered}).")
    kinds = ", ".join(sorted({channel(method.kind) for method in own}))
    why = f"whoever has a role ({account.role})" if account.role else "`recovery.gates`"
    return Reason(
        "recovery.gates", f"{needed} proofs of different kinds and places are needed by {why}; there is: {kinds}."
    )

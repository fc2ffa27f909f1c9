"""Eligibility for self-service reset: who could use it now, and which rules stand in the way (B17, B24)."""

from collections.abc import Mapping
from dataclasses import dataclass

from regain.domain.account import Account, can_prove, methods, required_gates, self_service_enabled
from regain.domain.methods import Method, can_pass, channel
from regain.domain.policy import Domain, Recovery
from regain.domain.reason import Reason
from regain.domain.security_info import SecurityInfo
from regain.phrases import Phrase, format_list


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether an account could use self-service reset, in Microsoft Entra's terms.

    `registered`: it has enough methods. `enabled`: the organisation allows it. `capable`: both. `kinds` are the kinds
    of its methods. Each reason's rule is a setting in `organisation.yaml` or an attribute of the account.
    """

    registered: bool
    enabled: bool
    kinds: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def capable(self) -> bool:
        """Whether a reset would succeed once the proofs are given."""
        return self.registered and self.enabled

    @property
    def counter_names(self) -> tuple[str, ...]:
        """The usage counters that include this account."""
        flags = {"registered": self.registered, "enabled": self.enabled, "capable": self.capable}
        return ("accounts", *(name for name, holds in flags.items() if holds), *(f"has:{kind}" for kind in self.kinds))


_SUSPENDED = Phrase("The owner said that a change was not theirs. No method works until an administrator checks them.")


def eligibility(
    account: Account, info: SecurityInfo, recovery: Recovery, domains: Mapping[str, Domain],
    barred: tuple[Reason, ...] = (),
) -> Eligibility:  # fmt: skip
    """The eligibility of an account, with every reason against it, including its directory's (`barred`)."""
    own = methods(account, info, recovery, domains)
    needed = required_gates(account, recovery)
    refused = (*_refused(account, recovery, domains), *barred)
    registered = can_prove(account, own, recovery)
    kinds = tuple(dict.fromkeys(method.kind for method in own))
    missing = () if registered else (_missing(account, own, needed, recovery),)
    if info.suspended:
        missing = (Reason("repudiation", _SUSPENDED),)
    return Eligibility(registered, not refused, kinds, (*refused, *missing))


def _refused(account: Account, recovery: Recovery, domains: Mapping[str, Domain]) -> tuple[Reason, ...]:
    name = account.user_id.rpartition("@")[2]
    domain = domains.get(name)
    found = []
    if domain is None:
        found.append(Reason("domains", Phrase("The domain {name} is not one of the organisation's.", name=name)))
    elif domain.directory == "elsewhere":
        found.append(Reason(f"domains.{name}.directory", Phrase("Accounts of {name} are kept elsewhere.", name=name)))
    elif domain.reset == "off":
        found.append(Reason(f"domains.{name}.reset", Phrase("Reset is turned off for {name}.", name=name)))
    if not account.enabled:
        found.append(Reason("accountEnabled", Phrase("The account is turned off.")))
    if not self_service_enabled(account, recovery):
        chosen = recovery.enabled_for
        nobody = Phrase("Reset is turned on for nobody.")
        some = Phrase(
            "Reset is turned on for the groups {wanted}. Groups of this account: {groups}.",
            wanted=format_list(chosen), groups=format_list(account.groups or ("–",)),
        )  # fmt: skip
        found.append(Reason("recovery.enabled_for", nobody if chosen == "none" else some))
    return tuple(found)


def _missing(account: Account, own: tuple[Method, ...], needed: int, recovery: Recovery) -> Reason:
    if not own:
        none = Phrase("No offered method is registered ({offered}).", offered=format_list(recovery.offered))
        return Reason("recovery.methods", none)
    kinds = format_list(sorted({channel(method.kind) for method in own}))
    if can_pass(own, needed):
        first = Phrase(
            "The first proof must be one that everybody in the domain is offered ({offered}). Registered: {kinds}.",
            offered=format_list(recovery.before_proof.offered), kinds=kinds,
        )  # fmt: skip
        return Reason("policies", first)
    everybody = Phrase("Proofs of different kinds needed: {needed}. Registered: {kinds}.",
                       needed=needed, kinds=kinds)  # fmt: skip
    with_role = Phrase("An account with a role ({role}) needs two proofs of different kinds. Registered: {kinds}.",
                       role=account.role, kinds=kinds)  # fmt: skip
    return Reason("recovery.gates", with_role if account.role else everybody)

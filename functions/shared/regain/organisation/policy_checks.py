"""What is wrong with policies: names that nothing has, and settings that do not go together under one."""

import difflib
from collections.abc import Callable, Iterable, Iterator

from regain.domain.methods import Method, can_pass
from regain.domain.policy import Recovery
from regain.organisation import policies
from regain.organisation.schema import Finding
from regain.organisation.settings import Organisation, Policy
from regain.organisation.yaml_file import Place


def find_errors(
    organisation: Organisation, check: Callable[[Organisation], Iterable[Finding]]
) -> Iterator[Finding]:  # fmt: skip
    """Everything that is wrong with policies. `check` finds what is wrong with settings, as under each of them."""
    yield from _names(organisation)
    yield from _enabled_for(organisation.recovery)
    known = [(place, what) for place, what, _ in check(organisation)]
    for name, policy in organisation.policies.items():
        for place, what, instead in check(policies.with_policy(organisation, name)):
            if (place, what) not in known:
                yield ("policies", name, *_written(place, policy)), what, instead
    yield from _passwords(organisation)
    yield from _directories(organisation, check)
    for name, group in organisation.groups.items():
        if group.policy in organisation.policies and not _some_can_prove(organisation, group.policy):
            first = policies.by_domains(organisation, lambda each: each.recovery.offered)[0][1]
            what = f"nobody with the policy `{group.policy}` could prove anything: it offers no method to begin with"
            yield ("groups", name), what, f"offer one that the domain offers: {', '.join(first)}"


def _names(organisation: Organisation) -> Iterator[Finding]:
    """Policies that domains and groups name, and that are not there."""
    known = organisation.policies
    named: dict[Place, str] = {
        **{("domains", name, "policy"): domain.policy for name, domain in organisation.domains.items()},
        **{("groups", name, "policy"): group.policy or "–" for name, group in organisation.groups.items()},
    }
    for place, name in named.items():
        if name and name not in known:
            near = difflib.get_close_matches(name, known, 1)
            there = f"there are: {', '.join(known)}" if known else f"write it below `policies:`, as `{name}:`"
            yield place, f"there is no policy `{name}`", f"did you mean `{near[0]}`?" if near else there


def _written(place: Place, policy: Policy) -> Place:
    """The place within a policy of a value that it says; of one that it does not say, the section."""
    section, key = str(place[0]), str(place[1]) if len(place) > 1 else ""
    part = getattr(policy, section, None)
    return place if part is not None and key in policies.given(part) else place[:1]


def _enabled_for(recovery: Recovery) -> Iterator[Finding]:
    at: Place = ("recovery", "enabled_for")
    if not isinstance(recovery.enabled_for, str):
        if not recovery.enabled_for or not all(name.strip() for name in recovery.enabled_for):
            yield at, "a group without a name has no people", "`all`, `none`, or the names of groups"
        elif meant := {"all", "none"} & set(recovery.enabled_for):
            yield at, f"`{min(meant)}` in a list is the name of a group", f"without brackets: enabled_for: {min(meant)}"


def _passwords(organisation: Organisation) -> Iterator[Finding]:
    """A group adds its minimum to its domain's maximum, so that each must fit all."""
    every = [organisation, *(policies.with_policy(organisation, name) for name in organisation.policies)]
    smallest = min(each.passwords.maximum for each in every)
    for name, policy in organisation.policies.items():
        least = policies.with_policy(organisation, name).passwords.minimum_length
        if least > smallest and "minimum" in policies.given(policy.passwords):
            what = f"{least} is more than the smallest maximum in this file"
            yield ("policies", name, "passwords", "minimum"), what, f"at most {smallest}"


def _directories(organisation: Organisation, check: Callable[[Organisation], Iterable[Finding]]) -> Iterator[Finding]:
    """What goes together until a domain's directory takes its share: whom it cannot sign in here registers nothing."""
    for name, domain in organisation.domains.items():
        if domain.resets_here and domain.has_directory:
            told = list(check(policies.with_policy(organisation, domain.policy)))
            for place, what, instead in check(policies.for_domain(organisation, f"@{name}")):
                if (place, what, instead) not in told:
                    yield ("domains", name), f"with what the directory of `{name}` can do, {what}", instead


def _some_can_prove(organisation: Organisation, policy: str) -> bool:
    """Whether in some domain a person with the policy, and every method of it, could give the proofs."""
    for _, domain in policies.by_domains(organisation, lambda each: each):
        own = policies.with_policy(domain, policy).recovery
        methods = [Method(kind, kind, kind) for kind in own.offered]
        if can_pass(methods, max(own.gates, domain.recovery.gates), domain.recovery.offered):
            return True
    return False

"""Policies: what the settings are for the people of one domain, and for one account.

Each answer is a whole `Organisation`, so that whoever asks reads `recovery`, `passwords` and `contacts` as ever.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import msgspec

from regain.domain.account import Account
from regain.domain.methods import sends_code
from regain.domain.policy import ABILITIES, Domain, GroupRecovery, Kind
from regain.organisation.settings import ACCOUNT_PAGE, Administrator, Organisation, Policy

T = TypeVar("T")

_SIGN_IN = {"entra": "https://myaccount.microsoft.com/"}
"""The sign-in pages of directories that have one, by kind of directory."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A policy that applies to an account. `rule` is the setting that names it."""

    name: str
    rule: str


def with_policy(organisation: Organisation, name: str) -> Organisation:
    """The settings with those of a policy in their place. The name "" means no policy."""
    policy = organisation.policies.get(name)
    if policy is None:
        return organisation
    sections = {
        section: replace(getattr(organisation, section), **given(getattr(policy, section)))
        for section in Policy.__struct_fields__
    }
    return msgspec.structs.replace(organisation, **sections)


def for_domain(organisation: Organisation, user_id: str) -> Organisation:
    """The settings for everybody whose user ID has the same domain: all that may show before a proof."""
    domain = organisation.domain_of(user_id)
    return _with_directory(with_policy(organisation, domain.policy), domain) if domain else organisation


def _with_directory(organisation: Organisation, domain: Domain) -> Organisation:
    """The settings adapted to the directory in which a domain's passwords live.

    People who cannot sign in here cannot register methods, so only methods that send a code are left.
    """
    about, recovery = organisation.organisation, organisation.recovery
    url = domain.sign_in_url or about.sign_in_url
    if domain.offers and not signs_in(organisation, domain):
        url = _SIGN_IN.get(domain.kind, "") if url == ACCOUNT_PAGE else url
        recovery = replace(recovery, methods=tuple(kind for kind in recovery.methods if sends_code(kind)))
    passwords = organisation.passwords
    if domain.longest_password < passwords.maximum:
        passwords = replace(passwords, maximum=domain.longest_password)
    if (url, recovery, passwords) == (about.sign_in_url, organisation.recovery, organisation.passwords):
        return organisation
    about = replace(about, sign_in_url=url)
    return msgspec.structs.replace(organisation, organisation=about, recovery=recovery, passwords=passwords)


def for_account(organisation: Organisation, account: Account, typed: str = "") -> Organisation:
    """The settings for one account: its domain's, then those of its groups, in the order of the file the first first.

    Of proofs, methods to register and the shortest password, the most holds. What a group changes shows only after a
    proof: `recovery.before_proof` is the domain's. Of an account found by an alias (`typed`), that is the alias's.
    """
    domain = for_domain(organisation, account.user_id)
    shown = for_domain(organisation, typed or account.user_id)
    names = [each.name for each in _of_groups(organisation, account)]
    if not names and shown.recovery == domain.recovery:
        return domain
    own = domain
    for name in reversed(names):
        own = with_policy(own, name)
    every = [domain, *(with_policy(domain, name) for name in names)]
    kept = {each.name: getattr(own.recovery, each.name) for each in fields(own.recovery)}
    stricter = {
        "gates": max(each.recovery.gates for each in every),
        "methods_registered": max(each.recovery.methods_registered for each in every),
        "domain": shown.recovery,
    }
    recovery = GroupRecovery(**{**kept, **stricter})
    passwords = replace(own.passwords, minimum=max(each.passwords.minimum_length for each in every))
    whole = msgspec.structs.replace(own, recovery=recovery, passwords=passwords)
    here = organisation.domain_of(account.user_id)
    return _with_directory(whole, here) if here else whole


def applied(organisation: Organisation, account: Account) -> tuple[Applied, ...]:
    """The policies of an account: its domain's first, then those of its groups."""
    name = account.user_id.rpartition("@")[2]
    domain = organisation.domains.get(name)
    own = [Applied(domain.policy, f"domains.{name}")] if domain and domain.policy else []
    return (*own, *_of_groups(organisation, account))


def self_service(organisation: Organisation) -> bool:
    """Whether anybody at all may reset or unlock by themselves."""
    return organisation.recovery.enabled_for != "none" and bool(reset_domains(organisation))


def reset_domains(organisation: Organisation) -> tuple[str, ...]:
    """The domains whose accounts can be reset here."""
    each = organisation.domains.items()
    return tuple(name for name, domain in each if domain.directory != "elsewhere" and domain.reset != "off")


def abilities(organisation: Organisation, name: str) -> frozenset[str]:
    """What people of a domain can do here: what its directory can, and what is turned on for them."""
    domain = organisation.domains[name]
    off = not domain.resets_here or organisation.recovery.enabled_for == "none"
    offers = domain.offers | ({"sign-in"} if signs_in(organisation, domain) else frozenset())
    return offers - {"reset", "unlock"} if off else offers


def possible(organisation: Organisation, account: Account) -> frozenset[str]:
    """What can be done with the password of one account, whether or not people may do it by themselves.

    Everything, where its domain is unknown or its accounts are kept elsewhere: then only a table of ours has it.
    """
    domain = organisation.domain_of(account.user_id)
    if not domain or not domain.offers:
        return ABILITIES
    return domain.offers | ({"sign-in"} if signs_in(organisation, domain) else frozenset())


def signs_in(organisation: Organisation, domain: Domain) -> bool:
    """Whether people of a domain can sign in here, with their password or with the organisation's provider."""
    return domain.signs_in or bool(domain.offers and organisation.sign_in.oidc and domain.sign_in != "password")


def takes_passwords(organisation: Organisation, domain: Domain | None) -> bool:
    """Whether a password is judged that somebody of a domain types: where there is a provider, some have only that."""
    return not (domain and organisation.sign_in.oidc) or domain.signs_in_with_password


def unlocks(organisation: Organisation) -> bool:
    """Whether any directory of the organisation can be asked to unlock an account."""
    return any("unlock" in domain.offers for domain in organisation.domains.values())


def lacking(organisation: Organisation, ability: str) -> tuple[str, ...]:
    """The domains that lack an ability which other domains have; none if no domain has it."""
    here = {name: abilities(organisation, name) for name in _here(organisation)}
    if ability == "unlock":
        here = {name: each for name, each in here.items() if "reset" in each}
    without = tuple(name for name, each in here.items() if ability not in each)
    return without if len(without) < len(here) else ()


def group_policies(organisation: Organisation, account: Account) -> tuple[str, ...]:
    """The names of the policies that an account has by its groups."""
    return tuple(each.name for each in _of_groups(organisation, account))


def desks(organisation: Organisation) -> frozenset[str]:
    """The addresses to which requests for help go."""
    domains = [for_domain(organisation, f"@{name}") for name in organisation.domains]
    groups = [with_policy(each, group.policy) for group in organisation.groups.values() for each in domains]
    return frozenset(each.contacts.administrator.email for each in (*domains, *groups))


def offered(organisation: Organisation) -> tuple[Kind, ...]:
    """The methods that anybody is offered, in the order of the settings."""
    domains = [each for _, each in by_domains(organisation, lambda each: each)]
    groups = [with_policy(each, group.policy) for group in organisation.groups.values() for each in domains]
    return tuple(dict.fromkeys(kind for each in (*domains, *groups) for kind in each.recovery.methods))


def by_domains(organisation: Organisation, of: Callable[[Organisation], T]) -> list[tuple[tuple[str, ...], T]]:
    """The value of something for each domain, as pairs of domains and their common value.

    Domains whose accounts are kept elsewhere are left out, unless all are.
    """
    found: list[tuple[tuple[str, ...], T]] = []
    for name in _here(organisation):
        value = of(for_domain(organisation, f"@{name}"))
        same = next((number for number, (_, known) in enumerate(found) if known == value), None)
        if same is None:
            found.append(((name,), value))
        else:
            found[same] = ((*found[same][0], name), value)
    return found


def _here(organisation: Organisation) -> list[str]:
    """The domains whose accounts are not kept elsewhere; all, if every one is."""
    here = [name for name, domain in organisation.domains.items() if domain.directory != "elsewhere"]
    return here or list(organisation.domains)


def shared(organisation: Organisation) -> Organisation:
    """The settings that apply to every domain. If domains have different helpdesks, no helpdesk is named."""
    found = [each for _, each in by_domains(organisation, lambda each: each)]
    if len(found) == 1:
        return found[0]
    desk = found[0].contacts.administrator
    if any(each.contacts.administrator != desk for each in found):
        desk = Administrator(single=organisation.contacts.administrator.single)
    contacts = replace(organisation.contacts, administrator=desk)
    return msgspec.structs.replace(organisation, contacts=contacts)


def given(part: msgspec.Struct) -> Mapping[str, Any]:
    """The settings that a section of a policy gives, by name."""
    return {name: value for name in part.__struct_fields__ if (value := getattr(part, name)) is not msgspec.UNSET}


def _of_groups(organisation: Organisation, account: Account) -> list[Applied]:
    named = [(name, group.policy) for name, group in organisation.groups.items() if name in account.groups]
    first = {policy: name for name, policy in reversed(named)}
    return [Applied(policy, f"groups.{name}") for name, policy in named if first[policy] == name]

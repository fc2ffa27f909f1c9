"""The part of `doctor` about directories: each domain's, and a trial with a test account."""

import itertools
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from cli.finding import Finding
from cli.stack import StackError
from cli.terminal import say
from regain.directories import trial
from regain.directories.base import NotAllowed, Unanswered
from regain.domain import user_id
from regain.domain.ldap import Ldap
from regain.organisation.settings import Organisation
from regain.runtime.services import Services

_NO_WAY = "On AWS: deploy with DirectorySecretArn, and read the directory function's log."
_NO_ANSWER = "Check that you can reach AWS: credentials, region, network."


def findings(services: Services) -> Iterator[Finding]:
    """What is right and what is wrong with the directory of each domain, as the function that reaches it sees it."""
    for domain, directory in services.directories.items():
        yield from _groups(services.organisation, domain)
        yield from _second_accounts(services.organisation, domain)
        try:
            for finding in directory.check():
                yield replace(finding, what=f"{domain}: {finding.what}")
        except Unanswered as outcome:
            what = f"{domain}: the directory function does not respond ({outcome})."
            yield Finding("wrong", what, _helps(services, domain))
        except NotAllowed as outcome:
            what = f"{domain}: the directory cannot be reached ({outcome.code})."
            yield Finding("wrong", what, _helps(services, domain))


def _groups(organisation: Organisation, domain: str) -> Iterator[Finding]:
    """Findings about settings that name groups in domains whose groups are not read."""
    if organisation.domains[domain].tells_groups:
        return
    if not isinstance(organisation.recovery.enabled_for, str):
        what = f"{domain}: nobody can reset a password: `recovery.enabled_for` names groups, which are not read there."
        yield Finding("wrong", what, "Set it to `all`. A domain whose people must not reset has `reset: off`.")
    if organisation.groups or organisation.administration.scope == "same-groups":
        what = f"{domain}: `groups` and `administration.scope` do not reach its people: their groups are not read."
        yield Finding("warning", what, "The domain's policy applies to them.")


def _second_accounts(organisation: Organisation, domain: str) -> Iterator[Finding]:
    """Findings about the domains before this one that reach the same people by the part before the @."""
    own = organisation.domains[domain].ldap
    for other in itertools.takewhile(lambda each: each != domain, organisation.domains):
        first = organisation.domains[other].ldap
        if own and first and (_finds_all(own, first) or _finds_all(first, own)):
            what = f"{domain}: each person of its directory has an account under {other} too, with other security info."
            yield Finding("warning", what, "Leave one out, or let `user_id` be userPrincipalName or mail in both.")


def _finds_all(one: Ldap, other: Ldap) -> bool:
    """Whether one domain finds everybody of another's directory too, by the part before the @."""
    return one.finds_by_name_alone and one.contains(other)


def _helps(services: Services, domain: str) -> str:
    return _NO_WAY if services.organisation.domains[domain].in_network else _NO_ANSWER


def attempt(services: Services, account: str, show: Callable[[Iterable[Finding]], int]) -> int:
    """Tries with a test account what Regain does for people. Returns how many steps went wrong.

    Raises:
        StackError: its password does not live in a directory.
    """
    who = user_id.normalise(account, services.organisation.domains, services.organisation.default_domain)
    directory = services.directory(who)
    if not directory:
        raise StackError(f"The password of {who} does not live in a directory: there is nothing to try.")
    made: list[str] = []

    def new_password() -> str:
        made.append(f"{secrets.token_urlsafe(18)}-aA1")
        return made[-1]

    wrong = show(trial.trial(directory, who, new_password))
    if made:
        say(f"The password of {who} is one of these now, the last where all went well: {' '.join(made)}")
    return wrong

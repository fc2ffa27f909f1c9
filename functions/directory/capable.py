"""Decides, for `doctor`, whether a person's directory entry is enough for them to reset their password."""

from regain.directories.base import Person
from regain.domain.eligibility import eligibility
from regain.domain.security_info import SecurityInfo
from regain.organisation import policies
from regain.organisation.settings import Organisation
from regain.recovery import in_directory


def capable(organisation: Organisation, domain: str, person: Person) -> bool:
    """Whether a person who has registered nothing in Regain could reset their password."""
    account = in_directory.account(None, person, "", person.user_id or f"somebody@{domain}")
    own = policies.for_account(organisation, account)
    return eligibility(account, SecurityInfo(), own.recovery, own.domains).capable

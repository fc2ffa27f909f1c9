"""Whether somebody could reset their password by what the directory says of them, for `doctor`."""

from regain.directories.base import Person
from regain.domain.eligibility import eligibility
from regain.domain.security_info import SecurityInfo
from regain.organisation import policies
from regain.organisation.settings import Organisation
from regain.recovery import in_directory


def capable(organisation: Organisation, domain: str, person: Person) -> bool:
    """Whether a person of a domain could reset who has registered nothing in Regain."""
    account = in_directory.account(None, person, "", person.user_id or f"somebody@{domain}")
    own = policies.for_account(organisation, account)
    return eligibility(account, SecurityInfo(), own.recovery, own.domains).capable

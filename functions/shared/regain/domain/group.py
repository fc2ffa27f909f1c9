"""Groups managed by provisioning. Accounts list their names in `Account.groups`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """A group. `id` is Regain's, `external_id` the identity provider's."""

    id: str
    display_name: str
    external_id: str = ""
    version: int = 0

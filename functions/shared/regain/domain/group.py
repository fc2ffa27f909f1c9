"""Groups that provisioning keeps: a name, which accounts carry in `Account.groups`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """A group. `id` is drawn here, `external_id` is the identity provider's."""

    id: str
    display_name: str
    external_id: str = ""
    version: int = 0

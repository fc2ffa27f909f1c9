"""The settings of a domain whose passwords live in Active Directory (also AWS Managed Microsoft AD) or OpenLDAP."""

from dataclasses import dataclass
from typing import Literal

from regain.domain.lockout import Lockout

GLOBAL_CATALOGUE = (3268, 3269)
"""The ports of the global catalogue, which is read-only."""
LONGEST_BY_API = 127
"""The maximum length of a password in the API of AWS Directory Service."""
UserIdAttribute = Literal["userPrincipalName", "mail", "sAMAccountName", "uid"]
NAME_ALONE = ("sAMAccountName", "uid")
"""The attributes that are compared with the part before the @."""


@dataclass(frozen=True)
class Ldap:
    """How to reach the directory and find people in it. The service account's password is a secret and not here.

    `url`: `ldaps://`, or `ldap://` for StartTLS; the first server that answers is used. `user_id`: the attributes that
    hold what people type; `sAMAccountName` and `uid` are compared with the part before the @. `ca`: a PEM file beside
    `organisation.yaml`, or its content, which is what the functions are given; without it the system's authorities are
    trusted. `protected_groups`: people in them are never
    changed, like those with `adminCount`. `history_on_reset`: whether Active Directory applies its password history to
    a reset. `usable_minutes`: how long until every server knows a new password. `lockout_threshold`: how many wrong
    passwords lock an account in the directory (0: none ever do), and `lockout_window_minutes` after how many without
    one it forgets them (0: only after a right one).

    `kind: aws-managed` is an AWS Managed Microsoft AD that is asked by the API of AWS Directory Service, which needs no
    network and no service account: it has `directory_id` and `region` (its primary one) in place of the rest.
    """

    kind: Literal["active-directory", "openldap", "aws-managed"]
    url: tuple[str, ...] = ()
    base: str = ""
    service_account: str = ""
    user_id: tuple[UserIdAttribute, ...] = ("userPrincipalName",)
    ca: str = ""
    history_on_reset: bool = True
    protected_groups: tuple[str, ...] = ()
    usable_minutes: int = 0
    lockout_threshold: int = 5
    lockout_window_minutes: int = 30
    directory_id: str = ""
    region: str = ""

    @property
    def finds_by_name_alone(self) -> bool:
        """Whether people can be found by the part before the @, whatever the domain."""
        return self.kind == "aws-managed" or any(name in NAME_ALONE for name in self.user_id)

    def contains(self, other: "Ldap") -> bool:
        """Whether this reaches everybody whom the other reaches: the same server, and its base within this one."""
        if self.directory_id or other.directory_id:
            return self.directory_id == other.directory_id
        within = f",{other.base.casefold()}".endswith(f",{self.base.casefold()}")
        return within and not set(self.url).isdisjoint(other.url)

    @property
    def lockout(self) -> Lockout:
        """When the directory locks an account."""
        return Lockout(self.lockout_threshold, self.lockout_window_minutes * 60)

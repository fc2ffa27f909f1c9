"""Each kind of LDAP directory, by the name that settings give it."""

from collections.abc import Callable

from regain.directories.base import Person
from regain.directories.ldap.active_directory import ActiveDirectory
from regain.directories.ldap.directory import LdapDirectory
from regain.directories.ldap.openldap import OpenLdap
from regain.directories.ldap.service import Service
from regain.domain.ldap import Ldap

_KINDS: dict[str, type[LdapDirectory]] = {"active-directory": ActiveDirectory, "openldap": OpenLdap}


def connect(
    settings: Ldap, secret: Callable[[bool], str], shortest: int = 0, capable: Callable[[Person], bool] | None = None
) -> LdapDirectory:
    """The directory of these settings. `secret` is the service account's password: with True, read anew.

    `shortest` is how long a password must be by Regain's own rules, and `capable` whether somebody could reset.
    """
    return _KINDS[settings.kind](Service(settings, secret, shortest=shortest, capable=capable))

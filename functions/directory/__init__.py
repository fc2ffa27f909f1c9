"""The only function that reaches Active Directory and OpenLDAP, and that may read the service account's secret.

This function's package contains `regain.directories.ldap` and its library; the layer contains the rest of `regain`.
"""

import pkgutil

import regain
import regain.directories

for package in (regain, regain.directories):
    package.__path__ = pkgutil.extend_path(package.__path__, package.__name__)

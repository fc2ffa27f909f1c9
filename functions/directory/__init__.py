"""Reaches Active Directory and OpenLDAP: the one function with the way, the secret and the rights.

`regain.directories.ldap` and its library come with this function's package, the rest of `regain` with the layer.
"""

import pkgutil

import regain
import regain.directories

for package in (regain, regain.directories):
    package.__path__ = pkgutil.extend_path(package.__path__, package.__name__)

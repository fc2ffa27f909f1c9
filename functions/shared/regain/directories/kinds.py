"""Maps each kind of directory to its module, which is imported only if a domain has such a directory."""

import importlib
from collections.abc import Mapping

from regain.directories.base import Directory
from regain.organisation.settings import Organisation

_REMOTE = "regain.directories.remote"
_MODULES = {
    "active-directory": _REMOTE,
    "openldap": _REMOTE,
    "aws-managed": "regain.directories.aws_managed",
    "cognito": "regain.directories.cognito",
    "entra": "regain.directories.entra",
}
"""Each module has a function `connect(name, organisation, environment)` that returns the directory of the named domain.

It sends no request and reads no secret, because it is called before a snapshot of the process is taken.
"""


def directories(organisation: Organisation, environment: Mapping[str, str]) -> dict[str, Directory]:
    """The directories by domain, for domains that have one. The outcomes of their calls are counted."""
    return {
        name: _connected(_MODULES[domain.kind], name, organisation, environment)
        for name, domain in organisation.domains.items()
        if domain.has_directory
    }


def _connected(module: str, name: str, organisation: Organisation, environment: Mapping[str, str]) -> Directory:
    made: Directory = importlib.import_module(module).connect(name, organisation, environment)
    if module == _REMOTE:  # the invoked function counts
        return made
    counted: Directory = importlib.import_module("regain.directories.counted").Counted(made)
    return counted

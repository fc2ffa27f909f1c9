"""Which module reaches a directory of which kind. It is imported only where a domain has such a directory."""

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
"""Each has a function `connect(name, organisation, environment)` that makes the directory of the domain of that name.

It asks nothing and reads no secret: it is called before a snapshot of the process is taken.
"""


def directories(organisation: Organisation, environment: Mapping[str, str]) -> dict[str, Directory]:
    """The directory of each domain whose passwords live in one, by the domain's name. How calls end is counted."""
    return {
        name: _connected(_MODULES[domain.kind], name, organisation, environment)
        for name, domain in organisation.domains.items()
        if domain.has_directory
    }


def _connected(module: str, name: str, organisation: Organisation, environment: Mapping[str, str]) -> Directory:
    made: Directory = importlib.import_module(module).connect(name, organisation, environment)
    if module == _REMOTE:  # the function that is asked counts
        return made
    counted: Directory = importlib.import_module("regain.directories.counted").Counted(made)
    return counted

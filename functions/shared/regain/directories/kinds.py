"""Which module reaches a directory of which kind. It is imported only where a domain has such a directory."""

import importlib
from collections.abc import Mapping

from regain.directories.base import Directory
from regain.organisation.settings import Organisation

_MODULES = {
    "active-directory": "regain.directories.remote",
    "openldap": "regain.directories.remote",
    "aws-managed": "regain.directories.aws_managed",
    "cognito": "regain.directories.cognito",
    "entra": "regain.directories.entra",
}
"""Each has a function `connect(name, organisation, environment)` that makes the directory of the domain of that name.

It asks nothing and reads no secret: it is called before a snapshot of the process is taken.
"""


def directories(organisation: Organisation, environment: Mapping[str, str]) -> dict[str, Directory]:
    """The directory of each domain whose passwords live in one, by the domain's name."""
    return {
        name: importlib.import_module(_MODULES[domain.kind]).connect(name, organisation, environment)
        for name, domain in organisation.domains.items()
        if domain.has_directory
    }

"""Microsoft Entra ID, through Microsoft Graph, which the functions that reset passwords call without a secret."""

from collections.abc import Mapping
from functools import partial

from regain.directories.entra import assertions
from regain.directories.entra.directory import EntraDirectory
from regain.directories.entra.graph import Graph
from regain.directories.entra.https import GRAPH, LOGIN, Origin, tls
from regain.directories.entra.tokens import Tokens
from regain.organisation.settings import Organisation


def connect(name: str, organisation: Organisation, environment: Mapping[str, str]) -> EntraDirectory:
    """The directory of a domain. Raises KeyError if it has none.

    `ENTRA_KEY` in the environment is the key of the app's certificate in AWS KMS. With `ENTRA_STAND_IN`, which may be
    on loopback only, another server takes the place of Microsoft's.
    """
    settings = organisation.domains[name].entra
    if not settings:
        raise KeyError("entra")
    stand_in = environment.get("ENTRA_STAND_IN", "")
    if not stand_in:
        tls()  # before a snapshot: no request waits for it
    login, graph = (Origin(stand_in or host) for host in (LOGIN, GRAPH))
    assertion = assertions.from_aws
    if settings.certificate:
        assertion = partial(assertions.from_certificate, settings, environment.get("ENTRA_KEY", ""))
    return EntraDirectory(settings, Graph(graph, Tokens(settings, login, assertion)))

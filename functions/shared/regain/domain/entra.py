"""The settings of a domain whose passwords live in Microsoft Entra ID."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entra:
    """The tenant and the app registered in it that Microsoft Graph is asked by, by their IDs (GUIDs), no secrets.

    `protected_groups`: people in them are never changed, like those with a directory role. `certificate`: the app's
    certificate, whose key is in AWS KMS: a PEM file beside `organisation.yaml`, or its content, which is what the
    functions are given. Without it AWS vouches for the functions (a federated credential).
    """

    tenant: str
    client: str
    protected_groups: tuple[str, ...] = ()
    certificate: str = ""

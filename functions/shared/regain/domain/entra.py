"""The settings of a domain whose passwords live in Microsoft Entra ID."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entra:
    """The tenant and the app registered in it that Microsoft Graph is asked by, by their IDs (GUIDs)."""

    tenant: str
    client: str

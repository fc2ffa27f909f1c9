"""Priming for Lambda SnapStart: work that is done once before the snapshot, not in each first request.

It reads no secret, draws no random number and opens no connection, because every restored copy would share them. Keys
are fetched from KMS with the first request after a restore.
"""

import importlib
import os

from regain.adapters import common_passwords
from regain.organisation.settings import current
from regain.runtime.services import services


def prepare(*modules: str, passwords: bool = False) -> None:
    """Makes the clients and loads `modules`; with `passwords`, also the list of common ones. Elsewhere it does nothing,
    for a cold start should load only what its first request needs.
    """
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") != "snap-start":
        return
    services()
    for module in modules:
        importlib.import_module(module)
    if passwords:
        common_passwords.of(current())

"""The service account's password: from AWS Secrets Manager, or on a laptop from the environment."""

import json
import os
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from regain.adapters import aws
from regain.api.redaction import error_kind
from regain.directories.base import NotAllowed

LOCAL = "REGAIN_DIRECTORY_SECRET"
_kept: list[str] = []


def secret_of(domain: str) -> Callable[[bool], str]:
    """A function that returns the password for a domain's directory: cached, or read again if its argument is true.

    The secret is the password itself, or a JSON object with one for each domain. Raises NotAllowed if there is none.
    """

    def secret(renewed: bool) -> str:
        if renewed or not _kept:
            _kept[:] = [_read()]
        return _of(domain, _kept[0])

    return secret


def _read() -> str:
    """The secret's text. Raises NotAllowed if it does not exist or may not be read."""
    if here := os.environ.get(LOCAL):
        return here
    arn = os.environ.get("DIRECTORY_SECRET", "")
    if not arn:
        raise NotAllowed("secret: none is named")
    try:
        return str(aws.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    except (ClientError, BotoCoreError, KeyError) as error:
        raise NotAllowed(f"secret: {error_kind(error)}") from None


def _of(domain: str, text: str) -> str:
    try:
        by_domain = json.loads(text)
    except ValueError:
        return text
    if not isinstance(by_domain, dict):
        return text
    if domain not in by_domain:  # never send the whole object: it has other directories' passwords
        raise NotAllowed("secret: it has none for this domain")
    return str(by_domain[domain])

"""Client assertions, with which Regain authenticates to Microsoft as its app. Neither kind needs a stored secret."""

import base64
import hashlib
import json
import secrets
import ssl
import time
import uuid
from collections.abc import Callable
from typing import Any

from regain.adapters import aws
from regain.directories.aws_calls import ask
from regain.directories.base import NotAllowed, Unanswered
from regain.directories.entra.https import LOGIN
from regain.domain.entra import Entra

AUDIENCE = "api://AzureADTokenExchange"
SECONDS = 300


def from_aws() -> str:
    """A token from AWS that attests this function's role (a federated credential).

    Raises:
        NotAllowed, Unanswered: nothing was done.
    """
    made = _asked(
        "sts",
        lambda client: client.get_web_identity_token(
            Audience=[AUDIENCE], SigningAlgorithm="RS256", DurationSeconds=SECONDS
        ),
    )
    return str(made["WebIdentityToken"])


def from_certificate(settings: Entra, key: str) -> str:
    """A token signed with the key of the app's certificate, which never leaves AWS KMS.

    Raises:
        NotAllowed, Unanswered: nothing was done.
    """
    now = int(time.time())
    thumbprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(settings.certificate)).digest()
    header = {"alg": "PS256", "typ": "JWT", "x5t#S256": _encoded(thumbprint)}
    claims = {
        "aud": f"{LOGIN}/{settings.tenant}/oauth2/v2.0/token", "iss": settings.client, "sub": settings.client,
        "jti": str(uuid.UUID(bytes=secrets.token_bytes(16), version=4)), "nbf": now, "iat": now, "exp": now + SECONDS,
    }  # fmt: skip
    content = ".".join(_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    signed = _asked(
        "kms",
        lambda client: client.sign(
            KeyId=key, Message=hashlib.sha256(content.encode()).digest(), MessageType="DIGEST",
            SigningAlgorithm="RSASSA_PSS_SHA_256",
        ),
    )  # fmt: skip
    return f"{content}.{_encoded(signed['Signature'])}"


def _asked(service: str, call: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """What a service of AWS answers."""
    try:
        return ask(lambda: call(aws.client(service)), True, lambda _code, _message: None)
    except NotAllowed as refused:
        raise NotAllowed(f"{service}: {refused.code}") from None
    except Unanswered as failed:
        raise Unanswered(True, f"{service}: {failed.why}") from None


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

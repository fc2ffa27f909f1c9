"""Passkeys (WebAuthn 3) with py_webauthn, which is imported on first use because it is slow to import."""

import importlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from regain.domain.account import Account
from regain.domain.security_info import Passkey

_PLACEHOLDER = Passkey(
    id="",
    credential="",
    public_key="pQECAyYgASFYIGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWIlggT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
    sign_count=0,
    name="",
    since=0,
)
"""Verified against if the account has no such passkey, so that the time is the same. Never accepted."""


def _library() -> Any:
    return importlib.import_module("webauthn")


class VerificationFailed(Exception):
    """The authenticator's response is wrong, or for another site."""


def registration_options(
    site: str, organisation: str, account: Account, user: bytes, challenge: bytes, own: Iterable[Passkey]
) -> dict[str, Any]:
    """The options to create a passkey for the origin `site` (PublicKeyCredentialCreationOptionsJSON)."""
    library = _library()
    structs = library.helpers.structs
    made = library.generate_registration_options(
        rp_id=_host(site),
        rp_name=organisation,
        user_name=account.user_id,
        user_display_name=account.display_name or account.user_id,
        user_id=user,
        challenge=challenge,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential)) for key in own
        ],
    )
    options: dict[str, Any] = json.loads(library.options_to_json(made))
    return options


def verify_registration(
    credential: dict[str, Any], challenge: bytes, site: str, key_id: str, name: str, now: int
) -> Passkey:
    """The passkey in a registration response. Raises VerificationFailed."""
    try:
        made = _library().verify_registration_response(credential=credential, **_expected(challenge, site))
    except Exception as error:  # forged responses can make the parsers raise anything
        raise VerificationFailed(type(error).__name__) from None
    held = bytes_to_base64url(made.credential_id), bytes_to_base64url(made.credential_public_key)
    return Passkey(key_id, *held, made.sign_count, name or "Passkey", now)


def verify_authentication(credential: dict[str, Any], challenge: bytes, site: str, own: Iterable[Passkey]) -> Passkey:
    """The passkey that signed the challenge, with its new sign count. Raises VerificationFailed.

    If the response names none of the account's passkeys, its signature is checked against a placeholder all the same.
    """
    named = credential.get("rawId")
    key = next((each for each in own if each.credential == named), _PLACEHOLDER)
    try:
        used = _library().verify_authentication_response(
            credential=credential,
            credential_public_key=base64url_to_bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
            **_expected(challenge, site),
        )
    except Exception as error:
        raise VerificationFailed(type(error).__name__) from None
    if key is _PLACEHOLDER:
        raise VerificationFailed("not registered")
    return Passkey(key.id, key.credential, key.public_key, used.new_sign_count, key.name, key.since)


def bytes_to_base64url(raw: bytes) -> str:
    """Base64url without padding, as in WebAuthn's JSON."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def base64url_to_bytes(text: str) -> bytes:
    """The inverse of `bytes_to_base64url`."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _expected(challenge: bytes, site: str) -> dict[str, Any]:
    return {
        "expected_challenge": challenge,
        "expected_rp_id": _host(site),
        "expected_origin": site,
        "require_user_verification": True,
    }


def _host(site: str) -> str:
    return urlsplit(site).hostname or ""

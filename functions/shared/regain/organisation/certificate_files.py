"""Certificates that settings name: PEM files beside `organisation.yaml`, whose content travels with the settings."""

import re
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from regain.domain.policy import Domain
from regain.organisation.schema import Finding, below

_PART = re.compile(r"-----BEGIN [A-Z0-9 ]+-----.*?-----END [A-Z0-9 ]+-----", re.DOTALL)
_IN_PEM = (
    "a file with the authority's certificate in PEM, beside this one; of a .cer of Windows:"
    " openssl x509 -inform DER -in ca.cer -out ca.pem"
)


def find_errors(domain: Domain, folder: Path) -> Iterator[Finding]:
    """What is wrong with the files that a domain names. `folder` is where the file with the settings is."""
    if domain.ldap and (what := _wrong("ca", domain.ldap.ca, folder)):
        found: Finding = ("ca",), what, _IN_PEM
        yield from below(("ldap",), [found])
    if domain.entra and (what := _wrong("certificate", domain.entra.certificate, folder)):
        found = (
            ("certificate",),
            what,
            "a file with the app's certificate in PEM, beside this one; its key stays in AWS",
        )
        yield from below(("entra",), [found])


def with_contents(domain: Domain, folder: Path) -> Domain:
    """The domain with the contents of these files: the functions do not have them."""
    if domain.ldap:
        domain = replace(domain, ldap=replace(domain.ldap, ca=_content(domain.ldap.ca, folder)))
    if domain.entra:
        domain = replace(domain, entra=replace(domain.entra, certificate=_content(domain.entra.certificate, folder)))
    return domain


def _content(named: str, folder: Path) -> str:
    """The parts in PEM, without what tools write around them, which may be in any script. As it is without any."""
    text = named if _is_content(named) else (folder / named).read_text(encoding="utf-8-sig")
    return "\n".join(f"{part}\n" for part in _PART.findall(text)) or text


def _is_content(named: str) -> bool:
    return not named or "-----BEGIN" in named


def _wrong(setting: str, named: str, folder: Path) -> str:
    what = f"the certificate of `{setting}`" if _is_content(named) else f"`{named}`"
    if not _is_content(named) and not (folder / named).is_file():
        return f"{what} is not there"
    try:
        content = _content(named, folder)
        found = not named or _PART.search(content)
        ssl.create_default_context(cadata=content or None)
    except (OSError, ValueError, TypeError, ssl.SSLError):
        found = None
    if not found:
        return f"{what} holds no certificate in PEM"
    return f"{what} holds a private key: keep the certificate alone here" if "PRIVATE KEY" in content else ""

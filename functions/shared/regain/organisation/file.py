"""Reads `organisation.yaml` for people: every mistake at once, with its line and what would be right.

For the build and local runs only; the functions read the JSON that is made from it.
"""

import copy
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import idna
import msgspec

from regain.organisation import certificate_files, checks
from regain.organisation.file_errors import FileError, InvalidFile
from regain.organisation.schema import Finding, below, violations
from regain.organisation.settings import Organisation, mailbox
from regain.organisation.yaml_file import Place, YamlFile, load


def read(path: Path) -> Organisation:
    """The organisation that the file describes. Domains are in the form that DNS knows (punycode).

    Raises:
        InvalidFile: everything that is wrong with the file, each with its line.
    """
    file = load(path)
    if not isinstance(file.content, dict):
        what, instead = "there are no settings here", "start with `organisation:` and `domains:`"
        raise InvalidFile([FileError(str(path), 1, what, instead)])
    found: list[Finding] = list(violations(file))
    organisation = _converted(file.content, [place for place, _, _ in found])
    if organisation:
        wrong = [place for place, _, _ in found]
        told = [*checks.find_errors(organisation), *_certificates(organisation, path.parent)]
        found += [each for each in told if not _holds(each[0], wrong)]
    if found or not organisation:
        found = found or [((), "a setting has the wrong type", "compare it with organisation.schema.json")]
        raise InvalidFile([FileError(str(path), *each) for each in sorted(_with_lines(found, file))])
    return _in_ascii(_with_certificates(organisation, path.parent))


def _converted(content: dict[str, Any], wrong: list[Place]) -> Organisation | None:
    """The settings without what the schema does not allow, so that the rest is checked as well; None where too much
    is missing.
    """
    kept = copy.deepcopy(content)
    for place in wrong:
        keys = [key for key in place if isinstance(key, str)]
        part: Any = kept
        for key in keys[:-1]:
            part = part.get(key) if isinstance(part, dict) else None
        if isinstance(part, dict) and keys:
            part.pop(keys[-1], None)
    try:
        return msgspec.convert(kept, Organisation)
    except msgspec.ValidationError:
        return None


def _holds(place: Place, wrong: list[Place]) -> bool:
    """Whether one of these stands within a place: what is left of it then says nothing."""
    return any(each[: len(place)] == place for each in wrong)


def _with_lines(found: list[Finding], file: YamlFile) -> list[tuple[int, str, str]]:
    return [(file.line(place), what, instead) for place, what, instead in found]


def _certificates(organisation: Organisation, folder: Path) -> Iterator[Finding]:
    for name, domain in organisation.domains.items():
        yield from below(("domains", name), certificate_files.find_errors(domain, folder))


def _with_certificates(organisation: Organisation, folder: Path) -> Organisation:
    domains = {name: certificate_files.with_contents(domain, folder) for name, domain in organisation.domains.items()}
    return msgspec.structs.replace(organisation, domains=domains)


def _in_ascii(organisation: Organisation) -> Organisation:
    domains = {_host(name): domain for name, domain in organisation.domains.items()}
    about = dataclasses.replace(organisation.organisation, site_url=_site(organisation.organisation.site_url))
    sender = mailbox(organisation.notify.sender)
    if sender.address and sender.domain != _host(sender.domain):
        address = f"{sender.address.rpartition('@')[0]}@{_host(sender.domain)}"
        notify = msgspec.structs.replace(organisation.notify, sender=f"{sender.name} <{address}>".strip())
        organisation = msgspec.structs.replace(organisation, notify=notify)
    return msgspec.structs.replace(organisation, domains=domains, organisation=about)


def _host(name: str) -> str:
    return idna.encode(name, uts46=True).decode()


def _site(url: str) -> str:
    """The site as browsers write it in `Origin`: small letters, punycode, and no port that goes without saying."""
    parts = urlsplit(url)
    if not parts.hostname:
        return url
    host = parts.hostname if parts.hostname.isascii() else _host(parts.hostname)
    usual = {"https": 443, "http": 80}[parts.scheme]
    port = f":{parts.port}" if parts.port not in (None, usual) else ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}/"

"""Reads `organisation.yaml` for people: every mistake with its line, and what would be right.

For the build and local runs only; the functions read the JSON that is made from it.
"""

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import yaml

from regain.domain import colour
from regain.domain.languages import KNOWN
from regain.domain.methods import channel
from regain.domain.policy import Recovery
from regain.organisation.file_errors import FileError, InvalidFile
from regain.organisation.settings import About, Name, Organisation

_DOMAIN = re.compile(r"(?=.{4,48}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$")
_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\"]+$")
_RANGES = {
    "recovery.flow_minutes": (5, 60),
    "recovery.code_minutes": (1, 10),
    "recovery.code_digits": (6, 10),
    "recovery.email_code_digits": (6, 10),
    "recovery.code_tries": (1, 10),
    "recovery.resend_seconds": (5, 300),
    "recovery.help_after_seconds": (0, 120),
    "recovery.challenge_minutes": (1, 10),
    "recovery.reconfirm_days": (0, 730),
    "recovery.remind_later_days": (0, 90),
    "recovery.questions_registered": (3, 5),
    "limits.guess_budget": (0.001, 10),
    "limits.phone_messages_per_day": (0, 10_000_000),
    "passwords.maximum": (64, 256),
    "passwords.points": (1, 20),
    "administration.temporary_password_hours": (1, 72),
}  # NIST SP 800-63B-4: codes of 6 digits or more, 10 minutes at most, 64 characters allowed at least


class _Loader(yaml.SafeLoader):
    """YAML 1.2's booleans: true and false only, so that `reset: off` is the word it looks like."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:bool"]
    for letter, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true|True|TRUE|false|False|FALSE"), list("tTfF"))
_Loader.add_constructor(
    "tag:yaml.org,2002:str",  # JSON, which is YAML too, writes a letter beyond the first 65,536 as two halves
    lambda loader, node: loader.construct_scalar(node).encode("utf-16", "surrogatepass").decode("utf-16"),
)


def read(path: Path) -> Organisation:
    """The organisation that the file describes.

    Raises:
        InvalidFile: everything that is wrong with the file, each with its line.
    """
    if not path.exists():
        raise InvalidFile([FileError(str(path), 0, "there is no such file")])
    try:
        return _read(path)
    except RecursionError:
        raise InvalidFile([FileError(str(path), 0, "this is nested too deeply, or holds itself")]) from None


def _read(path: Path) -> Organisation:
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=_Loader)
        content = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "this is not YAML"
        raise InvalidFile([FileError(str(path), mark.line + 1 if mark else 0, what)]) from None
    except ValueError as error:  # not UTF-8; or a date or a number that is none
        raise InvalidFile([FileError(str(path), 0, f"this is not YAML that can be read: {error}")]) from None
    if not isinstance(content, dict):
        raise InvalidFile(
            [FileError(str(path), 1, "there are no settings here", "start with `organisation:` and `domains:`")]
        )
    found = list(_unknown(content, schema(), ""))
    if not found:
        try:
            organisation = msgspec.convert(content, Organisation)
            found = list(_wrong(organisation))
        except msgspec.ValidationError as error:
            what, _, where = str(error).partition(" - at `$.")
            found = [(where.rstrip("`"), what, _shape(where.rstrip("`")))]
    if found:
        lines = dict(_lines(root, ""))
        raise InvalidFile([FileError(str(path), _line(lines, at), *rest) for at, *rest in found])
    return organisation


def schema() -> dict:
    """The JSON Schema that editors complete and check `organisation.yaml` with."""
    whole = msgspec.json.schema(Organisation)
    for part in whole["$defs"].values():
        part["additionalProperties"] = part.get("additionalProperties", False)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole}


def _unknown(content: dict, part: dict, at: str, defs: dict | None = None) -> Iterator[tuple]:
    """Keys that the schema does not know: `msgspec` passes over them in dataclasses."""
    defs = defs or part["$defs"]
    part = defs[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
    part = next((each for each in part.get("anyOf", ()) if each.get("type") == "object"), part)
    if not {"properties", "additionalProperties"} & set(part):
        return  # no mapping is wanted here: the types say so
    for key, value in content.items():
        inner = part.get("properties", {}).get(key) or part.get("additionalProperties")
        here = f"{at}.{key}".lstrip(".")
        if not inner:
            near = difflib.get_close_matches(str(key), part["properties"], 1)
            known = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(part['properties'])}"
            yield here, f"`{key}` is not a setting", known
        elif isinstance(value, dict) and isinstance(inner, dict):
            yield from _unknown(value, inner, here, defs)


def _wrong(organisation: Organisation) -> Iterator[tuple]:
    """What types cannot say."""
    if not organisation.domains:
        yield "domains", "there is no domain", "name at least one, for example `contoso.example: {}`"
    if not organisation.organisation.services:
        yield "organisation.services", "there is no service", "leave it out for the default, or name at least one"
    for name, domain in organisation.domains.items():
        if not _DOMAIN.fullmatch(name):
            yield (
                f"domains.{name}",
                f"`{name}` is not a domain name",
                "write it in lower case, as after the @ of an address",
            )
        if domain.directory == "elsewhere" and not _url(domain.help_url):
            yield f"domains.{name}", "accounts kept elsewhere need a `help_url`", "the page where these people get help"
    for at, (least, most) in _RANGES.items():
        section, _, key = at.partition(".")
        value = getattr(getattr(organisation, section), key)
        if not least <= value <= most:
            yield at, f"{value} is out of range", f"from {least} to {most}"
    yield from _wrong_look(organisation.organisation)
    yield from _wrong_recovery(organisation)
    yield from _wrong_contacts(organisation)


def _wrong_look(about: About) -> Iterator[tuple]:
    if not about.languages or len(set(about.languages)) < len(about.languages):
        yield "organisation.languages", "name each language once, and one at least", "for example [en, de]"
    for tag in about.languages:
        if tag not in KNOWN:
            near = difflib.get_close_matches(tag, KNOWN, 1) or KNOWN
            yield "organisation.languages", f"there are no translations into `{tag}`", f"there are: {', '.join(near)}"
    if about.colour and not re.fullmatch("#[0-9a-f]{6}", about.colour):
        yield "organisation.colour", f"`{about.colour}` is not a colour", "six digits in small letters, as #12355b"
    elif about.colour and (found := colour.contrast(about.colour, colour.ink(about.colour))) < colour.ENOUGH:
        better = colour.readable(about.colour)
        yield (
            "organisation.colour",
            f"words on it have a contrast of {found:.1f} to 1, and need 7",
            f"{better} would do",
        )
    if about.logo and not re.search(r"\.(svg|png)$", about.logo):
        yield "organisation.logo", f"`{about.logo}` is neither SVG nor PNG", "a file beside this one, as logo.svg"
    for key in ("portal_name", "apps_portal_name"):
        yield from _wrong_name(f"organisation.{key}", getattr(about, key))
    for origin in about.embed_from:
        if not re.fullmatch(r"https://[a-z0-9.-]+(:\d+)?", origin):
            yield (
                "organisation.embed_from",
                f"`{origin}` is not the origin of a site",
                "for example https://intranet.contoso.example, without a path",
            )


def _wrong_name(at: str, name: Name) -> Iterator[tuple]:
    for tag in name if isinstance(name, dict) else ():
        if tag not in KNOWN:
            yield at, f"`{tag}` is not a language", f"there are: {', '.join(KNOWN)}"


def _wrong_recovery(organisation: Organisation) -> Iterator[tuple]:
    recovery, passwords = organisation.recovery, organisation.passwords
    yield from _wrong_methods(recovery)
    if recovery.code_minutes > recovery.flow_minutes:
        yield "recovery.code_minutes", "a code cannot last longer than its flow", f"at most {recovery.flow_minutes}"
    for key in organisation.limits.__dataclass_fields__:
        if getattr(organisation.limits, key) < 1 and f"limits.{key}" not in _RANGES:
            yield f"limits.{key}", "a limit is at least 1", "leave it out for the default"
    if not 8 <= passwords.least <= passwords.maximum:
        yield (
            "passwords.minimum",
            f"{passwords.least} is out of range",
            f"from 8 to {passwords.maximum}; leave it out for the profile's",
        )
    for word in passwords.banned:
        if len(word) < 4:
            yield "passwords.banned", f"`{word}` is too short to ban", "words of 4 characters or more"


def _wrong_methods(recovery: Recovery) -> Iterator[tuple]:
    if not recovery.offered:
        yield "recovery.methods", "there is no method that can be offered", "name at least one, for example [email]"
    if recovery.gates > len({channel(kind) for kind in recovery.offered}):
        yield "recovery.gates", "two gates need methods of two different channels", "for example methods: [email, sms]"
    if "questions" in recovery.offered and recovery.gates < 2:
        yield "recovery.methods", "questions are never the only proof", "set `gates: 2`, or leave `questions` out"
    for country in recovery.phone_countries:
        if not re.fullmatch("[A-Z]{2}", country):
            yield (
                "recovery.phone_countries",
                f"`{country}` is not a country",
                "two capital letters, for example GB (ISO 3166-1)",
            )


def _wrong_contacts(organisation: Organisation) -> Iterator[tuple]:
    contacts = organisation.contacts
    yield from _wrong_name("contacts.support.name", contacts.support.name)
    for at, address in {
        "contacts.administrator.email": contacts.administrator.email,
        "contacts.support.email": contacts.support.email,
        "notify.from": re.sub(r"^.*<(.*)>$", r"\1", organisation.notify.sender),
    }.items():
        if address and not _ADDRESS.fullmatch(address):
            yield at, f"`{address}` is not an e-mail address", "for example it@contoso.example"
    urls = {
        "contacts.administrator.portal_url": contacts.administrator.portal_url,
        "contacts.support.url": contacts.support.url,
        "organisation.personal_accounts_url": organisation.organisation.personal_accounts_url,
        "organisation.portal_url": organisation.organisation.portal_url,
        "organisation.apps_portal_url": organisation.organisation.apps_portal_url,
        "organisation.site_url": organisation.organisation.site_url,
    }
    security = contacts.security
    if security and not (_url(security) or _ADDRESS.fullmatch(security)):
        yield "contacts.security", f"`{security}` is neither an address nor a web address", "security@contoso.example"
    for at, url in urls.items():
        if url and not _url(url):
            yield at, f"`{url}` is not a web address", "for example https://help.contoso.example/"


def _url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.netloc) and not re.search(r"[\s\"'<>]", text)


def _shape(at: str) -> str:
    """What the schema wants at a place, in words."""
    part, defs = schema(), schema()["$defs"]
    for key in re.sub(r"\[[^]]*\]", "", at).split("."):
        part = defs[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        part = part.get("properties", {}).get(key) or part.get("additionalProperties") or {}
    if "enum" in part:
        return f"one of: {', '.join(map(str, part['enum']))}"
    return f"a value of type {part['type']}" if "type" in part else ""


def _lines(node: yaml.Node, at: str) -> Iterator[tuple[str, int]]:
    yield at, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = f"{at}.{key.value}".lstrip(".")
            yield from _lines(value, here)
            yield here, key.start_mark.line + 1


def _line(lines: dict[str, int], at: str) -> int:
    """The line of a place, or of the nearest place above it that is in the file."""
    at = re.sub(r"\[[^]]*\]", "", at)
    while at and at not in lines:
        at = at.rpartition(".")[0]
    return lines.get(at, 1)

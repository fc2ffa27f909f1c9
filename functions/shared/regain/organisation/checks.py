"""Checks that types cannot express: ranges, addresses, and settings that contradict each other."""

import difflib
import importlib
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import idna

from regain.domain import colour, human_input, user_id
from regain.domain.languages import LANGUAGES, lookup
from regain.domain.methods import channel
from regain.domain.policy import LONGEST_PASSWORD, Recovery
from regain.organisation import directory_checks, oidc_checks, policy_checks, zones
from regain.organisation.schema import Finding, below
from regain.organisation.settings import About, Link, Mailbox, Name, Organisation, mailbox
from regain.organisation.yaml_file import Place
from regain.problems import DOMAIN_NEEDED, Refused

_LONGEST_DOMAIN = 48  # Microsoft Entra's bound (S33)
_LONGEST_SENDER = 320  # Amazon SES's bound
_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\"]+$")
_LARGEST = 1_000_000_000
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
    "recovery.methods_registered": (0, 5),
    "limits.guess_budget": (0.001, 10),
    "limits.phone_messages_per_day": (0, 10_000_000),
    "passwords.maximum": (64, LONGEST_PASSWORD),
    "passwords.points": (1, 20),
    "administration.temporary_password_hours": (1, 72),
    "administration.call_cost": (0, 10_000),
    "notify.invitations_per_hour": (60, 1_000_000),
}  # NIST SP 800-63B-4: codes of 6 digits or more, 10 minutes at most, 64 characters allowed at least


def find_errors(organisation: Organisation) -> Iterator[Finding]:
    """Everything that is wrong with settings of the right types."""
    yield from _domains(organisation)
    yield from everybody(organisation)
    yield from policy_checks.find_errors(organisation, everybody)
    yield from oidc_checks.find_errors(organisation)
    yield from _currency(organisation)


def everybody(organisation: Organisation) -> Iterator[Finding]:
    """What is wrong with the settings for everybody; under a policy, for those who have it."""
    yield from _ranges(organisation)
    yield from _names(organisation)
    yield from _appearance(organisation.organisation)
    yield from _recovery(organisation)
    yield from _addresses(organisation)
    yield from _links(organisation)


def _domains(organisation: Organisation) -> Iterator[Finding]:
    if not organisation.domains:
        yield ("domains",), "there is no domain", "name at least one, for example `contoso.example: {}`"
    seen: dict[str, str] = {}
    for name, domain in organisation.domains.items():
        if wrong := _wrong_domain(name):
            yield ("domains", name), *wrong
            continue
        same = seen.setdefault(idna.encode(name, uts46=True).decode(), name)
        if same != name:
            yield ("domains", name), f"`{name}` and `{same}` are the same domain", "keep one of the two"
        if domain.directory == "elsewhere" and not domain.help_url:
            what = "accounts kept elsewhere need a `help_url`"
            yield ("domains", name), what, "the page where these people get help"
        yield from below(("domains", name), directory_checks.find_errors(domain))


def _wrong_domain(name: str) -> tuple[str, str] | None:
    checks = (
        ("@" in name, "is an address, not a domain name", "leave out the @ and what stands before it"),
        (name.endswith("."), "ends in a dot", "leave out the last dot"),
        (bool(re.search(r"\.\d+$", name)), "is an address of a computer", "write the domain as after an @"),
        (bool(re.search(r"\s", name)), "has a space in it", "write the domain as after the @ of an address"),
        ("_" in name, "has an underscore", "a domain has letters, digits, hyphens and dots"),
        ("." not in name, "has no dot", "write the whole domain, for example contoso.example"),
    )
    for holds, what, instead in checks:
        if holds:
            return f"`{name}` {what}", instead
    try:
        encoded = idna.encode(name, uts46=True, std3_rules=True).decode()
    except idna.IDNAError:
        return f"`{name}` is not a domain name", "write it as after the @ of an address, for example contoso.example"
    if len(encoded) > _LONGEST_DOMAIN:
        return f"`{name}` is too long: {len(encoded)} characters", f"at most {_LONGEST_DOMAIN}, as in Microsoft Entra"
    return None


def _ranges(organisation: Organisation) -> Iterator[Finding]:
    for at, (least, most) in _RANGES.items():
        section, _, key = at.partition(".")
        value = getattr(getattr(organisation, section), key)
        if not least <= value <= most:
            yield (section, key), f"{value} is out of range", f"from {least} to {most}"
    for key in organisation.limits.__dataclass_fields__:
        if f"limits.{key}" in _RANGES:
            continue
        if getattr(organisation.limits, key) < 1:
            yield ("limits", key), "a limit is at least 1", "leave it out for the default"
        elif getattr(organisation.limits, key) > _LARGEST:
            yield ("limits", key), f"{getattr(organisation.limits, key)} is out of range", f"at most {_LARGEST}"
    passwords = organisation.passwords
    if not 8 <= passwords.minimum_length <= passwords.maximum:
        instead = f"from 8 to {passwords.maximum}; leave it out for the profile's"
        yield ("passwords", "minimum"), f"{passwords.minimum_length} is out of range", instead
    for number, word in enumerate(passwords.banned):
        if len(word) < 4:
            yield ("passwords", "banned", number), f"`{word}` is too short to ban", "words of 4 characters or more"


def _currency(organisation: Organisation) -> Iterator[Finding]:
    """A code of ISO 4217, which pages write as each language does."""
    given = organisation.administration.currency
    if not re.fullmatch("[A-Z]{3}", given):
        instead = "the three letters of ISO 4217, such as EUR, GBP or USD"
        yield ("administration", "currency"), f"`{given}` is not a currency", instead


def _worded(organisation: Organisation) -> dict[Place, Name]:
    """Names that are words of a language, and stand in sentences."""
    about, contacts = organisation.organisation, organisation.contacts
    return {
        ("organisation", "user_id"): about.user_id,
        ("organisation", "portal_name"): about.portal_name,
        ("organisation", "apps_portal_name"): about.apps_portal_name,
        ("contacts", "administrator", "hours"): contacts.administrator.hours,
        ("contacts", "administrator", "in_person"): contacts.administrator.in_person,
        ("contacts", "support", "name"): contacts.support.name,
        ("contacts", "support", "hours"): contacts.support.hours,
    }


def languages_lacking(organisation: Organisation) -> dict[str, list[str]]:
    """The languages of the site in which a name is shown in another one, by the name's place in the file (F34)."""
    offered, found = organisation.organisation.languages, {}
    for place, name in _worded(organisation).items():
        told = name if isinstance(name, dict) else offered[:1]
        lacking = [tag for tag in offered if tag not in told]
        if name and lacking:
            found[".".join(map(str, place))] = lacking
    return found


def _names(organisation: Organisation) -> Iterator[Finding]:
    """Names: on one line, not empty, and in languages of the site."""
    about, contacts = organisation.organisation, organisation.contacts
    names = list(about.name.values()) if isinstance(about.name, dict) else [about.name]
    if not names or not all(name.strip() for name in names):
        yield ("organisation", "name"), "the name is empty", "the organisation's name, as people know it"
    named: dict[Place, Name] = {
        ("organisation", "name"): about.name,
        **_worded(organisation),
        **({("sign_in", "oidc", "name"): organisation.sign_in.oidc.name} if organisation.sign_in.oidc else {}),
        **{("organisation", "services", number): name for number, name in enumerate(about.services)},
        **{("contacts", "communities", n): each.name for n, each in _with_names(contacts.communities)},
        **{("contacts", "training", n): each.name for n, each in _with_names(contacts.training)},
    }
    for place, name in named.items():
        for tag, text in name.items() if isinstance(name, dict) else {"": name}.items():
            if tag and tag not in LANGUAGES:
                yield (*place, tag), f"`{tag}` is not a language", f"there are: {', '.join(LANGUAGES)}"
            if human_input.has_controls(text):
                yield place, "a name has a line break or a control character", "write it on one line"
    yield from _example(organisation)


def _example(organisation: Organisation) -> Iterator[Finding]:
    """The example of a user ID, which must be one that the form takes."""
    example, at = organisation.organisation.example_user_id, ("organisation", "example_user_id")
    if not example or not organisation.domains:
        return
    try:
        user_id.normalise(example, organisation.domains)
    except Refused as refused:
        whole = f"{example}@{organisation.default_domain}"
        if refused.problem is DOMAIN_NEEDED:
            yield at, "with several domains, people type the whole user ID", f"for example {whole}"
        else:
            yield at, f"`{example}` is not a user ID", "one as people type it, for example s1234567"


def _with_names(links: Iterable[Link | str]) -> Iterator[tuple[int, Link]]:
    return ((number, link) for number, link in enumerate(links) if isinstance(link, Link))


def _appearance(about: About) -> Iterator[Finding]:
    at: Place = ("organisation", "languages")
    if not about.languages or len(set(about.languages)) < len(about.languages):
        yield at, "name each language once, and one at least", "for example [en, de]"
    for number, tag in enumerate(about.languages):
        if tag not in LANGUAGES:
            meant = lookup(tag.replace("_", "-"), LANGUAGES)
            near = [meant] if meant else difflib.get_close_matches(tag, LANGUAGES, 1) or LANGUAGES
            yield (*at, number), f"there are no translations into `{tag}`", f"there are: {', '.join(near)}"
    yield from _colour(about.colour)
    if "://" in about.logo:
        yield ("organisation", "logo"), f"`{about.logo}` is a web address", "a file beside this one, as logo.svg"
    elif about.logo and not re.search(r"\.(svg|png)$", about.logo):
        yield ("organisation", "logo"), f"`{about.logo}` is neither SVG nor PNG", "a file beside this one, as logo.svg"
    if about.time_zone not in zones.names():
        places = [zone for zone in zones.names() if "/" in zone]
        near = difflib.get_close_matches(about.time_zone, places, 1, 0.8)
        instead = f"did you mean {near[0]}?" if near else "for example Europe/London (IANA time zone database)"
        yield ("organisation", "time_zone"), f"`{about.time_zone}` is not a time zone", instead
    for number, origin in enumerate(about.embed_from):
        if not re.fullmatch(r"(https://[a-z0-9.-]+|http://(localhost|127\.0\.0\.1))(:\d+)?", origin):
            instead = "for example https://intranet.contoso.example, without a path"
            yield ("organisation", "embed_from", number), f"`{origin}` is not the origin of a site", instead


def _colour(given: str) -> Iterator[Finding]:
    at: Place = ("organisation", "colour")
    if given and not re.fullmatch("#[0-9a-f]{6}", given):
        meant = given.lower() if re.fullmatch("#[0-9a-f]{6}", given.lower()) else "#12355b"
        yield at, f"`{given}` is not a colour", f'six digits in small letters, in quotes: "{meant}"'
    elif given and (found := colour.contrast(given, colour.text_colour(given))) < colour.MINIMUM_CONTRAST:
        what = f"text on it has a contrast of {found:.1f} to 1, and needs 7"
        yield at, what, f"{colour.darken_for_white_text(given)} would do"


def _recovery(organisation: Organisation) -> Iterator[Finding]:
    recovery = organisation.recovery
    yield from _methods(recovery)
    if recovery.resend_seconds > recovery.code_minutes * 60 > 0:
        what = "a code would end before another can be asked for"
        yield ("recovery", "resend_seconds"), what, f"at most {recovery.code_minutes * 60}"
    if recovery.code_minutes > recovery.flow_minutes:
        at: Place = ("recovery", "code_minutes")
        yield at, "a code cannot last longer than its flow", f"at most {recovery.flow_minutes}"
    if recovery.phone_countries:
        known = importlib.import_module("phonenumbers").SUPPORTED_REGIONS  # large, and needed here only
        for number, country in enumerate(recovery.phone_countries):
            if country not in known:
                meant = {"UK": "GB", "EL": "GR"}.get(country.upper(), country.upper())
                asked = f"did you mean {meant}? " if meant in known else ""
                instead = f"{asked}two capital letters, for example GB (ISO 3166-1)"
                yield ("recovery", "phone_countries", number), f"`{country}` is not a country", instead


def _methods(recovery: Recovery) -> Iterator[Finding]:
    at: Place = ("recovery", "methods")
    if not recovery.offered:
        yield at, "there is no method that can be offered", "name at least one, for example [email]"
    elif recovery.gates > len({channel(kind) for kind in recovery.offered}):
        what = "two gates need methods of two different channels"
        yield ("recovery", "gates"), what, "for example methods: [email, sms]"
    if "questions" in recovery.offered and recovery.gates < 2:
        yield at, "questions are never the only proof", "set `gates: 2`, or leave `questions` out"


def _addresses(organisation: Organisation) -> Iterator[Finding]:
    contacts = organisation.contacts
    given: dict[Place, str] = {
        ("contacts", "administrator", "email"): contacts.administrator.email,
        ("contacts", "support", "email"): contacts.support.email,
        ("notify", "from"): mailbox(organisation.notify.sender).address,
    }
    for place, address in given.items():
        if address and not address.rpartition("@")[0].isascii():
            yield place, f"no mail can be sent to or from `{address}`", "an address whose name is in ASCII letters"
        elif address and not _ADDRESS.fullmatch(address):
            yield place, f"`{address}` is not an e-mail address", "for example it@contoso.example"
    if human_input.has_controls(organisation.notify.sender):
        yield ("notify", "from"), "the sender has a line break or a control character", "write it on one line"
    elif (length := _sender_length(organisation)) > _LONGEST_SENDER:
        at: Place = ("notify", "from") if organisation.notify.sender else ("organisation", "name")
        what = f"as a sender it has {length} characters of ASCII, and {_LONGEST_SENDER} at most can be sent"
        yield at, what, "a shorter name in `notify.from`: Contoso <help@contoso.example>"
    security = contacts.security
    if security and not (_ADDRESS.fullmatch(security) or not _wrong_link(security)):
        what = f"`{security}` is neither an e-mail address nor a web address"
        yield ("contacts", "security"), what, "for example security@contoso.example"


def _sender_length(organisation: Organisation) -> int:
    if not (organisation.domains and organisation.organisation.languages):
        return 0  # told already
    sender = organisation.sender
    return len(Mailbox(sender.name, "").header) + len(sender.address)


def _links(organisation: Organisation) -> Iterator[Finding]:
    """Every link in the file. The site's own must be absolute, because messages contain it."""
    about, contacts = organisation.organisation, organisation.contacts
    given: dict[Place, str] = {
        **{("organisation", key): getattr(about, key) for key in (
            "sign_in_url", "portal_url", "apps_portal_url", "personal_accounts_url")},
        ("contacts", "administrator", "portal_url"): contacts.administrator.portal_url,
        ("contacts", "support", "url"): contacts.support.url,
        **{("contacts", "support", "per_service", name): url for name, url in contacts.support.per_service.items()},
        **{("contacts", "communities", n): _url(link) for n, link in enumerate(contacts.communities)},
        **{("contacts", "training", n): _url(link) for n, link in enumerate(contacts.training)},
        **{("domains", name, "help_url"): domain.help_url for name, domain in organisation.domains.items()},
    }  # fmt: skip
    for place, url in given.items():
        if url and (what := _wrong_link(url)):
            yield place, what, "for example https://help.contoso.example/, or a path of this site such as /account/"
    if about.site_url and (what := _wrong_link(about.site_url, whole=True) or _wrong_site(about.site_url)):
        yield ("organisation", "site_url"), what, "for example https://account.contoso.example/"


def _url(link: Link | str) -> str:
    return link if isinstance(link, str) else link.url


def _wrong_site(url: str) -> str:
    """What is wrong with a web address as the site's own; "" if nothing."""
    parts = urlsplit(url)
    has_more = parts.path not in ("", "/") or parts.query or parts.fragment
    return f"the site is the whole of {parts.netloc}, and not a part of it" if has_more else ""


def _wrong_link(url: str, whole: bool = False) -> str:
    """What is wrong with a link: it must be `https:`, `http:` on this machine or, unless `whole`, a path."""
    if not whole and re.fullmatch(r"/(?![/\\])[^\s\"'<>\\]*", url):
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        parts.port  # noqa: B018 - raises where it is none
    except ValueError:
        return f"`{url}` is not a web address"
    if re.search(r"[\s\"'<>\\]", url) or not host or "@" in parts.netloc:
        return f"`{url}` is not a web address"
    if parts.scheme != "https" and not (parts.scheme == "http" and host in oidc_checks.LOOPBACK):
        return f"`{url}` is not an https: address"
    return ""

"""Forty organisations: each page of guidance is true and grammatical with each one's settings (F12, F13, F26-F28, F45).

The pages are rendered here as the build does it, without the theme: forty sites would take minutes.
"""

import functools
import re
from html.parser import HTMLParser
from types import SimpleNamespace

import markdown
import msgspec
import pytest
from mkdocs.utils.meta import get_data

from hooks import pages, problem_pages, site, template_functions
from hooks.site import _rendered
from regain.domain.ldap import Ldap
from regain.domain.policy import ABILITIES, OFFERS, Domain
from regain.organisation import policies
from regain.organisation.language import Language
from regain.organisation.settings import Organisation
from tests.conftest import ROOT

ALL = ["email", "sms", "call-mobile", "call-office", "authenticator", "recovery-code", "passkey"]
IT = {"email": "it@contoso.example", "phone": "+44 20 7946 0000"}
SUPPORT = {"name": "Contoso support", "email": "s@contoso.example"}
BASE = {"organisation": {"name": "Contoso"}, "domains": {"contoso.example": {}}}
POLICIES = {
    "domains": {"contoso.example": {}, "students.example": {"policy": "students"}},
    "policies": {
        "students": {
            "organisation": {"user_id": "matriculation number"}, "recovery": {"gates": 2, "methods": ["email", "sms"]},
            "contacts": {"administrator": {"phone": "+44 20 7946 0111", "hours": "8 to 18"}}, "passwords": {"minimum": 20},
        },
        "clinical": {"recovery": {"gates": 2, "methods": ["passkey", "authenticator"]}},
    },
    "groups": {"Nurses": {"policy": "clinical"}},
}  # fmt: skip


KINDS = [kind for kind in OFFERS if kind != "elsewhere"]
"""Every place where passwords can live, also those whose own settings are of no interest to pages."""


def domains(*kinds, **more):
    """A domain for each kind of directory."""
    return {"domains": {f"{kind}.example": _domain(kind, **more) for kind in kinds}}


def _domain(kind, **more):
    if kind in ("active-directory", "openldap", "aws-managed"):
        return Domain("ldap", Ldap(kind, ("ldaps://dc1.example",), "dc=example", "cn=regain"), **more)
    return Domain(kind, **(more if kind != "elsewhere" else {"help_url": "https://elsewhere.example/"}))


PROVIDER = {
    "organisation": {"name": "Contoso", "site_url": "https://help.contoso.example/"},
    "sign_in": {"oidc": {"issuer": "https://login.contoso.example", "client_id": "regain", "name": "Contoso login"}},
}
"""People may sign in with the organisation's own provider."""


def recovery(**values):
    return {"recovery": values}


def administrator(**values):
    return {"contacts": {"administrator": values}}


def support(**values):
    return {"contacts": {"administrator": IT, "support": values}}


def about(**values):
    return {"organisation": {"name": "Contoso", **values}}


SETTINGS = {
    "nothing but a name and a domain": {},
    "nobody": recovery(enabled_for="none"),
    "nobody, with support": recovery(enabled_for="none") | support(**SUPPORT),
    "no domain resets": {"domains": {"a.example": {"reset": "off"}, "b.example": {"directory": "elsewhere", "help_url": "https://b.example/"}}},
    "one domain resets": {"domains": {"a.example": {}, "b.example": {"reset": "off"}}},
    "one domain elsewhere": {"domains": {"a.example": {}, "b.example": {"directory": "elsewhere", "help_url": "https://b.example/"}}},
    "a group": recovery(enabled_for=["staff"]),
    **{f"{kind} alone": recovery(methods=[kind]) for kind in ALL},
    "questions": recovery(methods=["email", "questions"], gates=2),
    "two gates": recovery(gates=2),
    "only what sends nothing": recovery(methods=["authenticator", "passkey", "recovery-code"]),
    "only telephones": recovery(methods=["sms", "call-mobile", "call-office"]),
    "detailed": recovery(disclosure="detailed"),
    "detailed and confirmed": recovery(disclosure="detailed", confirm_contact=True),
    "confirmed": recovery(confirm_contact=True),
    "eight digits": recovery(code_digits=8, code_minutes=1),
    "once": {"limits": {"sign_in_failures": 1, "emails_per_hour": 1, "phone_messages_per_hour": 1}},
    "one try": recovery(code_tries=1),
    "never asked again": recovery(reconfirm_days=0, remind_later_days=0),
    "entra": {"passwords": {"profile": "entra"}},
    "an address": administrator(email="it@contoso.example"),
    "a telephone": administrator(phone="020 7946 0000 ext. 12"),
    "address and telephone": administrator(**IT),
    "in person": administrator(in_person="Room 12", hours="8 to 18"),
    "a portal for requests": administrator(portal_url="https://it.contoso.example/"),
    "one administrator": administrator(email="it@contoso.example", single=True),
    "one administrator, with support": {"contacts": {"administrator": {**IT, "single": True}, "support": SUPPORT}},
    "support by mail": support(email="s@contoso.example"),
    "support by telephone": support(phone="+44 20 7946 0999"),
    "support at an address": support(url="https://support.contoso.example/"),
    "support by service": support(per_service={"Mail": "https://mail.example/"}),
    "portals": about(portal_name="the portal", portal_url="https://p.example/", apps_portal_name="the apps", services=["Mail"]),
    "its own words": about(user_id="staff number", example_user_id="s1@contoso.example", personal_accounts_url="https://me.example/"),
    "support alone": {"contacts": {"support": SUPPORT}},
    "one method in a tenant": domains("entra") | recovery(methods=["sms"]),
    "nothing is reset here, with support": domains("elsewhere", "dynamodb", reset="off") | support(**SUPPORT),
    "policies": POLICIES,
    **{f"people in {kind}": domains(kind) for kind in KINDS},
    "every kind of directory": domains(*KINDS),
    "staff in Active Directory, students in Cognito, partners elsewhere": domains("active-directory", "cognito", "elsewhere"),
    "a tenant that signs in at its own page": domains("entra", "dynamodb", sign_in_url="https://portal.example/"),
    "a provider beside passwords": PROVIDER,
    "a provider and no passwords": PROVIDER | domains("dynamodb", sign_in="provider"),
    "Entra ID with a provider": PROVIDER | domains("entra"),
    "Managed AD and Cognito with a provider alone": PROVIDER | domains("aws-managed", "cognito", sign_in="provider"),
    "a provider that knows some domains only": PROVIDER | domains("entra", "cognito", sign_in="password"),
    "every kind of directory, with a provider": PROVIDER | domains(*KINDS),
}  # fmt: skip

WORDS = {
    "email": r"alternate e-mail|spam",
    "sms": r"text message|\btexts\b",
    "call-mobile": r"[Aa] voice calls your mobile",
    "call-office": r"office phone",
    "authenticator": r"authenticator app",
    "recovery-code": r"recovery code",
    "passkey": r"[Pp]asskey",
    "questions": r"[Ss]ecurity question",
}
"""Words that name a method: nobody reads them on a page for everybody who is not offered it."""
PROMISES = {
    "unlock": r"[Uu]nlock (your|an) account|unlocks the account|I am locked out|[Uu]nlock it",
    "sign-in": r"Sign in to your account|Sign in here to|Security info shows|[Rr]emind me later|Register it while|Sign in first",
    "sign-in with a password": r"Sign in to your account with the password",
    "change": r"Select Change password|Sign in here to change",
}
"""What nobody reads whose directory cannot do it."""
ANOTHER = r"Try another method|two different kinds|two ways"
INVITES = r"Reset it yourself|Set a new one now|[Uu]nlock your account now|Try reset your password|\bform offers"


class Page(HTMLParser):
    """A page's links and blocks: each heading, paragraph, list item and cell, with its text."""

    def __init__(self, html):
        super().__init__()
        self.links, self.ids, self.blocks, self._open = [], set(), [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.ids |= {named["id"]} if named.get("id") else set()
        if tag == "a":
            self.links.append([named.get("href"), ""])
        if tag in ("h1", "h2", "h3", "p", "li", "td", "th"):
            self.blocks.append([tag, ""])
        if tag in ("ul", "ol", "pre", "table", "img", "svg"):
            self.blocks.append([tag, "·"])

    def handle_data(self, data):
        if self.blocks:
            self.blocks[-1][1] += data
        if self.links:
            self.links[-1][1] += data


# Most pages are the same with most settings: each text is compiled, converted and read once.
parsed = functools.cache(Page)


@functools.cache
def converted(text):
    """The HTML of a page's Markdown."""
    extensions = ["admonition", "attr_list", "def_list", "md_in_html", "tables", "toc", "fenced_code"]
    return markdown.markdown(text, extensions=extensions)


@pytest.fixture(autouse=True, scope="module")
def compiled_once():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site, "_MARKDOWN", SimpleNamespace(from_string=functools.cache(site._MARKDOWN.from_string)))
        yield
    converted.cache_clear()
    parsed.cache_clear()


def read(content):
    """Each page of an organisation for everybody, and those for administrators that others link to."""
    given = {**BASE, **content}
    there = {
        name: each if isinstance(each, Domain) else msgspec.convert(each, Domain)
        for name, each in given["domains"].items()
    }
    organisation = msgspec.structs.replace(msgspec.convert({**given, "domains": {}}, Organisation), domains=there)
    language = Language("en", organisation, "shell", "pages")
    links = pages.links(organisation, language)
    config = SimpleNamespace(extra={"translator": language, "site": pages.variables(organisation, language)})
    made, sources = {}, {}
    for path in sorted((ROOT / "docs").rglob("*.md")):
        where = path.relative_to(ROOT / "docs").as_posix()
        if pages.published(where, organisation):
            sources[where] = _rendered(get_data(path.read_text())[0], config)
    if any(domain.offers < ABILITIES for domain in there.values()):  # else they are alike, and take long
        for code, problem in problem_pages.problems(organisation).items():
            sources[f"errors/{code}.md"] = get_data(problem_pages.problem_page(problem, organisation, language))[0]
    for where, source in sources.items():
        text = template_functions.protect_facts(source, language.facts)
        html = template_functions.resolve_links(converted(text), links, where)
        made[where] = template_functions.insert_facts(
            html, template_functions.page_facts(language), keep_unknown=where.startswith("admin/")
        )
    return organisation, made


def target(where, link):
    """The page and the anchor to which a link of a page leads."""
    path, _, anchor = link.partition("#")
    folder = where.split("/")[:-1]
    for part in path.split("/"):
        folder = folder[:-1] if part == ".." else [*folder, part]
    return ("/".join(folder) if path else where), anchor


def link_faults(where, page, known, codes):
    """Links without words or an address, and those to a page or an anchor that is not there."""
    for link, words in page.links:
        if not link or not words.strip() or re.fullmatch(r"(mailto|tel|https?):/*", link):
            yield f"an empty link: {link!r} {words!r}"
        elif not re.match(r"[a-z]+:|/", link):
            there, anchor = target(where, link)
            if there.endswith(".md") and there not in known and there not in codes:
                yield f"a link to no page: {link}"
            if anchor and there in known and anchor not in known[there].ids:
                yield f"a link to no place: {link}"


def block_faults(page):
    """Headings, introductions and items that nothing follows."""
    for (tag, text), (after, _) in zip(page.blocks, [*page.blocks[1:], ["end", ""]], strict=True):
        if tag in ("h2", "h3") and (after in ("end", "h2") or after == tag):
            yield f"a heading without text: {text}"
        if not text.strip() and not (tag in ("li", "p") and after in ("p", "img", "ul", "ol", "svg", "li")):
            yield f"an empty {tag} before {after}"
        if text.rstrip().endswith(":") and tag == "p" and after not in ("ul", "ol", "pre", "table"):
            yield f"nothing follows {text}"


def abilities(organisation):
    """What anybody can do here."""
    able = set().union(*(policies.abilities(organisation, name) for name in organisation.domains))
    typed = any(domain.signs_in_with_password for domain in organisation.domains.values())
    return able | ({"sign-in with a password"} if typed else set())


def promise_faults(where, page, text, organisation):
    """What the settings do not give: a reset, support, a method."""
    if not policies.self_service(organisation) and (found := re.search(INVITES, text)):
        yield f"an invitation to what is refused: {found[0]}"
    able = abilities(organisation)
    for ability, words in PROMISES.items():
        if not where.startswith("admin/") and ability not in able:
            found = re.search(words, text)
            if found and (ability != "unlock" or policies.self_service(organisation)):
                yield f"{ability} is not offered: {found[0]}"
    if not problem_pages.has_support(organisation) and any("contact-support" in (link or "") for link, _ in page.links):
        yield "a link to support, which nobody named"
    if not where.startswith(("admin/", "methods/", "problems", "errors/")):
        alone = len(policies.offered(organisation)) == 1 and re.search(ANOTHER, text)
        if alone:
            yield f"there is one method only: {alone[0]}"
        for kind, words in WORDS.items():
            if kind not in policies.offered(organisation) and (found := re.search(words, text)):
                yield f"{kind} is not offered: {found[0]}"


def faults(organisation, made):
    """What is wrong with the pages of an organisation."""
    known = {where: parsed(html) for where, html in made.items()}
    codes = {f"errors/{code}.md" for code in problem_pages.problems(organisation)}
    bad = r"\{\w+\}|\{[%{]| [.,;](?: |$)|\(\)|“”|\b[Aa] (?:8|11|18)\b|\b1 [a-z]+s\b|\bNone\b"
    for where, page in known.items():
        text = re.sub(r"\s+", " ", " ".join(text for _, text in page.blocks))
        debris = None if where.startswith("admin/") else re.search(bad, text)
        found = [f"debris: {text[debris.start() - 40 : debris.end() + 20]}"] if debris else []
        found += [*link_faults(where, page, known, codes), *(() if where.startswith("admin/") else block_faults(page))]
        yield from ((where, fault) for fault in (*found, *promise_faults(where, page, text, organisation)))


@pytest.mark.parametrize("content", SETTINGS.values(), ids=SETTINGS)
def test_each_page_is_true_and_grammatical_with_these_settings(content):
    organisation, made = read(content)
    assert len(made) > 35
    assert list(faults(organisation, made)) == []


def test_there_are_forty_settings_and_faults_are_found():
    assert len(SETTINGS) >= 40
    organisation, made = read(SETTINGS["nobody"])
    made["not-me.md"] = (
        '<h2 id="x">A</h2><h2>B</h2><p>Reset it yourself. A 8-digit code</p><p>For these:</p><p><a href="">x</a></p>'
    )
    assert len([fault for where, fault in faults(organisation, made) if where == "not-me.md"]) == 5


def test_an_administrator_is_promised_a_reset_only_where_two_kinds_of_proof_are_offered_f28_s15():
    assert (
        "An administrator always gives two proofs"
        in read(recovery(methods=["email", "passkey"]))[1]["cannot-sign-in.md"]
    )
    for methods in (["email"], ["sms"], ["email", "questions"]):
        gates = 2 if "questions" in methods else 1
        page = read(recovery(methods=methods, gates=gates))[1]["cannot-sign-in.md"]
        assert "An administrator always gives two proofs" not in page, methods

"""The built site: what the requirements ask of the guidance, page by page."""

import re
from html.parser import HTMLParser

import jinja2
import pytest

from hooks import site as site_hook
from regain.domain.languages import LANGUAGES
from regain.problems import CATALOGUE
from tests.conftest import variant

FORBIDDEN = re.compile(r"\b(invalid|please|sorry|oops)\b", re.IGNORECASE)


class Reader(HTMLParser):
    """The text, the links and the ids of a page, and what must not be in it."""

    def __init__(self, html):
        super().__init__()
        self.text, self.links, self.ids, self.bad, self.headings = [], [], set(), [], []
        self._inside = []
        self.feed(html.replace("<wbr>", ""))  # where a word may break is no space

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self._inside.append(tag)
        if tag == "a" and "href" in named:
            self.links.append(named["href"])
        if named.get("id"):
            self.ids.add(named["id"])
        if tag in ("script", "style") and "src" not in named:
            self.bad.append(f"inline {tag}")
        self.bad += [name for name in named if name == "style" or name.startswith("on")]
        if tag == "img" and not named.get("alt"):
            self.bad.append("img without alt")

    def handle_endtag(self, tag):
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data):
        self.text.append(data)
        if self._inside and self._inside[-1] in ("h1", "h2", "h3"):
            self.headings.append(data.strip())


def read(site, path):
    return Reader((site / path / "index.html").read_text())


def text(site, path):
    return " ".join(" ".join(read(site, path).text).split())


@pytest.fixture(scope="module")
def pages(site):
    found = {str(path.parent.relative_to(site)): path for path in site.rglob("index.html")}
    return {name: Reader(path.read_text()) for name, path in found.items() if name.split("/")[0] not in LANGUAGES}


def test_every_problem_has_its_page_and_every_page_its_problem(pages):
    built = {name.removeprefix("errors/") for name in pages if name.startswith("errors/")}
    assert built == {
        code
        for code, problem in CATALOGUE.items()
        if not set(problem.features.split())
        & {"confirm_contact", "questions", "directory", "provider", "no-unlock", "no-sign-in", "no-ability"}
    }


def test_no_page_has_inline_code_or_debris_s7(pages):
    for name, page in pages.items():
        assert page.bad == [], name
        if name == "admin/embed":  # which shows a line to paste
            continue
        assert not re.search(r"<script|&lt;script|\{\{|\}\}|\{%|Ã|\]\(", " ".join(page.text)), name


def test_every_link_leads_somewhere(site, pages):
    for name, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            path, anchor = path.partition("?")[0], anchor.partition("?")[0]  # a view of the desk has a query of its own
            target = (site / name / path).resolve() if not path.startswith("/") else site / path.lstrip("/")
            page_there = target / "index.html" if target.is_dir() else target
            assert page_there.exists(), f"{name}: {link}"
            if anchor:
                assert anchor in Reader(page_there.read_text()).ids, f"{name}: {link}"


@pytest.fixture
def guidance(pages):
    """The pages but for the desk, which is a tool: its guidance is a page beside it (H7)."""
    return {name: page for name, page in pages.items() if name != "admin"}


def test_every_page_says_what_it_is_s1_s2_s3(guidance):
    for name, page in guidance.items():
        shown = " ".join(page.text)
        for part in ("Applies to", "Microsoft 365, Azure, Intune", "Last reviewed", "RG-", "Owner"):
            assert part in shown, name


def test_every_page_ends_with_what_to_do_if_it_did_not_help_s21(guidance):
    for name, page in guidance.items():
        assert "If this did not help" in page.headings, name


def test_each_audience_is_led_to_the_other_s4_s72(guidance):
    for name, page in guidance.items():
        wanted = "Read the pages for everybody" if name.startswith("admin") else "Read the pages for administrators"
        assert wanted in " ".join(page.text), name


def test_words_help_and_do_not_blame(pages):
    for name, page in pages.items():
        assert not FORBIDDEN.search(" ".join(page.text)), name


def test_the_four_cases_stand_on_the_first_page_s26(site):
    page = read(site, ".")
    assert {"reset/", "unlock/", "cannot-sign-in/#you-never-received-a-password", "change-password/"} <= set(page.links)


def test_people_without_rights_ask_or_help_themselves_s9_s10_s11(site):
    page, shown = read(site, "cannot-sign-in"), text(site, "cannot-sign-in")
    assert {"You have no administrator rights", "You have administrator rights"} <= set(page.headings)
    assert "They read it@contoso.example, and their telephone is +44 20 7946 0000" in shown
    assert (
        '<a class="button" href="../reset/">Reset your password</a>' in (site / "cannot-sign-in/index.html").read_text()
    )


def test_administrators_are_led_to_their_pages_s17_s19_s20(site):
    links = read(site, "cannot-sign-in").links
    assert {"../admin/quickstart/", "../admin/turn-on/", "../admin/reset-a-password/"} <= set(links)


def test_communities_stand_at_the_end_s25(site):
    assert "https://community.contoso.example/" in read(site, "cannot-sign-in").links


def test_registered_security_info_is_what_one_resets_with_s29_s30_s41(site):
    assert "security info that you, or your IT staff, registered before" in text(site, "reset")
    assert "../register/" in read(site, "reset").links
    assert "Your administrator must have turned on self-service reset" in text(site, "register")
    assert "must have turned this service on" in text(site, ".")


def test_the_step_of_the_new_password_is_named_as_in_the_articles_s52(site):
    shown = text(site, "reset")
    for part in ("Choose a new password", "Confirm the new password", "Finish"):
        assert part in shown


def test_the_letter_belongs_to_the_row_of_what_is_not_enabled_s69(site):
    page = text(site, "errors/not-enabled-for-password-reset")
    assert "Use Contact your administrator to ask for your password to be reset" in page


@pytest.fixture(scope="module")
def asking(tmp_path_factory):
    """The site of an organisation with security questions, a single administrator, no optional block and an odd name."""
    contacts = {
        "administrator": {"email": "it@contoso.example", "single": True},
        "support": {"email": "s@contoso.example"},
        "communities": [],
    }
    return variant(
        tmp_path_factory.mktemp("asking"), contacts=contacts, organisation={"name": "Smith & <b>Sons</b>"},
        recovery={"gates": 2, "methods": ["email", "questions"]},
    )  # fmt: skip


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """The site of one that offers and names the least."""
    about = {"services": [], "portal_name": "", "apps_portal_name": "", "personal_accounts_url": ""}
    return variant(
        tmp_path_factory.mktemp("bare"), organisation=about, contacts={"support": {}}, recovery={"methods": ["email"]}
    )


def test_security_questions_appear_only_where_they_are_offered_s46(site, pages, asking):
    for name, page in pages.items():
        if not name.startswith("admin"):
            assert "security question" not in " ".join(page.text).lower(), name
    assert "Answer my security questions" in text(asking, "methods/questions")
    assert "Security questions" in text(asking, "account")


def test_each_method_that_is_offered_has_its_page_and_no_other(site, bare):
    offered = {"email", "sms", "call-mobile", "call-office", "authenticator", "recovery-code", "passkey"}
    assert {path.parent.name for path in site.glob("methods/*/index.html")} == offered
    links = set(read(site, "register").links)
    for kind in offered:
        assert f"../methods/{kind}/" in links
        shown = text(site, f"methods/{kind}")
        assert "Use it" in shown
        assert any(part in shown for part in ("When no ", "When the ", "When your device"))
    assert {path.parent.name for path in bare.glob("methods/*/index.html")} == {"email"}


def test_forgotten_passwords_by_role_s8_s20(site):
    shown, page = text(site, "cannot-sign-in"), read(site, "cannot-sign-in")
    assert "Is this you?" in page.headings
    assert {"#you-have-no-administrator-rights", "#you-have-administrator-rights"} <= set(page.links)
    for part in (
        "Ask another administrator",
        "only administrator",
        "alternate e-mail address and a mobile phone",
        "Still need help?",
    ):
        assert part in shown
    assert {"../admin/quickstart/", "../admin/turn-on/", "../admin/reset-a-password/", "../contact-support/"} <= set(
        page.links
    )


def test_personal_accounts_are_sent_elsewhere_s13(site):
    assert "https://personal.contoso.example/help" in read(site, "cannot-sign-in").links


def test_the_single_administrator_is_sent_to_support_s16_s18(asking):
    shown = text(asking, "cannot-sign-in")
    assert "You are the only administrator" in shown
    assert "Ask another administrator" not in shown


def test_the_support_link_comes_after_a_while_and_the_guidance_says_so_s22(site):
    assert "after 10 seconds" in text(site, "cannot-sign-in")


def test_support_is_told_how_to_call_back_s23_s24(site):
    shown, page = text(site, "contact-support"), read(site, "contact-support")
    for part in ("name", "telephone number", "e-mail address"):
        assert part in shown
    assert sum(link.startswith("https://support.contoso.example/") for link in page.links) == 3


def test_two_reasons_to_be_locked_out_s28_and_a_choice_in_the_form(site):
    assert "two reasons" in text(site, "cannot-sign-in")
    for path in ("reset", "unlock"):
        shown = text(site, path)
        assert "I forgot my password" in shown
        assert "I know my password, but still can’t sign in" in shown


def test_three_ways_lead_to_the_form_s12_s31(site):
    assert "Can’t access your account?" in text(site, "cannot-sign-in")
    assert "Work or school account" in text(site, "cannot-sign-in")
    assert "../reset/" in read(site, "account").links


def test_pictures_have_words_s32_s48_s55(site):
    assert re.search(r'role="img" aria-label="[^"]{30,}', (site / "cannot-sign-in/index.html").read_text())
    assert re.search(r'role="img" aria-label="[^"]{30,}', (site / "no-code/index.html").read_text())
    assert re.search(r'role="img" aria-label="[^"]{20,}', (site / "password/index.html").read_text())


def test_changing_a_known_password_two_ways_of_four_steps_s27_s59_s62(site):
    html = (site / "change-password/index.html").read_text()
    assert html.count("<ol>") == 3
    assert all(part.partition("</ol>")[0].count("<li>") == 4 for part in html.split("<ol>")[2:])
    assert "the Contoso portal" in html
    assert "the Contoso apps portal" in html
    assert "your current password once and for the new one twice" in html


def test_password_advice_and_rules_stand_before_typing_s53(site):
    for path in ("password", "reset"):
        assert "at least 15 characters" in text(site, path)
    assert "8 to 16 characters" in text(site, "password")


def test_the_notice_is_explained_s57_s58(site):
    shown = text(site, "not-me")
    assert "Contoso account help <help@contoso.example>" in shown
    assert "contact your administrator" in shown


def test_row_c_links_to_registration_s66_s70(site):
    assert "../../register/" in read(site, "errors/could-not-verify-your-account").links


def test_next_steps_s71_and_registration_s74(site):
    page, shown = read(site, "register"), text(site, "register")
    assert {"../reset/", "../unlock/", "../password/", "https://personal.contoso.example/help"} <= set(page.links)
    for part in ("Only an administrator can enter it", "seen by you and by your administrators only"):
        assert part in shown


def test_optional_blocks_are_off_by_default_s73(site, asking):
    assert "More help" in text(site, "contact-support")
    assert "More help" not in text(asking, "contact-support")
    assert "By service" not in text(asking, "contact-support")
    assert "Still need help?" not in text(asking, "cannot-sign-in")


def test_what_the_organisation_does_not_offer_does_not_appear(bare):
    everything = " ".join(text(bare, str(path.parent.relative_to(bare))) for path in bare.rglob("index.html"))
    for part in ("Text my mobile phone", "office phone", "help for personal accounts]"):
        assert part not in everything
    assert "Your office phone" not in text(bare, "register")
    assert "phone has a signal" not in text(bare, "no-code")


def test_a_site_claims_no_service_portal_or_support_that_nobody_named_p26(bare):
    everything = " ".join(text(bare, str(path.parent.relative_to(bare))) for path in bare.rglob("index.html"))
    for claim in ("the main portal", "the apps portal", "Azure, Intune", "Azure or Intune", "Applies to"):
        assert claim not in everything
    assert "has named no support" in text(bare, "contact-support")
    assert "contact-administrator" in (bare / "contact-support/index.html").read_text()


def test_names_from_the_organisation_are_text_never_markup(asking):
    html = (asking / "reset/index.html").read_text()
    assert "Smith &amp; &lt;b&gt;Sons&lt;/b&gt;" in html


def test_administrators_pages_are_there_s75(site):
    for path in ("admin", "admin/quickstart", "admin/turn-on", "admin/deploy", "admin/reset-a-password"):
        assert (site / path / "index.html").exists()


def test_an_unknown_value_in_a_page_stops_the_build():
    with pytest.raises(jinja2.UndefinedError, match="nothing"):
        site_hook._MARKDOWN.from_string("{{ nothing }}").render({})


def test_nothing_comes_from_elsewhere_and_nothing_of_the_theme_is_shipped(site):
    for path in site.rglob("*.html"):
        assert not re.search(
            r'(?:src|href)="(?:https?:)?//[^"]+\.(?:js|css|woff2?|png)"',
            re.sub("<code.*?</code>", "", path.read_text(), flags=re.DOTALL),
        )
    assert {p.name for p in site.iterdir()} >= {"index.html", "404.html"}
    assert not (site / "partials").exists()
    english = [p for p in site.rglob("*") if p.is_file() and p.relative_to(site).parts[0] not in LANGUAGES]
    assert sum(p.stat().st_size for p in english) < 1_800_000


def test_assets_carry_a_fingerprint(site):
    (folder,) = (site / "assets").iterdir()
    assert re.fullmatch(r"[0-9a-f]{8}", folder.name)

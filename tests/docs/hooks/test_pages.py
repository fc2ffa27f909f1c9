"""The generator's pure functions: pages from the catalogue, values from the organisation."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime

import markdown
import msgspec
import pytest

from hooks import brand, pages, problem_pages, template_functions, well_known
from hooks.addresses import PageError
from hooks.assets import SOURCES
from regain.api.contract import OPERATIONS
from regain.organisation.file import read
from regain.organisation.language import Language
from regain.organisation.settings import Link
from regain.problems import CATALOGUE, Problem


@pytest.fixture(scope="module")
def organisation(root):
    return read(root / "organisation.yaml")


@pytest.fixture(scope="module")
def english(organisation):
    return Language("en", organisation)


@pytest.mark.parametrize("problem", CATALOGUE.values(), ids=lambda problem: problem.code)
def test_a_problem_becomes_a_page_of_fixed_parts(problem, organisation, english):
    page = template_functions.insert_facts(
        problem_pages.problem_page(problem, organisation, english), english.facts, keep_unknown=True
    )
    assert [line.partition(" {:")[0] for line in page.splitlines() if line.startswith("#")] == [
        f"# {problem.title}", "## What happened", "## What to do", "## If this did not help",
    ]  # fmt: skip
    assert len(re.findall(r"^\d+\. ", page, re.MULTILINE)) == len(problem.steps)
    assert not re.search(r"\{[a-z]", page)
    assert "(page:" not in page


def test_a_link_to_no_page_stops_the_build(organisation, english):
    broken = Problem("user-id-not-read", 400, "X", "See [this](page:nowhere).", ("Do it.",))
    with pytest.raises(PageError, match="no page called nowhere"):
        problem_pages.problem_page(broken, organisation, english)


def test_a_fact_that_nobody_knows_stops_the_build(english):
    with pytest.raises(PageError, match="nobodys_fact"):
        template_functions.insert_facts("<p>{nobodys_fact}</p>", english.facts)


NAMES = ["A {x} & {user_id}", "{administrator_email}", "R*D*, [x](y) <b> `z` _w_ #1"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_as_it_is_written_p18(organisation, name):
    """Neither markup nor facts nor HTML: a name with `{x}` in it would stop the build."""
    about = replace(organisation.organisation, name=name, user_id=name)
    support = replace(organisation.contacts.support, per_service={name: "https://x.example/"})
    contacts = replace(organisation.contacts, support=support, communities=(Link(name, "https://y.example/"),))
    own = msgspec.structs.replace(organisation, organisation=about, contacts=contacts)
    language = Language("en", own)
    known = pages.variables(own, language)
    texts = [
        known["user_ids"][0]["name"],
        *known["support_contact"].per_service,
        known["communities"][0]["name"],
        "{organisation}",
    ]
    for text in texts:
        shown = markdown.markdown(template_functions.protect_facts(str(text), language.facts))
        for _ in range(2):  # a template's text stands in a page
            shown = template_functions.insert_facts(shown, language.facts)
        assert html.unescape(re.sub("</?p>", "", shown)) == name


def test_an_address_that_is_not_set_leaves_plain_words(organisation, english):
    page = '<p>use the <a href="fact:personal_accounts_url">help for personal accounts</a>.</p>'
    about = replace(organisation.organisation, personal_accounts_url="")
    without = pages.links(msgspec.structs.replace(organisation, organisation=about), english)
    assert template_functions.resolve_links(page, without, "reset/") == "<p>use the help for personal accounts.</p>"
    known = template_functions.resolve_links(page, pages.links(organisation, english), "reset/")
    assert '<a href="https://personal.contoso.example/help">help for personal accounts</a>' in known


def test_the_table_has_every_problem_and_the_articles_rows_first_s63(organisation, english):
    rows = problem_pages.problem_rows(organisation, english)
    assert [row["row"] for row in rows[:4]] == ["A", "B", "C", "D"]
    assert {row["code"] for row in rows} == set(problem_pages.problems(organisation))


def test_what_cannot_happen_has_no_page(organisation):
    assert "type-the-whole-contact" not in problem_pages.problems(organisation)
    asking = msgspec.structs.replace(organisation, recovery=replace(organisation.recovery, confirm_contact=True))
    assert "type-the-whole-contact" in problem_pages.problems(asking)


def test_every_problem_of_the_contract_has_a_page(organisation, english):
    every = {problem for operation in OPERATIONS for problem in operation.problems}
    for problem in every:
        assert problem_pages.problem_page(problem, organisation, english)


def test_the_letter_to_the_administrator_asks_for_what_is_needed_s37_s65(organisation, english):
    link = pages.administrator_mailto(organisation, english)
    assert link.startswith("mailto:it@contoso.example?subject=I%20cannot%20sign%20in")
    for part in ("user%20ID", "Reference", "reach%20me"):
        assert part in link


def test_an_own_portal_is_used_instead_s37(organisation):
    contact = replace(organisation.contacts.administrator, portal_url="https://it.contoso.example/")
    own = msgspec.structs.replace(organisation, contacts=replace(organisation.contacts, administrator=contact))
    assert pages.administrator_link(own) == "https://it.contoso.example/"


GOOD = {
    "title": "T",
    "description": "D",
    "id": "RG-0001",
    "audience": "everybody",
    "topic": "task",
    "owner": "O",
    "reviewed": "2026-01-01",
    "keywords": ["k"],
}


@pytest.mark.parametrize("key", pages.FRONT_MATTER)
def test_a_page_that_does_not_say_what_it_is_stops_the_build_s1_s3(key):
    pages.check_front_matter(GOOD, "page.md")
    with pytest.raises(PageError, match=key):
        pages.check_front_matter({**GOOD, key: ""}, "page.md")


@pytest.mark.parametrize("change", [{"audience": "cats"}, {"topic": "story"}, {"id": "7"}])
def test_front_matter_is_from_a_closed_list_s4(change):
    with pytest.raises(PageError):
        pages.check_front_matter({**GOOD, **change}, "page.md")


def test_two_pages_never_share_a_title_or_an_id():
    with pytest.raises(PageError, match="share"):
        pages.check_unique([("a.md", GOOD), ("b.md", {**GOOD, "id": "RG-0002"})])


def test_robots_may_read_guidance_and_nothing_of_one_person(organisation):
    told = well_known.robots(organisation)
    assert "Disallow: /account/" in told and "Disallow: /admin/" in told
    assert "reset" not in told and "Sitemap" not in told
    about = replace(organisation.organisation, site_url="https://help.contoso.example/")
    told = well_known.robots(msgspec.structs.replace(organisation, organisation=about))
    assert told.endswith("Sitemap: https://help.contoso.example/sitemap.xml\n")
    two = replace(organisation.organisation, languages=("en", "de"))
    told = well_known.robots(msgspec.structs.replace(organisation, organisation=two))
    assert "Disallow: /account/\n" in told and "Disallow: /de/account/\n" in told


def test_security_txt_says_where_to_report_and_until_when(organisation):
    about = replace(organisation.organisation, languages=("en", "de"))
    organisation = msgspec.structs.replace(organisation, organisation=about)
    told = well_known.security_txt(organisation, datetime(2026, 11, 24, tzinfo=UTC))
    assert told == "Contact: mailto:it@contoso.example\nExpires: 2027-10-25T00:00:00Z\nPreferred-Languages: en, de\n"
    contacts = replace(organisation.contacts, security="https://contoso.example/report")
    told = well_known.security_txt(
        msgspec.structs.replace(organisation, contacts=contacts), datetime(2026, 11, 24, tzinfo=UTC)
    )
    assert told.startswith("Contact: https://contoso.example/report\n")
    nobody = replace(organisation.contacts, administrator=type(organisation.contacts.administrator)())
    assert well_known.security_txt(msgspec.structs.replace(organisation, contacts=nobody), datetime.now(UTC)) == ""


def test_a_red_brand_stays_in_the_bar_and_another_colours_links_too_f67():
    css = ":root{--error: #a31621}"
    red, green = brand.apply_colour(css, "#7a1f2b"), brand.apply_colour(css, "#12593a")
    assert "--bar:#7a1f2b" in red and "--link" not in red
    assert "--bar:#12593a" in green and "--link:#12593a" in green
    assert brand.same_hue("#7a1f2b", re.search(r"--error: (#\w+)", (SOURCES / "site.css").read_text())[1])

"""The search of the whole site: what it finds, what it refuses to claim (B41), and how it is used."""

import csv
import json

import pytest
from playwright.sync_api import Page, expect

from hooks.search_index import STEMMERS
from regain.organisation.file import read
from regain.problems import CATALOGUE
from tests.browser.conftest import PHONE
from tests.conftest import ROOT
from tests.order import some

LANGUAGES = read(ROOT / "organisation.yaml").organisation.languages
QUERIES = ROOT / "tests" / "docs" / "search_queries.tsv"
FIND = """async ([texts, index, stemmer]) => {
  const { load } = await import(document.querySelector('script[src$="search.js"]').src.replace('search.js', 'find.js'));
  const find = await load(index, stemmer);
  return texts.map(text => { const { pages, foreign } = find(text); return [pages.map(({ url }) => url), foreign]; });
}"""


def queries():
    lines = (line for line in QUERIES.read_text().splitlines() if not line.startswith("#"))
    return list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def found(page: Page, tag, texts):
    """The pages for each text, best first, on the site of a language; and whether it is said not to be ours."""
    folder = "/" if tag == "en" else f"/{tag}/"
    return page.evaluate(FIND, [texts, f"{folder}search.json", STEMMERS.get(tag, "")])


@pytest.fixture
def home(page: Page):
    page.goto("/")
    return page


def test_120_pasted_messages_and_questions_find_their_page_first_and_none_claims_what_is_not_ours_b41_f50(home: Page):
    """Half of them were written before the search, and never used to improve it: they count by themselves too."""
    asked = queries()
    assert [sum(each[0] == name for each in asked) for name in ("used", "kept")] == [60, 60]
    assert sum(each[2] == "no-code/" for each in asked) > 5  # the most frequent problem
    missed, claimed = {"used": [], "kept": []}, []
    for tag in dict.fromkeys(each[1] for each in asked):
        ours = [each for each in asked if each[1] == tag]
        for (name, _, right, text), (pages, foreign) in zip(ours, found(home, tag, [e[3] for e in ours]), strict=True):
            first = pages[0] if pages else "none" if right == "none" else "is-it-us/"  # where it then leads
            assert foreign == (not pages) and len(pages) <= 5
            if first not in right.split(" "):
                (claimed if right == "none" else missed[name]).append((tag, text, first))
    assert claimed == []
    assert len(missed["used"]) <= 3 and len(missed["kept"]) <= 3, missed  # 95 % of 60


def test_the_title_of_every_message_finds_it_in_any_language_of_the_site_f51(home: Page, site):
    known = json.loads((site / "search.json").read_text())["pages"]
    titles = {title: page["url"] for page in known for title in page.get("titles", ())}
    assert len(set(titles.values())) > 60 and len(titles) > 600
    hits = found(home, "de", list(titles))
    wrong = [(title, hit[0][:1]) for (title, url), hit in zip(titles.items(), hits, strict=True) if hit[0][:1] != [url]]
    assert wrong == []


@pytest.mark.parametrize(
    ("tag", "text", "url"),
    [("pl", "nie pamiętam hasła", "cannot-sign-in/"), ("he", "שכחתי סיסמה", "cannot-sign-in/"), ("zh-Hans", "我忘了密码", "cannot-sign-in/")],
)  # fmt: skip
def test_languages_without_a_stemmer_are_searched_too(home: Page, tag, text, url):
    assert url in found(home, tag, [text])[0][0][:2]


def test_every_language_of_the_site_finds_its_own_pages_b41(home: Page, site):
    for tag in some(LANGUAGES, "en", "de", "ar", "hi", "ja"):
        folder = site if tag == "en" else site / tag
        known = {page["url"]: page["title"] for page in json.loads((folder / "search.json").read_text())["pages"]}
        assert found(home, tag, [known["no-code/"]])[0][0][:1] == ["no-code/"], tag


def test_the_index_has_every_page_and_nothing_of_the_forms_of_one_person(site):
    urls = {page["url"] for page in json.loads((site / "de" / "search.json").read_text())["pages"]}
    built = {p.parent.relative_to(site / "de").as_posix() + "/" for p in (site / "de").rglob("index.html")}
    assert built - urls == {"./", "admin/", "offline/"} - urls
    assert {f"errors/{code}/" for code in CATALOGUE if f"errors/{code}/" in built} <= urls


def test_index_and_lunr_load_when_the_field_gets_the_focus_and_nothing_is_sent(page: Page):
    asked = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.goto("/no-code/")
    late = {"search-field.js", "find.js", "lunr.js", "lunr-en.js", "search.json"}
    assert not late & set(asked)
    field = page.get_by_role("searchbox", name="Search, or paste a message")
    field.focus()
    field.fill("text message with the code not received")
    expect(page.get_by_role("search").get_by_role("link").first).to_have_text("No code arrived")
    assert late < set(asked)
    before = len(asked)
    field.fill("my phone was stolen")
    expect(page.get_by_role("search").get_by_role("link").first).to_have_text("You have lost your phone, or everything")
    assert len(asked) == before


def test_five_results_are_seen_without_scrolling_on_a_phone_and_used_by_keyboard(page: Page, axe):
    page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/", "/de/no-code/"):
        page.goto(path)
        field = page.get_by_role("searchbox")
        field.fill("password" if path == "/" else "Code")
        results = page.get_by_role("search").locator("li a")
        expect(results).to_have_count(5)
        assert results.last.bounding_box()["y"] + 44 <= 740, path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        axe()
        page.keyboard.press("Enter")
        expect(results.first).to_be_focused()
        page.keyboard.press("Escape")
        expect(results.first).to_be_hidden()
        expect(field).to_be_focused()


def test_what_is_not_ours_is_said_so_with_what_to_do_and_a_reference_is_known(page: Page, axe):
    page.set_viewport_size(PHONE)
    page.goto("/problems/")
    search = page.get_by_role("search")
    search.get_by_role("searchbox").fill("Your parcel could not be delivered")
    expect(search).to_contain_text("This site has no such message.")
    expect(search.locator("li")).to_have_count(0)
    axe()
    search.get_by_role("searchbox").fill("R-3EEQ-A8XC")
    expect(search.get_by_text("is a reference")).to_be_visible()
    search.get_by_role("searchbox").fill("Microsoft account unusual sign-in activity")
    search.get_by_role("link", name="what to do with a message from Microsoft").click()
    expect(page).to_have_url(page.url.partition("/is-it-us/")[0] + "/is-it-us/#messages-that-are-not-ours")


def test_no_search_and_no_menu_stand_beside_a_form_f62(page: Page):
    for path in ("/reset/", "/unlock/", "/account/", "/contact-administrator/", "/contact-support/"):
        page.goto(path)
        assert page.get_by_role("search").count() == 0, path
        assert page.locator("nav.side").count() == 0, path


def test_where_the_index_cannot_be_loaded_the_field_says_so(page: Page):
    page.route("**/search.json", lambda route: route.abort())
    page.goto("/problems/")
    page.get_by_role("searchbox").fill("code")
    expect(page.get_by_text("The search could not be loaded.")).to_be_visible()
    page.unroute("**/search.json")
    page.get_by_role("searchbox").fill("no code")
    expect(page.get_by_role("search").get_by_role("link").first).to_have_text("No code arrived")

"""What pages carry beside their words, and small things that they say (F29-F65)."""

import re

import pytest

from hooks import assets
from hooks import site as site_hook
from tests.docs.test_site import read, text


def test_pages_carry_their_keywords_and_a_forms_revision_counts_its_words_f49_s3(site):
    for path, word in (("no-code", "the code never came"), ("reset", "forgotten password"), ("de/reset", "")):
        html = (site / path / "index.html").read_text()
        assert re.search(rf'<meta name="keywords" content="[^"]*{word}[^"]*">', html), path
    sources = site_hook._sources("reset.md", {"form": "recovery"})
    assert sources == ("docs/reset.md", "docs/theme/partials/recovery.html")
    assert site_hook._sources("no-code.md", {}) == ("docs/no-code.md",)
    if alone := site_hook._revision("docs/reset.md"):  # "" without git
        assert int(site_hook._revision(*sources).split()[0]) > int(alone.split()[0])


@pytest.mark.parametrize("path", ["reset", "account", "contact-administrator", "contact-support", "admin"])
def test_nothing_corrects_user_ids_codes_and_addresses_while_they_are_typed_f5(site, path):
    fields = re.findall(r"<input[^>]*>", (site / path / "index.html").read_text())
    exact = [
        each for each in fields if re.search(r'name="(user_id|code|contact|email|reply_to|phone|q|account)"', each)
    ]
    assert exact
    for field in exact:
        corrected = 'autocorrect="off"' in field or 'type="tel"' in field or 'type="email"' in field
        assert corrected, field


def test_figures_stand_under_each_other_f65(site):
    html = (site / "admin/scale/index.html").read_text()
    assert html.count('<td align="right">') > 20
    (css,) = site.glob("assets/*/admin.css")
    assert '.figures [align="right"]{text-align:end' in css.read_text()


def test_the_poster_has_the_address_as_a_qr_code_where_there_is_one_f43(site):
    html = site_hook._inline_drawings('<img alt="QR code of x" src="qr:site" />', "https://help.example")
    assert re.fullmatch(r'<svg role="img" aria-label="QR code of x".*<path [^>]*stroke="#000".*</svg>\s*', html)
    assert "QR code" not in (site / "admin/roll-out/index.html").read_text()


def test_only_domains_that_are_reset_here_are_named_where_one_is_refused_f29(site):
    shown = text(site, "errors/domain-not-ours")
    assert "end in one of these: contoso.example." in shown
    assert not re.search(r"lab\.contoso|partners\.contoso", shown)


def test_pages_against_phishing_say_what_the_messages_say_f30(site):
    assert "A code comes only" not in text(site, "is-it-us")
    for path in ("is-it-us", "not-me"):
        assert "notice of a change that you didn't make" in text(site, path).replace("’", "'"), path


def test_what_the_it_staff_entered_counts_too_f32(site):
    for path in (".", "no-code", "reset"):
        assert re.search(r"you,? or your IT staff", text(site, path), re.IGNORECASE), path
        assert "You must have registered" not in text(site, path)


def test_every_step_that_waits_for_something_leads_to_people_f33_s21(site):
    steps = re.split(r'<section class="step" data-step="(\w+)"', (site / "reset/index.html").read_text())
    found = dict(zip(steps[1::2], steps[2::2], strict=True))
    for step in ("code", "app", "saved"):
        assert "contact-support/" in found[step] and "contact-administrator/" in found[step], step
    for step in ("refused", "method", "done"):
        assert "contact-administrator/" in found[step], step
    assert "contact-support/" in found["done"].partition('<aside class="about"')[2]  # below every step


def test_no_page_points_to_a_reference_that_it_does_not_show_f46(site):
    for page in site.glob("errors/*/index.html"):
        assert "reference below" not in text(site, page.parent.relative_to(site)), page
    assert "Above the field you see which" in text(site, "errors/password-not-accepted")


def test_messages_for_people_stand_apart_from_those_for_the_desk_and_programs_f52(site):
    people, _, others = text(site, "problems").partition("For helpdesk, administrators and programs")
    assert "That code is not right" in people
    assert "reads JSON only" in others and "reads JSON only" not in people


def test_one_page_for_each_thing_and_each_ends_once_f53_s71(site):
    assert not {"forgot-password", "locked-out"} & {path.name for path in site.iterdir()}
    assert (site / "lost-phone/index.html").exists()
    assert "Next steps" in read(site, "reset").headings
    for page in site.glob("errors/*/index.html"):
        headings = read(site, page.parent.relative_to(site)).headings
        assert headings.count("If this did not help") == 1 and "Who can help" not in headings, page


def test_every_name_that_a_script_imports_is_exported_where_it_says():
    """Scripts are put together as they are: a name that has gone stops the page in the browser only."""
    sources = {path.stem: path.read_text() for path in assets.SOURCES.glob("*.js")}
    imports = [
        (script, name, module)
        for script, text in sources.items()
        for names, module in re.findall(r"^import \{ ([\w, ]+) \} from '\./([\w-]+)\.js';$", text, re.MULTILINE)
        for name in names.split(", ")
    ]
    exported = r"^export (?:const|let|class|function|async function) {}\b"
    assert len(imports) > 100
    assert [each for each in imports if not re.search(exported.format(each[1]), sources[each[2]], re.MULTILINE)] == []


@pytest.mark.parametrize("name", assets.ENTRY_POINTS)
def test_no_script_declares_a_name_twice(name):
    """Its modules share one scope once they are put together."""
    declared = re.findall(
        r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+)", assets.bundle(name), re.MULTILINE
    )
    assert sorted(declared) == sorted(set(declared))

"""What pages carry beside their words: keywords, a revision, figures under each other, a QR code (F43, F49, F65)."""

import re

from hooks import site as site_hook


def test_pages_carry_their_keywords_and_a_forms_revision_counts_its_words_f49_s3(site):
    for path, word in (("no-code", "the code never came"), ("reset", "forgotten password"), ("de/reset", "")):
        html = (site / path / "index.html").read_text()
        assert re.search(rf'<meta name="keywords" content="[^"]*{word}[^"]*">', html), path
    sources = site_hook._sources("reset.md", {"form": "recovery"})
    assert sources == ("docs/reset.md", "docs/theme/partials/recovery.html")
    assert site_hook._sources("no-code.md", {}) == ("docs/no-code.md",)
    if alone := site_hook._revision("docs/reset.md"):  # "" without git
        assert int(site_hook._revision(*sources).split()[0]) > int(alone.split()[0])


def test_figures_stand_under_each_other_f65(site):
    html = (site / "admin/scale/index.html").read_text()
    assert html.count('<td align="right">') > 20
    (css,) = site.glob("assets/*/admin.css")
    assert '.figures [align="right"]{text-align:end' in css.read_text()


def test_the_poster_has_the_address_as_a_qr_code_where_there_is_one_f43(site):
    html = site_hook._inline_drawings('<img alt="QR code of x" src="qr:site" />', "https://help.example")
    assert re.fullmatch(r'<svg role="img" aria-label="QR code of x".*<path [^>]*stroke="#000".*</svg>\s*', html)
    assert "QR code" not in (site / "admin/roll-out/index.html").read_text()

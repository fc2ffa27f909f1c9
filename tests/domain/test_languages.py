"""Language negotiation (RFC 4647, RFC 9110 12.5.4)."""

import re
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regain.domain.languages import LANGUAGES, lookup, negotiate
from regain.domain.page_redirect import Redirect, redirect

ALL = tuple(LANGUAGES)
SOME = ("en", "de", "zh-Hant", "he")


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("de", "de"), ("de-AT", "de"), ("DE-at", "de"), ("pt-BR", "pt"), ("zh", "zh-Hans"), ("zh-CN", "zh-Hans"),
        ("zh-TW", "zh-Hant"), ("zh-HK", "zh-Hant"), ("zh-Hant-TW", "zh-Hant"), ("iw", "he"), ("iw-IL", "he"), ("xx", ""),
        ("", ""), ("d", ""), ("deutsch", ""),
    ],
)  # fmt: skip
def test_a_tag_asks_for_a_language_by_leaving_out_its_ends(tag, expected):
    assert lookup(tag, ALL) == expected


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", "en"), ("*", "en"), ("fr", "en"), ("de", "de"), ("fr, de;q=0.5", "de"), ("de;q=0.5, he;q=0.9", "he"),
        ("de;q=0, he", "he"), ("de;q=x, he;q=0.1", "he"), ("en-GB,en;q=0.9,de;q=0.8", "en"), ("zh-TW", "zh-Hant"),
        ("zh", "en"), (",".join(["xx"] * 20 + ["de"]), "en"),
    ],
)  # fmt: skip
def test_a_browser_gets_what_it_wants_most_of_what_is_offered(accepted, expected):
    assert negotiate(accepted, SOME) == expected


@given(st.text(max_size=300))
def test_whatever_is_sent_one_of_the_offered_is_chosen(accepted):
    assert negotiate(accepted, SOME) in SOME


@pytest.mark.parametrize(
    ("path", "asked", "cookie", "accepted", "expected"),
    [
        ("/reset/", "", "", "de", Redirect("/de/reset/")),
        ("/", "", "", "he,en", Redirect("/he/")),
        ("/reset/", "", "", "en,de", None),
        ("/reset/", "", "", "", None),
        ("/reset/", "", "en", "de", None),
        ("/reset/", "", "de", "en", Redirect("/de/reset/")),
        ("/reset/", "", "../evil", "en", None),
        ("/de/reset/", "", "en", "en", None),
        ("/de/reset/", "en", "", "", Redirect("/reset/", "en")),
        ("/reset/", "he", "", "", Redirect("/he/reset/", "he")),
        ("/de/reset/", "de", "", "", Redirect("/de/reset/", "de")),
        ("/reset/", "xx", "", "", None),
        ("/en/reset/", "", "", "de", Redirect("/de/en/reset/")),
        ("//evil.example/", "de", "", "", None),
        ("/api/health/", "", "", "de", None),
        ("/assets/x/", "", "", "de", None),
        ("/local/x/", "", "", "de", None),
        ("/.well-known/x/", "", "", "de", None),
        ("/reset/index.html", "", "", "de", None),
        ("/reset", "", "", "", Redirect("/reset/", status=308)),
        ("/reset", "", "", "de", Redirect("/reset/", status=308)),
        ("/reset", "de", "", "", Redirect("/de/reset/", "de")),
        ("/de", "", "", "", Redirect("/de/", status=308)),
        ("/local/outbox", "", "", "de", None),
        ("/.well-known/change-password", "", "", "de", None),
        ("/de//evil.example/", "en", "", "", None),
        ("/de/\\evil.example/", "en", "", "", None),
        ("/de/%2fevil.example/", "en", "", "", None),
        ("/de/../reset/", "en", "", "", None),
        ("//evil", "", "", "", None),
        ("/reset\n", "", "", "", None),
    ],
)  # fmt: skip
def test_a_page_is_shown_in_the_language_that_is_read(path, asked, cookie, accepted, expected):
    assert redirect(path, asked, cookie, accepted, SOME) == expected


def test_where_there_is_one_language_nobody_is_led_anywhere():
    assert redirect("/reset/", "", "de", "de", ("en",)) is None


_PIECES = st.sampled_from(
    ["/", "//", "\\", "%2f", "%5C", "..", ".", "@", ":", "?", "#", "\t", "\r\n", "\x00", "de", "en", "zh-Hant", "reset",
     "evil.example", "evil", "https:", "api", "local", "\u2215", "\uff0f"]
)  # fmt: skip
PATHS = st.lists(_PIECES | st.text(max_size=3), max_size=8).map("".join)
LANGUAGE = st.sampled_from(["", "en", "de", "he", "..", "//evil.example"])


@given(PATHS | PATHS.map("/{}".format) | PATHS.map("/de/{}/".format), LANGUAGE, LANGUAGE, LANGUAGE)
def test_no_redirect_leaves_the_site_whatever_is_asked_for_x10(path, requested, cookie, accepted):
    if made := redirect(path, requested, cookie, accepted, SOME):
        assert urljoin("https://site.example/x/y", made.location) == f"https://site.example{made.location}"
        assert re.fullmatch(r"(/[A-Za-z0-9_-]+)*/", made.location)
        assert made.chosen in {"", *SOME}

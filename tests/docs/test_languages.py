"""The site in every language: complete, marked up as what it is, and cross-linked (B15)."""

import functools
import json
import re
import subprocess
import sys
from html import unescape
from urllib.parse import urljoin

import pytest

from hooks import build
from hooks.catalogues import files
from regain.domain.languages import LANGUAGES
from regain.organisation.file import read
from tests.conftest import ROOT
from tests.docs.test_site import Reader

OFFERED = read(ROOT / "organisation.yaml").organisation.languages


def folder(site, tag):
    return site if tag == OFFERED[0] else site / tag


def pages_of(site, tag):
    root = folder(site, tag)
    found = {path.parent.relative_to(root).as_posix(): path for path in root.rglob("index.html")}
    return {name: path for name, path in found.items() if name.split("/")[0] not in OFFERED}


@pytest.fixture(scope="module", params=OFFERED)
def language(request, site):
    return request.param, {name: path.read_text() for name, path in pages_of(site, request.param).items()}


@functools.cache
def links_and_ids(path):
    """Where a page leads to, and the places in it. A parser would take a minute for all of them."""
    text = path.read_text()
    links = {unescape(link) for link in re.findall(r'<a\b[^>]*?\shref="([^"]*)"', text)}
    ids = {unescape(name) for name in re.findall(r'<[^>]*?\sid="([^"]*)"', text)}
    return sorted(links), ids


def test_links_and_ids_are_found_as_a_parser_finds_them(site):
    for name in ("index.html", "reset/index.html", "admin/deploy/index.html", "admin/index.html"):
        page = Reader((site / name).read_text())
        assert links_and_ids(site / name) == (sorted({*page.links}), page.ids)


def test_every_page_exists_in_every_language_b15(site, language):
    _, pages = language
    assert set(pages) == set(pages_of(site, OFFERED[0]))


def test_a_page_says_its_language_and_direction(language):
    tag, pages = language
    for name, html in pages.items():
        assert f'<html lang="{tag}" dir="{LANGUAGES[tag].direction}">' in html, name


def test_no_page_has_debris_or_a_fact_left_open(language):
    """No braces, marks of Markdown or statement; no space after a sentence of Chinese or Japanese (L11)."""
    tag, pages = language
    for name, html in pages.items():
        page = Reader(re.sub(r"<(pre|code)\b.*?</\1>|<template.*?</template>", "", html, flags=re.DOTALL))
        shown = " ".join(page.text)
        assert page.bad == [], name
        assert tag not in ("zh-Hans", "zh-Hant", "ja") or not re.search(r"。[ \n]+[^\x00-\x7f]", html), name
        assert not re.search(r"\{\w+\}|\{\{|\{%|\]\(|\*\*|[\ue000\ue001]", shown), name
        assert not re.search(r'\{: ?#|["(](?:fact|page):', html), name


def test_every_link_of_every_language_leads_somewhere(site, language):
    tag, pages = language
    for name in pages:
        here = folder(site, tag) / name
        for link in links_and_ids(here / "index.html")[0]:
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            path, anchor = path.partition("?")[0], anchor.partition("?")[0]  # a view of the desk has a query of its own
            target = (here / path).resolve() if not path.startswith("/") else site / path.lstrip("/")
            there = target / "index.html" if target.is_dir() else target
            assert there.exists(), f"{tag}/{name}: {link}"
            assert not anchor or anchor in links_and_ids(there)[1], f"{tag}/{name}: {link}"


def test_each_page_leads_to_itself_in_the_other_languages(language):
    tag, pages = language
    found = dict(re.findall(r'<a href="([^"?]*)\?language=[\w-]+" hreflang="([\w-]+)"', pages["reset"]))
    assert set(found.values()) == (set(OFFERED) if len(OFFERED) > 1 else set())
    root = "/" if tag == OFFERED[0] else f"/{tag}/"
    for link, each in found.items():
        assert urljoin(f"{root}reset/", link) == ("/reset/" if each == OFFERED[0] else f"/{each}/reset/")


def test_the_title_and_the_description_are_in_the_language(site, language):
    tag, pages = language
    if tag == "en":
        return
    known = {message.id for message in files.read(tag) if message.id and files.is_translated(message)}
    english = {name: path.read_text() for name, path in pages_of(site, "en").items()}
    same = ("admin/command-line", "admin")
    for name, html in pages.items():
        for pattern in (r"<title>(.*?)(?: - .*)?</title>", r'name="description" content="(.*?)"'):
            shown, text = (unescape(re.search(pattern, page)[1]) for page in (html, english[name]))
            waits = text not in known  # for its translation: pages then show English
            assert shown != text or waits or name in same, name


PSEUDO = """
import gettext, sys
from pathlib import Path
from regain.organisation import language

class Pseudo(gettext.NullTranslations):
    def gettext(self, text):
        return f"\\u27e6{text}\\u27e7"
    def pgettext(self, context, text):
        return self.gettext(text)
    def ngettext(self, one, many, n):
        return f"\\u27e6{many}\\u27e7"

language.load_translations = lambda tag, *parts: Pseudo()
from hooks import build
build._build_language((Path(sys.argv[1]), "en", {}, "x", False))
"""


SMALL = {
    "organisation": {"name": "Contoso", "services": ["X1"], "languages": ["en"], "portal_name": "P1", "apps_portal_name": "P2"},
    "domains": {"contoso.example": {}},
    "contacts": {
        "administrator": {"email": "it@contoso.example"},
        "support": {"name": "S1", "email": "s@contoso.example"},
    },
}  # fmt: skip
UNTRANSLATED = {
    "English", "Contoso", "contoso.example", "it@contoso.example", "s@contoso.example", "JSON lines", "CSV", "none",
    "private", "nist", "all", "false", "email, sms, call-mobile, call-office, authenticator, recovery-code",
}  # fmt: skip
"""Names, and settings as they are written in `organisation.yaml`."""


def outside_brackets(html):
    """The texts of a page that are in no brackets, without code."""
    html = re.sub(r"<(pre|code|script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
    html = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "\0", html))
    depth, outside = 0, []
    for letter in html:
        depth += (letter == "⟦") - (letter == "⟧")
        outside.append(letter if depth == 0 and letter not in "⟦⟧" else " ")
    return {part.strip() for part in "".join(outside).split("\0") if re.search(r"[A-Za-z]{3,}", part)}


def test_nothing_on_the_site_is_said_outside_of_the_translations(tmp_path):
    """With every translated text in brackets, nothing is left outside of them but names, numbers, dates and code."""
    organisation = tmp_path / "organisation.yaml"
    organisation.write_text(json.dumps(SMALL))
    environment = {
        "PYTHONPATH": ":".join(str(ROOT / part) for part in ("functions", "functions/shared", "docs", ".")),
        "ORGANISATION": str(organisation), "NO_MKDOCS_2_WARNING": "1", "PATH": "/usr/bin:/bin",
    }  # fmt: skip
    command = [sys.executable, "-c", PSEUDO, str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    bare = set().union(*(outside_brackets(path.read_text()) for path in (tmp_path / "site").rglob("*.html")))
    plain = r"\d+ \(\w+\)|\{user\} \{reference\}|\d{1,2} [A-Z][a-z]+ \d{4}"
    assert {each for each in bare - UNTRANSLATED if not re.fullmatch(plain, each)} == set()


def test_a_missing_text_stops_a_complete_build_and_is_named(tmp_path, monkeypatch, capsys):
    from hooks.catalogues import files

    texts = files.read("de")
    texts.delete("Skip to content")
    monkeypatch.setattr(files, "read", lambda tag: texts)
    assert build._check_translations(("en", "de"), complete=False) is True
    assert re.search(r"^translations/de.po: \d+ texts are missing", capsys.readouterr().out)
    assert build._check_translations(("en", "de"), complete=True) is False
    assert "translations/de.po: missing: 'Skip to content'" in capsys.readouterr().err


def test_a_deployment_and_a_release_need_every_text_b15():
    deployment = (ROOT / "Makefile").read_text().split("\ndeploy:")[1].split("\n\n")[0]
    assert "docs COMPLETE=1" in deployment
    assert "make docs COMPLETE=1" in (ROOT / ".github/workflows/release.yml").read_text()
    assert "make docs COMPLETE=1" in (ROOT / "CONTRIBUTING.md").read_text().split("**A release**")[1]

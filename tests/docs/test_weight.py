"""A page's transfer size: itself and everything it loads, compressed with brotli."""

import functools
import re

import brotli
import pytest

from regain.organisation.file import read
from tests.conftest import ROOT


@functools.cache
def compressed(file):
    return len(brotli.compress(file.read_bytes()))


def weight(site, path):
    page = (site / path / "index.html").read_text()
    names = set(re.findall(r'(?:href|src)="([./]*assets/[^"]+\.(?:css|js|svg))"', page))
    files = {(site / path / name).resolve() for name in names if not name.endswith("unsupported-browser.js")}
    return len(brotli.compress(page.encode())) + sum(compressed(file) for file in files)


MOST = {
    ".": 8_000, "cannot-sign-in": 8_000, "errors/wrong-code": 8_000,
    "reset": 14_000, "unlock": 14_000, "contact-administrator": 14_000, "contact-support": 14_000, "account": 14_000,
    "admin": 40_000,
}  # fmt: skip


@pytest.mark.parametrize("tag", read(ROOT / "organisation.yaml").organisation.languages)
def test_pages_are_light_on_the_wire_in_every_language(site, tag):
    folder = site if tag == "en" else site / tag
    found = {path: weight(folder, path) for path in MOST}
    assert {path: bytes_ for path, bytes_ in found.items() if bytes_ > MOST[path]} == {}

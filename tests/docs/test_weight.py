"""A page's transfer size: itself and everything it loads, compressed with brotli."""

import pytest

from regain.organisation.file import read
from tests.conftest import ROOT
from tests.docs.weights import budget, table, weight

LANGUAGES = read(ROOT / "organisation.yaml").organisation.languages
MEASURED = (
    ".", "cannot-sign-in", "errors/wrong-code", "reset", "unlock", "contact-administrator", "contact-support", "account", "admin",
)  # fmt: skip


def test_every_page_is_within_its_budget(site):
    rows = table(site, LANGUAGES[1:])
    assert len([most for _, _, most in rows if most]) > 60
    assert [row for row in rows if row[2] and row[1] > row[2]] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_pages_are_light_on_the_wire_in_every_language(site, tag):
    folder = site if tag == "en" else site / tag
    found = {path: weight(folder, path) for path in MEASURED}
    assert {path: bytes_ for path, bytes_ in found.items() if bytes_ > budget(path)} == {}

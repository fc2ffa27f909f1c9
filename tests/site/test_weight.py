"""What a page weighs on the wire: itself and everything that it loads, as brotli sends it."""

import re

import brotli
import pytest


def weight(site, path):
    page = (site / path / "index.html").read_text()
    names = set(re.findall(r'(?:href|src)="[./]*(assets/[^"]+\.(?:css|js|svg))"', page))
    files = [site / path / "index.html", *(site / name for name in names if not name.endswith("old.js"))]
    return sum(len(brotli.compress(file.read_bytes())) for file in files)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        (".", 8_000),
        ("forgot-password", 8_000),
        ("errors/wrong-code", 8_000),
        ("reset", 14_000),
        ("unlock", 14_000),
        ("contact-administrator", 14_000),
        ("contact-support", 14_000),
        ("admin", 20_000),
    ],
)
def test_pages_are_light_on_the_wire(site, path, most):
    assert weight(site, path) <= most

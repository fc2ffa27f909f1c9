"""What each page weighs on the wire: itself and everything that it loads, in brotli. `make weights` prints all of them."""

import functools
import re
import sys
from pathlib import Path

import brotli

FORMS = ("reset", "unlock", "contact-administrator", "contact-support", "account", "not-me")
GUIDANCE, LIST, FORM, DESK = 8_000, 12_000, 14_000, 40_000
"""Bytes. The list of all messages is longer than what a page says of one."""
_ASSETS = re.compile(r'(?:href|src)="([./]*assets/[^"]+\.(?:css|js|svg))"')


@functools.cache
def _compressed(file: Path) -> int:
    return len(brotli.compress(file.read_bytes()))


def weight(site: Path, path: str) -> int:
    """The bytes of a page and of its style sheets, scripts and pictures."""
    page = (site / path / "index.html").read_text()
    names = set(_ASSETS.findall(page))
    files = {(site / path / name).resolve() for name in names if not name.endswith("unsupported-browser.js")}
    return len(brotli.compress(page.encode())) + sum(map(_compressed, files))


def budget(path: str) -> int | None:
    """The most that a page may weigh. What only administrators read has none, but for the desk."""
    if path == "admin":
        return DESK
    if path.startswith("admin/"):
        return None
    return FORM if path in FORMS else LIST if path == "problems" else GUIDANCE


def pages(site: Path, others: tuple[str, ...]) -> list[str]:
    """The pages of the first language; `others` have folders of their own."""
    found = (file.parent.relative_to(site) for file in site.rglob("index.html"))
    return sorted(str(path) for path in found if path.parts[:1] not in [(tag,) for tag in others])


def table(site: Path, others: tuple[str, ...]) -> list[tuple[str, int, int | None]]:
    """Each page with its weight and its budget, the heaviest first."""
    found = [(path, weight(site, path), budget(path)) for path in pages(site, others)]
    return sorted(found, key=lambda row: -row[1])


def main() -> int:
    """Prints the table. Returns 1 where a page is too heavy."""
    from regain.organisation.file import read

    rows = table(Path("site"), read(Path("organisation.yaml")).organisation.languages[1:])
    for path, bytes_, most in rows:
        sys.stdout.write(f"{path:42}{bytes_ / 1000:7.2f} kB" + (f"  of {most / 1000:5.1f}" if most else "") + "\n")
    return int(any(most and bytes_ > most for _, bytes_, most in rows))


if __name__ == "__main__":
    sys.exit(main())

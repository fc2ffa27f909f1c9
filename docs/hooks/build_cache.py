"""A digest of what each page was built from, so that only changed pages are built again."""

import hashlib
import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from mkdocs.structure.files import Files


class BuildCache:
    """The digests of one language's pages: of what all pages share, and of each page's own text."""

    def __init__(self, known: dict[str, str], shared: str) -> None:
        self._shared = shared
        self._known = known if known.get("shared") == shared else {}
        self.made: dict[str, str] = {"shared": shared}

    def mark_unchanged(self, files: Files, text_of: dict[str, str]) -> None:
        """Tells MkDocs which pages have not changed."""
        for file in files.documentation_pages():
            current = digest([text_of[file.src_uri].encode()])
            same = self._known.get(file.src_uri) == current and Path(file.abs_dest_path).exists()
            self.made[file.src_uri] = current
            setattr(file, "is_modified", partial(bool, not same))  # noqa: B010 - MkDocs asks a method


def digest(parts: Iterable[bytes]) -> str:
    """A short hash of some content."""
    made = hashlib.sha256()
    for part in parts:
        made.update(len(part).to_bytes(8) + part)
    return made.hexdigest()[:16]


def read(path: Path) -> dict[str, dict[str, str]]:
    """The digests of the last build, by language; empty if there was none."""
    try:
        known: dict[str, dict[str, str]] = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return known

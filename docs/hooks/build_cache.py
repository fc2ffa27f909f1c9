"""What each page was last built from, so that only what has changed is built again."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from mkdocs.structure.files import File, Files


class Stamps:
    """The stamps of one language's pages: of all that pages share, and of each page's own text."""

    def __init__(self, known: dict[str, str], shared: str) -> None:
        self._shared = shared
        self._known = known if known.get("shared") == shared else {}
        self.made: dict[str, str] = {"shared": shared}

    def apply(self, files: Files, text_of: dict[str, str]) -> None:
        """Tells MkDocs which pages are as they were."""
        for file in files.documentation_pages():
            stamp = digest([text_of[file.src_uri].encode()])
            same = self._known.get(file.src_uri) == stamp and Path(file.abs_dest_path).exists()
            self.made[file.src_uri] = stamp
            _settle(file, same)


def _settle(file: File, same: bool) -> None:
    file.is_modified = lambda: not same  # type: ignore[method-assign]


def digest(parts: Iterable[bytes]) -> str:
    """A short name of some content."""
    made = hashlib.sha256()
    for part in parts:
        made.update(len(part).to_bytes(8) + part)
    return made.hexdigest()[:16]


def read(path: Path) -> dict[str, dict[str, str]]:
    """The stamps of the last build, by language; none where there was none."""
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}

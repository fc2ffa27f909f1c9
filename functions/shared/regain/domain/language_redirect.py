"""Which address of a page a browser is led to: the page in the language that somebody reads.

CloudFront leads in the same way with `PageOfAddress` in `template.yaml`; a test plays both.
"""

import re
from dataclasses import dataclass

from regain.domain.languages import lookup, negotiate

COOKIE = "language"
"""What keeps a language that was chosen: a tag and nothing else."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where to, and the language that was chosen on the way; "" where none was."""

    location: str
    chosen: str = ""


def redirect(path: str, asked: str, cookie: str, accepted: str, offered: tuple[str, ...]) -> Redirect | None:
    """Where the browser that asks for a page is sent on to; None where it gets what it asks for.

    `asked` is what stands behind `?language=`. A page of the organisation's own language, at the root, is for whoever
    wants no other: by their choice (`cookie`), or else by what their browser says (`accepted`).
    """
    if not _is_page(path):
        return None
    own, folder = offered[0], path.split("/")[1]
    plain = path.removeprefix(f"/{folder}") if folder in offered[1:] else path
    if chosen := lookup(asked, offered) if asked else "":
        return Redirect(plain if chosen == own else f"/{chosen}{plain}", chosen)
    if plain != path:
        return None
    wanted = lookup(cookie, offered) or negotiate(accepted, offered)
    return None if wanted == own else Redirect(f"/{wanted}{plain}")


def _is_page(path: str) -> bool:
    reserved = re.match(r"/(api|assets|local|\.well-known)/", path)
    return path.startswith("/") and path.endswith("/") and not path.startswith("//") and not reserved

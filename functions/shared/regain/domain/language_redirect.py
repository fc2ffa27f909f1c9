"""Language redirects: from a page's address to the same page in the visitor's language.

The CloudFront function `PageOfAddress` in `template.yaml` implements the same rules; a test runs both.
"""

import re
from dataclasses import dataclass

from regain.domain.languages import lookup, negotiate

COOKIE = "language"
"""The cookie that stores a chosen language: the tag and nothing else."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where to redirect, and the language to store in the cookie; "" if none was chosen."""

    location: str
    chosen: str = ""


def redirect(path: str, requested: str, cookie: str, accepted: str, offered: tuple[str, ...]) -> Redirect | None:
    """The redirect for a request, or None if the page can be served as it is.

    `requested` is the value of `?language=`. Pages in the organisation's own language are at the root; a visitor who
    prefers another language, by `cookie` or else by `Accept-Language` (`accepted`), is redirected to it from there.
    """
    if not _is_page(path):
        return None
    own, folder = offered[0], path.split("/")[1]
    plain = path.removeprefix(f"/{folder}") if folder in offered[1:] else path
    if chosen := lookup(requested, offered) if requested else "":
        return Redirect(plain if chosen == own else f"/{chosen}{plain}", chosen)
    if plain != path:
        return None
    wanted = lookup(cookie, offered) or negotiate(accepted, offered)
    return None if wanted == own else Redirect(f"/{wanted}{plain}")


def _is_page(path: str) -> bool:
    reserved = re.match(r"/(api|assets|local|\.well-known)/", path)
    return path.startswith("/") and path.endswith("/") and not path.startswith("//") and not reserved

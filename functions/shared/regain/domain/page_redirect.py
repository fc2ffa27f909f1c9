"""Redirects between pages of the site: to the path with a trailing slash, and to the visitor's language.

Nothing else builds a `Location` from a request. Only paths that a page can have are redirected, so no redirect leaves
the site, whatever was requested. The CloudFront function `PageRedirect` in `template.yaml` implements the same rules;
a test runs both.
"""

import re
from dataclasses import dataclass

from regain.domain.languages import lookup, negotiate

COOKIE = "language"
"""The cookie that stores a chosen language: only its tag."""

_PAGE = re.compile(r"/([A-Za-z0-9_-]+/)*")  # no empty segment, dot, backslash, percent sign or control character
_NO_PAGE = ("/api/", "/assets/", "/local/")


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where to redirect, with which status, and the language to store in the cookie; "" if none was chosen."""

    location: str
    chosen: str = ""
    status: int = 302


def redirect(path: str, requested: str, cookie: str, accepted: str, offered: tuple[str, ...]) -> Redirect | None:
    """The redirect for a request, or None if the path can be served.

    `requested` is the value of `?language=`. Pages in the organisation's own language are at the root; a visitor who
    prefers another language, by `cookie` or else by `Accept-Language` (`accepted`), is redirected to it from there.
    """
    page = page_address(path)
    if not page:
        return None
    own, folder = offered[0], page.split("/")[1]
    plain = page.removeprefix(f"/{folder}") if folder in offered[1:] else page
    if chosen := lookup(requested, offered) if requested else "":
        return Redirect(plain if chosen == own else f"/{chosen}{plain}", chosen)
    if page != path:
        return Redirect(page, status=308)
    if plain != page:
        return None
    wanted = lookup(cookie, offered) or negotiate(accepted, offered)
    return None if wanted == own else Redirect(f"/{wanted}{plain}")


def page_address(path: str) -> str:
    """The path of a page with its trailing slash; "" if no page can have this path."""
    page = path if path.endswith("/") else f"{path}/"
    return page if _PAGE.fullmatch(page) and not page.startswith(_NO_PAGE) else ""

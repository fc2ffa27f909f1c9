"""The addresses that texts link to: pages by name, and what the organisation's settings name."""

import re
from collections.abc import Mapping

PAGES = {
    "home": "index.md",
    "account": "account.md",
    "accessibility": "accessibility.md",
    "admin": "admin/guide.md",
    "administrator": "contact-administrator.md",
    "cannot-sign-in": "cannot-sign-in.md",
    "command-line": "admin/command-line.md",
    "is-it-us": "is-it-us.md",
    "lost-phone": "lost-phone.md",
    "no-code": "no-code.md",
    "not-me": "not-me.md",
    "password": "password.md",
    "problems": "problems.md",
    "register": "register.md",
    "reset": "reset.md",
    "support": "contact-support.md",
    "unlock": "unlock.md",
}
"""The names by which texts link to pages: `[text](page:reset)`."""


class PageError(Exception):
    """The page must not be published; the message says what is wrong, and where."""


def address(target: str, known: Mapping[str, str]) -> str:
    """The URL of a link in a text: of `page:name`, relative to the language's root; of `fact:name`, from `known`."""
    kind, _, name = target.partition(":")
    if kind == "page":
        name, _, anchor = name.partition("#")
        if name not in PAGES:
            raise PageError(f"there is no page called {name}")
        return (
            re.sub(r"(^|/)index/$", r"\1", PAGES[name].removesuffix(".md") + "/") + (f"#{anchor}" if anchor else "")
            or "."
        )
    if kind == "fact":
        if name not in known:
            raise PageError(f"{name} is no address of the organisation")
        return known[name]
    return target

"""Names browsers and operating systems as people know them, from the `User-Agent` header."""

import functools

_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
"""Tokens of the header and the browsers they stand for. The first match wins: browsers also name their ancestors."""
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


@functools.lru_cache(maxsize=64)  # a page asks several times
def name(user_agent: str) -> str:
    """The name, such as `Firefox, Windows`; "" if nothing is recognised. It never repeats the header's own text.

    The client controls this header: the name helps owners recognise a session, and proves nothing.
    """
    found = (next((said for mark, said in names if mark in user_agent), "") for names in (_BROWSERS, _SYSTEMS))
    return ", ".join(filter(None, found))

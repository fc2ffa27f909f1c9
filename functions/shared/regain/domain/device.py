"""The name of a browser and its system, as people know them: from the `User-Agent` header, in words of our own."""

import functools

_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
"""What a header contains, and whose it is. The first that fits counts: browsers name those they descend from too."""
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


@functools.lru_cache(maxsize=64)  # a page asks several times
def name(user_agent: str) -> str:
    """The name, such as `Firefox, Windows`; "" where nothing of it is known.

    Whoever signs in chooses what this header says: the name helps owners to recognise a session, and proves nothing.
    """
    found = (next((said for mark, said in names if mark in user_agent), "") for names in (_BROWSERS, _SYSTEMS))
    return ", ".join(filter(None, found))

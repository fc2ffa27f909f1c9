"""What a function answered, as tests look at it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What a function answered."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]
    operations: tuple[str, ...]
    cookies: tuple[str, ...] = ()

    @property
    def session(self) -> str:
        """The session's token in the cookie that was set, or nothing."""
        return self._cookie("__Host-session")

    @property
    def browser(self) -> str:
        """The device cookie that was set, or nothing."""
        return self._cookie("__Host-browser")

    @property
    def attempt(self) -> str:
        """The cookie of a sign-in by the identity provider, or nothing."""
        return self._cookie("__Host-sign-in")

    def _cookie(self, name: str) -> str:
        found = [cookie.partition("=") for cookie in self.cookies]
        return "".join(value.partition(";")[0] for given, _, value in found if given == name)

    @property
    def code(self) -> str:
        """The problem's code, or nothing."""
        return self.body.get("code", "")

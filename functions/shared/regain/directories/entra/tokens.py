"""Access tokens for Microsoft Graph, by the OAuth 2.0 client credentials grant."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from regain.directories.base import NotAllowed, Unanswered
from regain.directories.entra.https import Answer, Origin
from regain.domain.entra import Entra

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPE = "https://graph.microsoft.com/.default"
_EARLY = 300
"""Seconds before its expiry from which a token is no longer used."""
_REFUSED_FOR = 60
"""Seconds without a new attempt after a refusal: a wrong setup fails for everybody."""
_AGAIN = 30
"""Seconds until the next attempt to get a new token while the previous one is still valid."""
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,16384}")


@dataclass
class Tokens:
    """The app's token, cached until shortly before it expires. `assertion` returns a client assertion."""

    settings: Entra
    login: Origin
    assertion: Callable[[], str]
    clock: Callable[[], float] = time.time
    _kept: str = field(default="", repr=False)
    _refused: str = ""
    _until: float = 0
    _ends: float = 0

    def current(self) -> str:
        """A token that is still valid for a while.

        Raises:
            NotAllowed: the app, its credential or the tenant is set up wrongly; `code` holds Microsoft's words for it.
            Unanswered: nothing was done, and no token is left.
        """
        now = self.clock()
        if now >= self._until:
            self._renew(now)
        if self._refused:
            raise NotAllowed(self._refused)
        return self._kept

    def forget(self) -> None:
        """Discards the token, so that the next call requests a new one."""
        self._until = self._ends = 0

    def _renew(self, now: float) -> None:
        """Requests a new token. If Microsoft does not respond, the previous one is used until it expires."""
        self._refused = ""
        try:
            self._kept, seconds = _granted(self._asked())
        except NotAllowed as refused:
            self._kept, self._refused, self._until = "", refused.code, now + _REFUSED_FOR
        except Unanswered as silent:
            if now >= self._ends:
                raise
            self._until = min(self._ends, now + (silent.retry_after or _AGAIN))
        else:
            self._until, self._ends = now + max(60, seconds - _EARLY), now + seconds

    def _asked(self) -> Answer:
        form = {
            "client_id": self.settings.client, "scope": SCOPE, "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE, "client_assertion": self.assertion(),
        }  # fmt: skip
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        with self.login.connected() as connection:
            path = f"/{self.settings.tenant}/oauth2/v2.0/token"
            return connection.exchange("POST", path, headers, urlencode(form).encode())


def _granted(answer: Answer) -> tuple[str, int]:
    """The token in a response, and its lifetime in seconds."""
    body = answer.body or {}
    error = str(body.get("error", ""))
    if answer.status == 429 or answer.status >= 500 or error == "temporarily_unavailable":
        raise Unanswered(True, f"token: {answer.status}", answer.retry_after)
    if answer.status != 200:
        raise NotAllowed(f"token: {_words(error, body.get('error_codes')) or answer.status}")
    token, seconds = body.get("access_token"), body.get("expires_in")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token) or not isinstance(seconds, int):
        raise Unanswered(True, "token: the answer was not understood")
    return token, seconds


def _words(error: str, numbers: object) -> str:
    """An OAuth error and Microsoft's number for it, without its description, which names the tenant."""
    known = error if re.fullmatch(r"[a-z_]{1,40}", error) else ""
    number = numbers[0] if isinstance(numbers, list) and numbers and isinstance(numbers[0], int) else 0
    return f"{known} AADSTS{number}" if number else known

"""Microsoft Graph v1.0, called as the app, and the outcomes for its responses."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from regain.directories.base import NotAllowed, Outcome, Unanswered
from regain.directories.entra.https import Answer, Connection, Origin, seconds
from regain.directories.entra.tokens import Tokens

_JSON = {"Content-Type": "application/json"}
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,79}")


class Graph:
    """Requests below /v1.0."""

    def __init__(self, origin: Origin, tokens: Tokens) -> None:
        self.origin, self.tokens = origin, tokens

    @contextmanager
    def session(self) -> Iterator["Session"]:
        """A connection for a few requests in a row. Raises NotAllowed or Unanswered: nothing was done."""
        self.tokens.current()
        with self.origin.connected() as connection:
            yield Session(connection, self.tokens)

    def get(self, paths: list[str]) -> list[Answer]:
        """Graph's responses for up to 20 paths, in one request (`$batch`).

        Raises:
            NotAllowed, Unanswered: any of them has another status than 200 or 404.
        """
        asked = [{"id": str(number), "method": "GET", "url": path} for number, path in enumerate(paths)]
        with self.session() as session:
            answer = session.send("POST", "/$batch", {"requests": asked}, write=False)
        if answer.status != 200:
            raise refused(answer)
        found = {str(part.get("id")): _part(part) for part in _objects(answer, "responses")}
        if set(found) != {each["id"] for each in asked}:
            raise Unanswered(True, "graph: the answer was not understood")
        answers = [found[each["id"]] for each in asked]
        for each in answers:
            if each.status not in (200, 404):
                raise refused(each)
        return answers


class Session:
    """A connection to Graph."""

    def __init__(self, connection: Connection, tokens: Tokens) -> None:
        self.connection, self.tokens = connection, tokens

    def send(self, method: str, path: str, body: dict[str, Any] | None, write: bool = True) -> Answer:
        """Sends one request. If Graph rejects the token, nothing was done, so it is repeated with a new one."""
        content = json.dumps(body).encode() if body is not None else b""
        for renewed in (False, True):
            headers = {"Authorization": f"Bearer {self.tokens.current()}", **(_JSON if content else {})}
            answer = self.connection.exchange(method, f"/v1.0{path}", headers, content, write)
            if answer.status != 401 or renewed:
                break
            self.tokens.forget()
        return answer


def refused(answer: Answer, write: bool = False) -> Outcome:
    """The outcome for an unsuccessful response to any request."""
    if answer.status == 429:
        return Unanswered(True, "graph: 429", answer.retry_after)
    if answer.status >= 500:
        return Unanswered(not write, f"graph: {answer.status}", answer.retry_after)
    if answer.status >= 400:
        return NotAllowed(f"graph: {answer.status} {code(answer)}".rstrip())
    return Unanswered(not write, f"graph: {answer.status} was not understood")


def code(answer: Answer) -> str:
    """Graph's code for an error: "" if there is none."""
    found = str(error(answer).get("code", ""))
    return found if _CODE.fullmatch(found) else ""


def error(answer: Answer) -> dict[str, Any]:
    """The error in an answer."""
    found = (answer.body or {}).get("error")
    return found if isinstance(found, dict) else {}


def objects(answer: Answer) -> list[dict[str, Any]]:
    """The objects of a collection. Raises Unanswered if the response has none."""
    return _objects(answer, "value")


def _objects(answer: Answer, name: str) -> list[dict[str, Any]]:
    found = (answer.body or {}).get(name)
    if not isinstance(found, list):
        raise Unanswered(True, "graph: the answer was not understood")
    return [each for each in found if isinstance(each, dict)]


def _part(part: dict[str, Any]) -> Answer:
    """One answer in a batch."""
    status, body, headers = part.get("status"), part.get("body"), part.get("headers")
    after = {str(name).lower(): str(value) for name, value in headers.items()} if isinstance(headers, dict) else {}
    return Answer(
        status if isinstance(status, int) else 0,
        body if isinstance(body, dict) else None,
        seconds(after.get("retry-after", "")),
    )

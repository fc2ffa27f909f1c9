"""A client of the HTTP API that does what the form does: proof of work, cookies, its own origin."""

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

import altcha.v2 as altcha

_PATIENCE = 20  # seconds


class UnexpectedAnswer(Exception):
    """The API returned an error, or a response that is not JSON. The message describes it."""


@dataclass
class Client:
    """One browser, on the site's own origin (without a slash at its end). Cookies are kept by name."""

    origin: str
    cookies: dict[str, str] = field(default_factory=dict)
    bearer: str = ""

    def get(self, path: str, bearer: str = "") -> dict[str, Any]:
        """The response to a GET request, with a bearer token if given. Raises UnexpectedAnswer."""
        self.bearer = bearer
        try:
            return self._request("GET", path, None)
        finally:
            self.bearer = ""

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The response to a POST request. Solves a proof of work if asked for one. Raises UnexpectedAnswer."""
        return self._request("POST", path, body or {})

    def proof(self) -> str:
        """A solved proof-of-work challenge. Raises UnexpectedAnswer."""
        return _solved(self.get("/api/challenge"))

    def _request(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        status, answer = self._exchange(method, path, body)
        if answer.get("code") == "proof-of-work-needed" and "challenge" in answer and body is not None:
            status, answer = self._exchange(method, path, {**body, "proof": _solved(answer["challenge"])})
        if status >= 400 or not status:
            said = answer.get("code") or answer.get("message") or "nothing that is JSON"
            under = f" ({answer['reference']})" if "reference" in answer else ""
            raise UnexpectedAnswer(f"{method} {path} was answered {status or 'not at all'}: {said}{under}")
        return answer

    def _exchange(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        headers = {"origin": self.origin, "accept": "application/json", "content-type": "application/json"}
        if self.bearer:
            headers |= {"authorization": f"Bearer {self.bearer}", "accept": "application/scim+json"}
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.origin}{path}", data, headers, method=method)  # noqa: S310 - the site's
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
                self._keep(answer.headers.get_all("set-cookie") or [])
                return answer.status, _json(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _json(error.read())
        except OSError as error:
            return 0, {"message": str(error)}

    def _keep(self, cookies: list[str]) -> None:
        for cookie in cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value


def _json(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _solved(challenge: dict[str, Any]) -> str:
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    if solution is None:
        raise UnexpectedAnswer("GET /api/challenge: the challenge has no solution")
    solved = {"challenge": challenge, "solution": {"counter": solution.counter, "derivedKey": solution.derived_key}}
    return base64.b64encode(json.dumps(solved).encode()).decode()

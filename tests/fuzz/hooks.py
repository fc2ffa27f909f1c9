"""What schemathesis cannot know: a session, a solved proof of work, the flow that was begun, the code that was sent.

Runs in schemathesis' own environment, which has nothing of ours. In three of four requests a field that is readable
as it is gets a value that leads further; which ones hangs on the request alone, so that a seed repeats them.
"""

import json
import os
import re
import time
import urllib.request
import zlib
from pathlib import Path
from urllib.parse import quote

import schemathesis

_ORIGIN, _WHO, _PASSWORD, _PHONE = (os.environ[f"FUZZ_{name}"] for name in ("ORIGIN", "WHO", "PASSWORD", "PHONE"))
_VICTIMS = json.loads(os.environ["FUZZ_VICTIMS"])
_PROOFS = json.loads(Path(os.environ["FUZZ_PROOFS"]).read_text())
_METHODS = ["email", "sms", "call-mobile", "call-office", "authenticator", "recovery-code", "passkey"]
_NEW_PASSWORDS = ["violet-Anchor-27-plum", "tundra-Copper-58-lime"]
_LONGEST = {"user_id": 320, "account": 320, "caller": 64, "reference": 20, "id": 64}
_NEWEST: dict[str, list[str]] = {"id": [], "reference": []}
_FLOWS: dict[str, str] = {}
"""What answers have named: ids and references, newest first; the newest flow by the path it was begun under."""


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Puts what leads further into a request."""
    dice = zlib.crc32(repr((case.method, case.path, case.body, case.path_parameters, case.query)).encode())
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            for name, value in part.items():
                better = _better(name, case.path, dice) if _readable(name, value) and dice % 4 else None
                if better is not None:
                    part[name] = better
                dice = zlib.crc32(name.encode(), dice)


def _readable(name, value):
    """Whether a value is one that the contract allows: what was made wrong on purpose stays wrong."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST.get(name, 32)


def _better(name, path, dice):
    choices = {
        "user_id": _VICTIMS, "account": _VICTIMS, "method": _METHODS, "new_password": _NEW_PASSWORDS,
        "proof": _PROOFS[:1], "id": _NEWEST["id"], "reference": _NEWEST["reference"], "session": _NEWEST["id"],
        "flow": _flows(path), "caller": _flows("caller"), "code": _codes,
        "contact": ["robin@far.example", "+447700900123"], "reply_to": ["robin@far.example"],
        "email": ["robin@far.example"], "phone": ["+44 7700 900123"], "password": [_PASSWORD],
    }.get(name, [])  # fmt: skip
    choices = choices() if callable(choices) else choices
    if name == "proof" and choices:
        _PROOFS.pop(0)
    return choices[dice // 4 % len(choices)] if choices else None


def _flows(path):
    """The newest flow of what this path belongs to: reset, unlock, prove or caller."""
    part = next((part for part in ("reset", "unlock", "prove", "caller") if part in path), "")
    return [_FLOWS[part]] if part in _FLOWS else []


def _codes(to=""):
    """The newest code in the outbox."""
    with urllib.request.urlopen(f"{_ORIGIN}/local/outbox.json?to={quote(to)}", timeout=20) as answer:
        found = [re.search(r"\b(?:\d{8}|\d{6})\b", message["body"]) for message in json.load(answer)[:5]]
    return [code[0] for code in found if code][:1]


@schemathesis.hook
def after_call(ctx, case, response):
    """Keeps what an answer names."""
    if case.method == "HEAD" or response.headers.get("content-type", [""])[0] != "application/json":
        return
    body = response.json()
    if isinstance(body, dict) and "flow" in body:
        for part in ("reset", "unlock", "prove", "caller"):
            if part in case.path:
                _FLOWS[part] = body["flow"]
    for name in ("id", "reference"):
        _keep(name, body)


def _keep(name, body):
    """The ids in an answer and in the lists of an answer."""
    if not isinstance(body, dict):
        return
    if isinstance(body.get(name), str):
        _NEWEST[name] = [body[name], *_NEWEST[name]][:8]
    for value in body.values():
        for each in value if isinstance(value, list) else []:
            _keep(name, each)


if _WHO:

    @schemathesis.auth()
    class Session:
        """A session, signed in anew where it has ended; whoever has a role gives their second factor too."""

        def get(self, case, context):
            cookie = _ask("/api/account/sign-in", {"user_id": _WHO, "password": _PASSWORD})[1]
            if "admin" in _WHO:
                _attend(cookie)
            return cookie

        def set(self, case, data, context):
            case.cookies["__Host-session"] = data.partition("=")[2]
            case.headers["Origin"] = _ORIGIN


def _attend(cookie):
    """Gives an administrator's second factor: the code comes through the outbox's stream, in a moment."""
    flow, before = _ask("/api/admin/prove/start", {}, cookie)[0]["flow"], _codes(_PHONE)
    _ask("/api/admin/prove/send", {"flow": flow, "method": "sms"}, cookie)
    until = time.monotonic() + 20
    while (code := _codes(_PHONE)) == before and time.monotonic() < until:
        time.sleep(0.05)
    _ask("/api/admin/prove/verify", {"flow": flow, "method": "sms", "code": code[0]}, cookie)


def _ask(path, body, cookie=""):
    headers = {"content-type": "application/json", "origin": _ORIGIN, "cookie": cookie}
    request = urllib.request.Request(f"{_ORIGIN}{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer), (answer.headers["set-cookie"] or "").partition(";")[0]

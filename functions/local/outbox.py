"""`/local/outbox`: every message that would have been sent by e-mail, text or voice, as a page and as JSON."""

import asyncio
import re
from datetime import UTC, datetime
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from local.end_user_messaging import EndUserMessaging
from local.gateway import json_response
from local.message_log import MessageLog
from local.ses import Ses

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Outbox – Regain on this machine</title><link rel="stylesheet" href="/local/outbox.css"></head>
<body><main><h1>Outbox</h1>
<p>Messages that would have been sent by e-mail, text or voice, newest first. Nothing here has been sent.
<a href="/local/outbox">Look again</a> · <a href="/local/messages">Every message there is</a> ·
<a href="/local/outbox.json">As JSON</a> · <a href="/">To the site</a></p>
{messages}</main></body></html>"""
_MESSAGE = """<article><h2>{subject}</h2><p class="to">{channel} to <b>{to}</b>, <time>{at}</time></p>
<pre>{body}</pre></article>"""
_STYLE = """:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:0}
main{max-width:44rem;margin:auto;padding:1rem}
article{border:1px solid #8a97a3;border-radius:.5rem;padding:0 1rem;margin:1rem 0}
h2{font-size:1.1rem;margin-block:1rem 0}
iframe{border:1px solid #8a97a3;border-radius:.5rem;width:100%;height:34rem}
.to{margin:0}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}
:focus-visible{outline:3px solid}"""


class Outbox:
    """Shows the messages that the stand-ins of SES and End User Messaging took."""

    def __init__(self, log: MessageLog, endpoint: str) -> None:
        self._log, self._endpoint = log, endpoint

    def routes(self) -> list[Route]:
        """The page, the JSON, and the endpoints of the two services."""
        return [
            Route("/local/outbox", self._page),
            Route("/local/outbox.json", self._json),
            Route("/local/outbox.css", lambda _: Response(_STYLE, media_type="text/css")),
            Route("/local/aws/v2/email/outbound-emails", Ses(self._log, self._endpoint).serve, methods=["POST"]),
            Route("/local/aws{rest:path}", EndUserMessaging(self._log).serve, methods=["POST"]),
        ]

    def messages(self, to: str = "") -> list[dict[str, Any]]:
        """Newest first: `{id, at, channel, to, subject, body}`, one for each recipient."""
        to = re.sub(r"^ ", "+", to)  # an unescaped + in a query string becomes a space
        every = sorted(self._log.all(), key=lambda message: message["at"], reverse=True)
        return [_shown(message) for message in every if not to or message["to"] == to]

    async def _json(self, request: Request) -> Response:
        return json_response(await asyncio.to_thread(self.messages, request.query_params.get("to", "")))

    async def _page(self, request: Request) -> Response:
        found = await asyncio.to_thread(self.messages, request.query_params.get("to", ""))
        shown = [
            _MESSAGE.format(**{k: escape(str(v)) for k, v in {**m, "subject": m["subject"] or m["channel"]}.items()})
            for m in found
        ]
        page = _PAGE.format(messages="\n".join(shown) or "<p>There is no message yet.</p>")
        return HTMLResponse(page, headers={"cache-control": "no-store"})


def ssml_text(speech: str) -> str:
    """The text of SSML."""
    return re.sub(r"<[^<>]+>", "", speech)


def _shown(message: dict[str, Any]) -> dict[str, Any]:
    body = ssml_text(message["body"]) if message["channel"] == "voice" else message["body"]
    kept = {name: message[name] for name in ("id", "at", "channel", "to", "subject")}
    return {**kept, "at": _iso(message["at"]), "body": body}


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")

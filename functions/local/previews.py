"""`/local/messages`: a preview of every message in every language, with made-up facts."""

import functools
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from local.outbox import ssml_text
from notify import help_digest, help_messages, invitation, messages
from notify.layout import Layout
from notify.sms_segments import segments
from regain.adapters.help_digests import Digest, Line
from regain.adapters.messengers import RenderedMessage
from regain.adapters.outbox import INVITATION
from regain.domain import user_id
from regain.domain.languages import LANGUAGES
from regain.organisation.language import Languages
from regain.organisation.settings import Organisation

_CODE, _REFERENCE, _AT = "407192", "R-7Q2M-4K9D", 1_795_526_040
_WHO = {"user_id": "maria.silva@contoso.example", "name": "Maria", "full_name": "Maria Silva", "at": _AT}
_BY = {"user_id": _WHO["user_id"], "by": "ines.rossi@contoso.example", "at": _AT, "act": "admin-reset"}
_ASKED = {
    **_WHO, "reply_to": "+447700900123", "text": "I have a new phone.\nThe page said that no code arrived.",
    "purpose": "reset", "passed": 1, "phone": "+447700900123", "email": "maria@home.example",
}  # fmt: skip
_LINES = tuple(
    Line(user_id, name, "+447700900123", _AT, _REFERENCE)
    for user_id, name in (("maria.silva@contoso.example", "Maria"), ("ben.okafor@contoso.example", "")) * 2
)
_DIGEST = {"hour": _AT // 3_600 * 3_600, "digest": Digest(_LINES[:3], 41)}
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (  # mail has inline styles; it is shown in a sandboxed frame
        "default-src 'none'; style-src 'self' 'unsafe-inline'; frame-src 'self'; frame-ancestors 'self'"
    ),
    "x-frame-options": "SAMEORIGIN",
}
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Messages – Regain on this machine</title><link rel="stylesheet" href="/local/outbox.css"></head>
<body><main><h1>Messages in {name}</h1>
<p>Every message, with made-up facts. Nothing here has been sent. <a href="/local/outbox">What has been sent</a> ·
<a href="/">To the site</a></p><nav aria-label="Languages">{languages}</nav>
{messages}</main></body></html>"""
_MESSAGE = """<article id="{kind}"><h2>{kind}</h2>
<p class="to">E-mail: <b lang="{tag}" dir="{direction}">{subject}</b></p>
<iframe title="{kind}" src="/local/messages/{kind}.html?language={tag}" loading="lazy" sandbox></iframe>
<details><summary>As plain text</summary><pre lang="{tag}" dir="{direction}">{text}</pre></details>{more}</article>"""


def render_all(layout: Layout) -> dict[str, RenderedMessage]:
    """Every message in this layout, by kind."""
    return {kind: make(layout) for kind, make in _examples()}


def _examples() -> Iterator[tuple[str, Callable[[Layout], RenderedMessage]]]:
    for purpose in ("reset", "unlock", "register", "admin", "caller"):
        account = "" if purpose == "register" else user_id.mask(str(_WHO["user_id"]))
        yield f"code-{purpose}", functools.partial(messages.code, _CODE, purpose, _REFERENCE, account=account)
    temporary = {"user_id": _WHO["user_id"], "until": _AT + 86_400}
    yield "temporary-password", functools.partial(messages.temporary_password, "k7w-2mq-x9d", temporary, _REFERENCE)
    for kind in messages.NOTICES:
        facts: dict[str, Any] = {**_WHO, "what": "off,mobile_phone" if kind == "account-imported" else "mobile"}
        yield kind, functools.partial(messages.notice, kind, facts, _REFERENCE, "A" * 43)
    asked = {**_WHO, "deadline": "2027-01-31", "round": "first"}
    yield INVITATION, functools.partial(invitation.render, asked, _REFERENCE)
    about = {"administrator-contacted": _ASKED, "support-contacted": _ASKED, "support-confirmation": _ASKED,
             help_digest.KIND: _DIGEST, "admin-acted": _BY,
             "role-recovered": {**_BY, "act": "password-reset", "role": "helpdesk"}}  # fmt: skip
    for kind in help_messages.KINDS:
        yield kind, functools.partial(help_messages.render, kind, about[kind], _REFERENCE)


class Previews:
    """The preview pages."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation, self._languages = organisation, Languages(organisation)

    def routes(self) -> list[Route]:
        """The page of a language, and the HTML of a message."""
        return [Route("/local/messages", self._page), Route("/local/messages/{kind}.html", self._message)]

    def _layout(self, request: Request) -> Layout:
        return Layout(self._organisation, self._languages.get(request.query_params.get("language", "")))

    async def _page(self, request: Request) -> Response:
        layout = self._layout(request)
        tags = self._languages.offered
        languages = " · ".join(f'<a href="?language={tag}" lang="{tag}">{LANGUAGES[tag].name}</a>' for tag in tags)
        messages = "\n".join(_article(kind, message, layout) for kind, message in render_all(layout).items())
        page = _PAGE.format(name=layout.language.info.name, languages=languages, messages=messages)
        return HTMLResponse(page, headers=_HEADERS)

    async def _message(self, request: Request) -> Response:
        message = render_all(self._layout(request)).get(request.path_params["kind"])
        return HTMLResponse(message.html if message else "", 200 if message else 404, headers=_HEADERS)


def _article(kind: str, message: RenderedMessage, layout: Layout) -> str:
    tag, direction = layout.language.tag, layout.language.info.direction
    lines = [("Text message", message.sms), (f"Call, read by {message.voice}", ssml_text(message.ssml))]
    count = segments(message.sms)
    marked = f" ({count} segments)" if count > 1 else ""
    more = "".join(
        f'<p class="to">{what}{marked if what.startswith("Text") else ""}</p><pre dir="auto">{escape(text)}</pre>'
        for what, text in lines
        if text
    )
    known = {"kind": kind, "tag": tag, "direction": direction, "subject": message.subject, "text": message.text}
    return _MESSAGE.format(**{name: escape(value) for name, value in known.items()}, more=more)

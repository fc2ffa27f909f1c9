"""What every letter is written on: the organisation's name and colour, a language, and how a code is told.

The HTML needs no image and no style sheet to be read, and is legible in light and dark.
"""

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from html import escape
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from notify.sms_segment import longest
from regain.adapters.messengers import RenderedMessage
from regain.domain import languages
from regain.domain.colour import ink
from regain.organisation.language import Language
from regain.organisation.settings import Organisation
from regain.phrases import Phrase, listed

_BAR = "#12355b"
_DARK = (
    "@media (prefers-color-scheme:dark){.ground{background:#11181f!important;color:#e9eef3!important}"
    ".sheet{background:#1a242e!important}.code{background:#11181f!important;color:#e9eef3!important}"
    "a{color:#9fcdfb!important}.small{color:#b3c0cc!important}}"
)
_FONT = "font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif"
_CODE = (
    "margin:20px 0;padding:14px 18px;background:#f3f6f9;border-radius:8px;text-align:center;"
    "font:700 28px/1.3 ui-monospace,SFMono-Regular,Consolas,monospace;letter-spacing:.18em;overflow-wrap:anywhere"
)


@dataclass(frozen=True)
class Link:
    """The address of a page of ours, on a line of its own."""

    url: str


@dataclass(frozen=True)
class Secret:
    """A code or a temporary password, on a line of its own, to be read at a glance."""

    text: str


Part = str | Link | Secret


@dataclass(frozen=True)
class Layout:
    """The organisation that writes, in one language."""

    organisation: Organisation
    language: Language

    def say(self, phrase: Phrase, **facts: Any) -> str:
        """A phrase in words. Letters name whom to tell as `{administrator}`."""
        return self.language.say(phrase, administrator=self._administrator, **facts)

    @property
    def site(self) -> str:
        """The address of the site without its last slash; "" where nobody has named it."""
        return self.organisation.organisation.site_url.rstrip("/")

    def page(self, path: str) -> str:
        """The address of a page in this language."""
        own = self.organisation.organisation.languages[0] == self.language.tag
        return f"{self.site}/{path}" if own else f"{self.site}/{self.language.tag}/{path}"

    def moment(self, at: int) -> str:
        """A time (seconds since 1970) in words, where the organisation is."""
        when, locale = datetime.fromtimestamp(at, self._zone), self.language.known.locale
        dates = importlib.import_module("babel.dates")  # a code has none, and is waited for
        date, time = dates.format_date(when, "long", locale=locale), dates.format_time(when, "short", locale=locale)
        return self.language.say(Phrase("{date}, {time} ({zone})", date=date, time=time, zone=when.tzname()))

    def letter(
        self, subject: str, parts: Iterable[Part], short: str = "", spoken: str = "", voice: str = ""
    ) -> RenderedMessage:
        """A letter whose paragraphs are `parts`; a short form for texts and a spoken one."""
        parts = tuple(parts)
        signed = self.language.say(Phrase("{organisation} account help"))
        text = "\n\n".join(part if isinstance(part, str) else _plain(part) for part in parts)
        return RenderedMessage(
            subject, f"{text}\n\n-- \n{signed}\n", self._html(subject, parts, signed), short, spoken, voice
        )

    def bound(self, code: str, *sentences: str) -> str:
        """The longest of these texts that goes in one segment together with the line that lets phones fill the code in
        on our site only (WICG, origin-bound one-time codes over SMS).
        """
        host = urlsplit(self.site).hostname
        line = f"\n\n@{host} #{code}" if host else ""
        return self.fitting(*(f"{sentence}{line}" for sentence in sentences))

    def fitting(self, *texts: str) -> str:
        """The first of these texts, from the fullest to the shortest, that goes in one segment."""
        return longest(texts)

    def spoken(self, code: str) -> tuple[str, str]:
        """SSML that reads a code slowly, digit by digit, twice; and the voice that reads it.

        Where the service has no voice for the language, in English.
        """
        reader = self.language if self.language.known.voice else Language(languages.SOURCE, self.organisation)
        slowly = '<break time="700ms"/>'.join(f'<say-as interpret-as="digits">{digit}</say-as>' for digit in code)
        read = [escape(reader.say(phrase)) for phrase in (_HELLO, _AGAIN, _GOODBYE)]
        pauses = (f' <break time="500ms"/> {slowly}. <break time="1500ms"/> ',) * 2
        said = "".join(part for pair in zip(read, (*pauses, ""), strict=True) for part in pair)
        return f'<speak><prosody rate="90%">{said}</prosody></speak>', reader.known.voice

    @property
    def _administrator(self) -> object:
        contact = self.organisation.contacts.administrator
        ways = [each for each in (contact.email, contact.phone, contact.portal_url) if each]
        if not ways:
            return self.page("contact-administrator/")
        *before, last = ways
        return Phrase("{first} or {last}", first=listed(before), last=last) if before else last

    @property
    def _zone(self) -> tzinfo:
        try:
            return ZoneInfo(self.organisation.organisation.time_zone)
        except ZoneInfoNotFoundError:
            return UTC

    def _html(self, subject: str, parts: tuple[Part, ...], signed: str) -> str:
        """One column on a sheet, below a bar with the organisation's name, in a table: some programs know no more."""
        name, known = escape(self.organisation.organisation.name), self.language.known
        bar = self.organisation.organisation.colour or _BAR
        return (
            f'<!doctype html><html lang="{self.language.tag}" dir="{known.direction}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
            f"<title>{escape(subject)}</title><style>{_DARK}</style></head>"
            f'<body class="ground" style="margin:0;background:#f3f6f9;color:#1a2530;{_FONT}">'
            '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" '
            'style="padding:24px 12px"><table role="presentation" class="sheet" cellpadding="0" cellspacing="0" '
            f'dir="{known.direction}" style="width:100%;max-width:560px;background:#ffffff;border-radius:10px">'
            f'<tr><td style="padding:16px 24px;background:{bar};color:{ink(bar)};border-radius:10px 10px 0 0;'
            f'font-weight:700">{name}</td></tr><tr><td style="padding:12px 24px 8px">'
            f'{"".join(_paragraph(part) for part in parts)}</td></tr><tr><td class="small" '
            f'style="padding:8px 24px 20px;color:#44525f;font-size:14px">{escape(signed)}</td></tr></table>'
            "</td></tr></table></body></html>"
        )


_HELLO = Phrase("Hello. This is {organisation}. Your code is:")
_AGAIN = Phrase("Once more, your code is:")
_GOODBYE = Phrase("Never give this code to anybody. Goodbye.")


def _plain(part: Link | Secret) -> str:
    return part.url if isinstance(part, Link) else part.text


def _paragraph(part: Part) -> str:
    match part:
        case Secret(text):
            return f'<p class="code" dir="ltr" style="{_CODE}">{escape(text)}</p>'
        case Link(url):
            return f'<p dir="ltr" style="overflow-wrap:anywhere"><a href="{escape(url)}">{escape(url)}</a></p>'
        case _:
            return f"<p>{'<br>'.join(escape(line) for line in part.splitlines())}</p>"

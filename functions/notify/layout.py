"""The layout that all messages share: the organisation's name and colour, the language, plain text, HTML and speech.

The HTML loads nothing, and is legible in light and dark mode.
"""

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from notify.sms_segments import segments
from regain.adapters.messengers import RenderedMessage
from regain.domain import languages
from regain.domain.colour import text_colour
from regain.organisation.language import Language, without_isolates
from regain.organisation.settings import Organisation, localised_name
from regain.organisation.zones import zone
from regain.phrases import Phrase, format_list, join_sentences

_BAR = "#12355b"
_DARK = (
    "@media (prefers-color-scheme:dark){.ground{background:#11181f!important;color:#e9eef3!important}"
    ".sheet{background:#1a242e!important}.code{background:#11181f!important;color:#e9eef3!important}"
    "a{color:#9fcdfb!important}.small{color:#b3c0cc!important}}"
)
_TIMES = {"ko": "aaaa h:mm", "zh_Hant": "aaaah:mm"}
"""Where CLDR's short form is not how people write the time: "AM 7:46", "清晨7:46" (L6)."""
_FONT = "font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif"
_CODE = (
    "margin:20px 0;padding:14px 18px;background:#f3f6f9;border-radius:8px;text-align:center;"
    "font:700 28px/1.3 ui-monospace,SFMono-Regular,Consolas,monospace;letter-spacing:.18em;overflow-wrap:anywhere"
)

_UNSEEN = "&#847;&zwnj;&nbsp;" * 80
"""Nothing, after the preheader: a list of mail, or a locked phone, shows no code and no temporary password."""


@dataclass(frozen=True)
class Link:
    """A link to a page of our site, in a paragraph of its own."""

    url: str


@dataclass(frozen=True)
class Secret:
    """A code or a temporary password, set large in a paragraph of its own."""

    text: str


Part = str | Link | Secret


@dataclass(frozen=True)
class Layout:
    """The sending organisation, as its reader's domain knows it, and the language of the message."""

    organisation: Organisation
    language: Language

    def say(self, phrase: Phrase, **facts: Any) -> str:
        """A phrase in this language. `{administrator}` is how to reach the organisation's administrator."""
        return self.language.translate(phrase, **{**self._own, **facts})

    @property
    def name(self) -> str:
        """What these people call the organisation."""
        return str(localised_name(self.organisation.organisation.name, self.language.tag))

    @property
    def site(self) -> str:
        """The site's URL without a trailing slash; "" if the settings name none."""
        return self.organisation.organisation.site_url.rstrip("/")

    def page(self, path: str) -> str:
        """The URL of a page in this language."""
        own = self.organisation.organisation.languages[0] == self.language.tag
        return f"{self.site}/{path}" if own else f"{self.site}/{self.language.tag}/{path}"

    def reader_name(self, facts: Mapping[str, Any]) -> str:
        """What to call the reader; "" if that is not known. Only English greets people by their given name alone."""
        return str(facts.get("name" if self.language.tag == "en" else "full_name") or facts.get("name") or "")

    def moment(self, at: int) -> str:
        """A time (seconds since 1970) as people write it, in the organisation's time zone."""
        when, locale = datetime.fromtimestamp(at, zone(self.organisation)), self.language.info.locale
        dates = importlib.import_module("babel.dates")  # slow to import, and a code, which people wait for, has no date
        day = dates.format_date(when, "long", locale=locale)
        time = dates.format_time(when, _TIMES.get(locale, "short"), locale=locale)
        name = when.tzname() or ""
        if not name.isalpha():  # "+03": a zone that the tz database has no abbreviation for
            name = dates.get_timezone_gmt(when, "long", locale=locale)
        return self.language.translate(Phrase("{date}, {time} ({zone})", date=day, time=time, zone=name))

    def day(self, day: str) -> str:
        """A day (ISO 8601) as people write it."""
        dates = importlib.import_module("babel.dates")
        return str(dates.format_date(date.fromisoformat(day), "long", locale=self.language.info.locale))

    def render(
        self,
        subject: str,
        parts: Iterable[Part],
        short: str = "",
        spoken: str = "",
        voice: str = "",
        preheader: str = "",
    ) -> RenderedMessage:
        """The message with these paragraphs. `short` is its form for SMS, `spoken` its SSML, read by `voice`.

        `preheader` is what lists of mail show after the subject: by default the first paragraph.
        """
        parts = tuple(parts)
        signed = self.say(Phrase("{organisation} account help"))
        text = "\n\n".join(part if isinstance(part, str) else _plain(part) for part in parts)
        first = preheader or next(part for part in parts if isinstance(part, str))
        html, short = self._html(subject, first, parts, signed), without_isolates(short)
        return RenderedMessage(subject, f"{text}\n\n-- \n{signed}\n", html, short, spoken, voice)

    def origin_bound(self, code: str, words: str) -> str:
        """The words of a text message, and the line by which phones fill in the code on our site only (WICG,
        Origin-bound one-time codes delivered via SMS), unless the line alone would make it longer than one segment.

        The words, which say what the code is for and warn, are never shortened: they take two segments where they must.
        """
        host, words = urlsplit(self.site).hostname, without_isolates(words)
        bound = f"{words}\n\n@{host} #{code}" if host else words
        alone = segments(words)
        return bound if segments(bound) == 1 or (alone > 1 and segments(bound) == alone) else words

    def spoken(self, code: str, what: Phrase, warning: Phrase) -> tuple[str, str]:
        """SSML that says what a code is for and reads it out twice, slowly and digit by digit, and the voice for it.

        Without a voice for this language, they are the organisation's first that has one, or English.
        """
        reader = self.language
        if not reader.info.voice:
            reader = Language(languages.spoken_instead(self.organisation.organisation.languages), self.organisation)
        slowly = '<break time="700ms"/>'.join(f'<say-as interpret-as="digits">{digit}</say-as>' for digit in code)
        said = (join_sentences(Phrase("Hello,"), what), _AGAIN, warning)
        read = [escape(without_isolates(reader.translate(each, **self._own))) for each in said]
        pauses = (f' <break time="500ms"/> {slowly}. <break time="1500ms"/> ',) * 2
        text = "".join(part for pair in zip(read, (*pauses, ""), strict=True) for part in pair)
        return f'<speak><prosody rate="90%">{text}</prosody></speak>', reader.info.voice

    @property
    def _own(self) -> dict[str, object]:
        """What these people call the organisation, and whom they ask."""
        return {"organisation": self.name, "administrator": self._administrator}

    @property
    def _administrator(self) -> object:
        contact = self.organisation.contacts.administrator
        ways = [each for each in (contact.email, contact.phone, contact.portal_url) if each]
        if not ways:
            return self.page("contact-administrator/")
        *before, last = ways
        return Phrase("{first} or {last}", first=format_list(before), last=last) if before else last

    def _html(self, subject: str, preheader: str, parts: tuple[Part, ...], signed: str) -> str:
        """One column below a bar with the organisation's name. It is a table because some mail programs need one."""
        name, known = escape(self.name), self.language.info
        bar = self.organisation.organisation.colour or _BAR
        return (
            f'<!doctype html><html lang="{self.language.tag}" dir="{known.direction}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
            f"<title>{escape(subject)}</title><style>{_DARK}</style></head>"
            f'<body class="ground" style="margin:0;background:#f3f6f9;color:#1a2530;{_FONT}">'
            f'<div style="display:none;max-height:0;overflow:hidden">{escape(preheader)}{_UNSEEN}</div>'
            '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" '
            'style="padding:24px 12px"><table role="presentation" class="sheet" cellpadding="0" cellspacing="0" '
            f'dir="{known.direction}" style="width:100%;max-width:560px;background:#ffffff;border-radius:10px">'
            f'<tr><td style="padding:16px 24px;background:{bar};color:{text_colour(bar)};border-radius:10px 10px 0 0;'
            f'font-weight:700">{name}</td></tr><tr><td style="padding:12px 24px 8px">'
            f'{"".join(_paragraph(part) for part in parts)}</td></tr><tr><td class="small" '
            f'style="padding:8px 24px 20px;color:#44525f;font-size:14px">{escape(signed)}</td></tr></table>'
            "</td></tr></table></body></html>"
        )


_AGAIN = Phrase("Again, your code is:")


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

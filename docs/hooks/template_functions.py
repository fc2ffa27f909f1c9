"""What templates say: a text in the page's language, with its links, its marks and the facts of the organisation.

Everything is escaped but what stands here, so that names from `organisation.yaml` are text and never markup.
"""

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import jinja2
from mkdocs.utils import normalize_url

from hooks.pages import PAGES, PageError, address
from regain.organisation.language import Language

_MARKS = (
    (re.compile(r"\*\*([^*]+)\*\*"), r"<b>\1</b>"),
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
)
_LINK = re.compile(r"\[([^\]]*)\]\(([^)]+)\)")
_FACT = re.compile(r"\{([a-z_]+)\}")


class Html(str):
    """Markup of ours that stands for a fact: an element that a script fills."""

    __slots__ = ()


def speakers(language: Language, links: Mapping[str, str]) -> dict[str, Callable[..., str]]:
    """`t` for text with links and marks, `say` for attributes, `words` for what scripts put facts into.

    `links` are the addresses that `fact:` leads to.
    """

    @jinja2.pass_context
    def t(context: jinja2.runtime.Context, text: str, **facts: Any) -> str:
        page = context.get("page")

        def link(match: re.Match[str]) -> str:
            words, target = match.groups()
            to = address(target, links)
            if not to:
                return words
            local = normalize_url(to, page) if page else normalize_url(to, base=context["base_url"])
            return f'<a href="{escape(local)}">{words}</a>'

        said = _LINK.sub(link, escape(language.gettext(text), quote=False))
        for pattern, mark in _MARKS:
            said = pattern.sub(mark, said)
        return with_facts(said, {**language.facts, **facts})

    def say(text: str, **facts: Any) -> str:
        return escape(language.translate(text, **facts))

    def words(text: str) -> str:
        known = language.facts
        return _FACT.sub(lambda m: escape(str(known.get(m[1], m[0]))), escape(language.gettext(text), quote=False))

    return {"t": t, "say": say, "words": words, "html": Html}


def shielded(markdown: str, facts: Mapping[str, Any]) -> str:
    """Markdown whose facts do not look like the marks of its extensions (`{.button}`), until `with_facts`."""
    return _FACT.sub(lambda match: f"\ue000{match[1]}\ue001" if match[1] in facts else match[0], markdown)


def with_facts(html: str, facts: Mapping[str, Any], passing: bool = False) -> str:
    """HTML with each `{fact}` as escaped text. What is no fact raises PageError, unless it may be `passing`."""

    def fact(match: re.Match[str]) -> str:
        if match[1] not in facts:
            if passing:
                return match[0]
            raise PageError(f"{match[0]} is not a fact of the organisation")
        value = facts[match[1]]
        return value if isinstance(value, Html) else escape(str(value))

    return _FACT.sub(fact, html.replace("\ue000", "{").replace("\ue001", "}"))


def with_links(html: str, links: Mapping[str, str], page_url: str) -> str:
    """HTML whose `fact:` links lead somewhere; where the organisation names no address, their words alone stand."""

    def link(match: re.Match[str]) -> str:
        to = address(f"fact:{match[2]}", links)
        if not to:
            return match[4]
        return f'<a{match[1]}href="{escape(normalize_url(to, _At(page_url)))}"{match[3]}>{match[4]}</a>'

    return re.sub(r'<a([^>]*?)href="fact:([a-z_]+)"([^>]*)>(.*?)</a>', link, html)


class _At:
    """What `normalize_url` asks of a page."""

    def __init__(self, url: str) -> None:
        self.url = url


__all__ = ["PAGES", "Html", "speakers", "with_facts", "with_links"]

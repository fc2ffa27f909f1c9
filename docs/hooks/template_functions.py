"""The functions by which templates show text: translated, with links, emphasis and the organisation's facts.

Everything but our own markup is escaped, so that values from `organisation.yaml` can never become markup.
"""

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any, cast

import jinja2
from mkdocs.utils import normalize_url

from hooks.addresses import PAGES, PageError, address
from hooks.policy_texts import telephone
from regain.organisation.language import Language
from regain.phrases import CONTEXT_END

if TYPE_CHECKING:
    from mkdocs.structure.pages import Page

_MARKS = (
    (re.compile(r"\*\*([^*]+)\*\*"), r"<b>\1</b>"),
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
)
_LINK = re.compile(r"\[([^\]]*)\]\(([^)]+)\)")
_FACT = re.compile(r"\{([a-z_]+)\}")


class Html(str):
    """Trusted markup as the value of a fact, such as an element that a script fills."""

    __slots__ = ()


def translation_functions(language: Language, links: Mapping[str, str]) -> dict[str, Callable[..., str]]:
    """`t` for text, `t_in` for text that means something else elsewhere, `t_attr` for attributes, `t_script` for
    messages into which scripts insert facts.

    `links` are the URLs of `fact:` links.
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
        return insert_facts(said, {**page_facts(language), **facts})

    def t_attr(text: str, **facts: Any) -> str:
        return escape(language.translate(text, **facts))

    def t_script(text: str) -> str:
        known = language.facts
        return _FACT.sub(lambda m: escape(str(known.get(m[1], m[0]))), escape(language.gettext(text), quote=False))

    @jinja2.pass_context
    def t_in(context: jinja2.runtime.Context, meaning: str, text: str) -> str:
        return t(context, f"{meaning}{CONTEXT_END}{text}")

    return {"t": t, "t_in": t_in, "t_attr": t_attr, "t_script": t_script, "html": Html}


def page_facts(language: Language) -> dict[str, Any]:
    """The facts as pages show them: telephone numbers can be called (F42)."""
    phones = ("administrator_phone", "support_phone")
    return {**language.facts, **{name: Html(telephone(str(language.facts[name]))) for name in phones}}


def protect_facts(markdown: str, facts: Mapping[str, Any]) -> str:
    """Markdown whose `{facts}` cannot be taken for attribute lists (`{.button}`). `insert_facts` undoes it."""
    return _FACT.sub(lambda match: f"\ue000{match[1]}\ue001" if match[1] in facts else match[0], markdown)


def insert_facts(html: str, facts: Mapping[str, Any], keep_unknown: bool = False) -> str:
    """HTML with the escaped value of each `{fact}`. Raises PageError for an unknown one, unless `keep_unknown`."""

    def fact(match: re.Match[str]) -> str:
        if match[1] not in facts:
            if keep_unknown:
                return match[0]
            raise PageError(f"{match[0]} is not a fact of the organisation")
        value = facts[match[1]]
        if isinstance(value, Html):
            return value
        return escape(str(value)).replace("{", "&#123;").replace("}", "&#125;")  # a name's own braces hold no fact

    return _FACT.sub(fact, html.replace("\ue000", "{").replace("\ue001", "}"))


def plain_facts(text: str, facts: Mapping[str, Any]) -> str:
    """Text with the value of each `{fact}` that is known, not escaped: for where no markup is read."""
    return _FACT.sub(lambda match: str(facts.get(match[1], match[0])), text)


def resolve_links(html: str, links: Mapping[str, str], page_url: str) -> str:
    """HTML with the URLs of `fact:` links. If the organisation has not set one, only the link's text is left."""

    def link(match: re.Match[str]) -> str:
        to = address(f"fact:{match[2]}", links)
        if not to:
            return match[4]
        url = normalize_url(to, cast("Page", _PageStub(page_url)))
        return f'<a{match[1]}href="{escape(url)}"{match[3]}>{match[4]}</a>'

    return re.sub(r'<a([^>]*?)href="fact:([a-z_]+)"([^>]*)>(.*?)</a>', link, html)


class _PageStub:
    """The part of a page that `normalize_url` uses."""

    def __init__(self, url: str) -> None:
        self.url = url


__all__ = ["PAGES", "Html", "insert_facts", "resolve_links", "translation_functions"]

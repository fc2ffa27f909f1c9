"""The languages with translations, and how to choose one for a reader (RFC 4647)."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LanguageInfo:
    """A language that has translations. `name` is in the language itself; `locale` is its CLDR name.

    `voice` is the AWS End User Messaging voice for it. If that is "", calls are in `spoken_instead`.
    """

    name: str
    locale: str
    voice: str = ""
    right_to_left: bool = False

    @property
    def direction(self) -> str:
        """The value of HTML's `dir` attribute."""
        return "rtl" if self.right_to_left else "ltr"


SOURCE_LANGUAGE = "en"
"""The language of the msgids."""

LANGUAGES: dict[str, LanguageInfo] = {
    "en": LanguageInfo("English", "en_GB", "AMY"),
    "es": LanguageInfo("Español", "es", "LUCIA"),
    "fr": LanguageInfo("Français", "fr", "LEA"),
    "de": LanguageInfo("Deutsch", "de", "VICKI"),
    "pt": LanguageInfo("Português (Portugal)", "pt_PT", "INES"),
    "it": LanguageInfo("Italiano", "it", "BIANCA"),
    "nl": LanguageInfo("Nederlands", "nl", "LOTTE"),
    "pl": LanguageInfo("Polski", "pl", "MAJA"),
    "tr": LanguageInfo("Türkçe", "tr", "FILIZ"),
    "ar": LanguageInfo("العربية", "ar", "ZEINA", right_to_left=True),
    "he": LanguageInfo("עברית", "he", right_to_left=True),
    "hi": LanguageInfo("हिन्दी", "hi"),
    "zh-Hans": LanguageInfo("简体中文", "zh_Hans", "ZHIYU"),
    "zh-Hant": LanguageInfo("繁體中文", "zh_Hant", "ZHIYU"),
    "ja": LanguageInfo("日本語", "ja", "MIZUKI"),
    "ko": LanguageInfo("한국어", "ko", "SEOYEON"),
}
"""By language tag (RFC 5646). The tags are also the languages' folders on the site."""

_WRITTEN_AS = {"zh": "zh-Hans", "zh-tw": "zh-Hant", "zh-hk": "zh-Hant", "zh-mo": "zh-Hant", "iw": "he"}
"""Tags that browsers send, and the language each one means (CLDR's likely subtags)."""

_MAX_RANGES = 20  # language ranges of a header that are considered


def spoken_instead(offered: Iterable[str]) -> str:
    """The language of calls if the reader's has no voice: the first offered one that has, or English."""
    return next((tag for tag in offered if LANGUAGES[tag].voice), SOURCE_LANGUAGE)


def lookup(tag: str, offered: Iterable[str]) -> str:
    """The offered language that best matches a tag (RFC 4647, 3.4: lookup), or ""."""
    by_tag = _by_lower_case(tuple(offered))
    tag = tag.strip().lower()
    while tag:
        for wanted in (tag, _WRITTEN_AS.get(tag, tag).lower()):
            if wanted in by_tag:
                return by_tag[wanted]
        tag = tag.rpartition("-")[0]
    return ""


@functools.lru_cache(maxsize=4)
def _by_lower_case(offered: tuple[str, ...]) -> dict[str, str]:
    return {each.lower(): each for each in offered}


@functools.lru_cache(maxsize=64)  # a page asks several times
def negotiate(accepted: str, offered: tuple[str, ...]) -> str:
    """The offered language that an `Accept-Language` header (RFC 9110, 12.5.4) prefers, or the first offered."""
    ranges: list[tuple[float, int, str]] = []
    for part in accepted.split(",")[:_MAX_RANGES]:
        tag, _, weight = part.partition(";")
        ranges.append((-_weight(weight), len(ranges), tag))
    for negated, _, tag in sorted(ranges):
        if negated < 0 and (found := lookup(tag, offered)):
            return found
    return offered[0]


def _weight(text: str) -> float:
    """The weight in `q=0.8`: 1 if there is none, 0 if it is malformed."""
    name, _, value = text.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.strip().lower() == "q" else 1.0
    except ValueError:
        return 0.0

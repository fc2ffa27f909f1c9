"""Every message in every language (B15): names its sender, fits its channel, and is marked up as what it is."""

import functools
import html
import itertools
import re
from dataclasses import replace

import boto3
import msgspec
import pytest

from hooks.catalogues import files
from local.previews import render_all
from notify import messages
from notify.layout import Layout
from notify.sms_segments import first_fitting, segments
from regain.domain import user_id
from regain.domain.languages import LANGUAGES
from regain.organisation.file import read
from regain.organisation.language import Languages, without_isolates
from tests.conftest import ROOT

SITE = "https://account.contoso.example/"


@functools.cache
def as_written():
    return read(ROOT / "organisation.yaml")


@functools.cache
def layout(tag, languages=None, **about):
    organisation = as_written()
    about = {"languages": languages or tuple(dict.fromkeys(("en", tag))), "site_url": SITE, **about}
    about = replace(organisation.organisation, **about)
    organisation = msgspec.structs.replace(organisation, organisation=about)
    return Layout(organisation, Languages(organisation).get(tag))


@pytest.fixture(params=LANGUAGES)
def told(request):
    """All messages in one language."""
    return request.param, render_all(layout(request.param))


def test_each_message_names_the_organisation_and_leaves_no_fact_open_s57(told):
    _, messages = told
    assert len(messages) > 20
    for kind, message in messages.items():
        assert "Contoso" in message.subject, kind
        for text in (message.subject, message.text, message.sms, message.ssml):
            assert not re.search(r"[{}]", text), kind
        body = re.sub(r"<style>.*?</style>", "", message.html)
        assert not re.search(r"\{\w+\}", body), kind


def test_what_to_do_if_it_was_not_you_is_said_once_f44():
    for kind, message in render_all(layout("en")).items():
        assert len(re.findall(r"(?:was|is) ?n[o’']t you|did not do this", message.text)) <= 1, kind


def test_a_list_of_mail_shows_what_a_message_is_about_and_no_secret(told):
    """The preheader: the first words of the HTML, which nobody sees in the message itself."""
    _, messages = told
    for kind, message in messages.items():
        hidden = re.search(r'<body[^>]*><div style="display:none[^"]*">(.*?)</div>', message.html)[1]
        words, nothing = hidden.split("&#847;", 1)
        assert html.unescape(words).strip() in message.text, kind
        assert not re.search("407192|4071 92|k7w-2mq-x9d|R-7Q2M", words), kind
        assert len(nothing) > 1_000
    assert "Silva" not in re.search(r"display:none[^>]*>(.*?)&#847;", messages["password-reset"].html)[1]


def translated(tag):
    """The English of the sentences that have a translation: the others wait for it, and are shown in English."""
    known = (text for text in files.read(tag) if text.id and files.is_translated(text))
    ids = (text.id[0] if isinstance(text.id, tuple) else text.id for text in known)
    sentences = (each for each in ids if re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", each))
    return [re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(each))) for each in sentences]


def test_no_message_is_in_english_where_another_language_is_asked_for(told):
    tag, messages = told
    if tag == "en":
        return
    english, known = render_all(layout("en")), translated(tag)
    for kind, message in messages.items():
        same = {message.subject, *message.text.split("\n\n")} & {
            english[kind].subject,
            *english[kind].text.split("\n\n"),
        }
        left = {part for part in same if not part.startswith(">") and any(text.search(part) for text in known)}
        assert not left, kind


def test_the_html_says_its_language_and_direction_and_needs_nothing_from_elsewhere(told):
    tag, messages = told
    for kind, message in messages.items():
        assert message.html.startswith(f'<!doctype html><html lang="{tag}" dir="{LANGUAGES[tag].direction}">'), kind
        assert not re.search(r"<(img|link|script|iframe)|url\(", message.html), kind
        for url in re.findall(r'href="([^"]*)"', message.html):
            assert url.startswith("https://account.contoso.example/"), kind
        assert 'content="light dark"' in message.html


def test_links_lead_to_the_page_in_the_language_of_the_message(told):
    tag, messages = told
    folder = "" if tag == "en" else f"{tag}/"
    assert f"https://account.contoso.example/{folder}not-me/#AAA" in messages["password-reset"].text


LONG_NAMES = ("Contoso", "Northwind Traders Ltd", "Landeshauptstadt Nordwindhafen, Amt für Schulen")
HOSTS = ("id.example", "account.contoso.example", "passwort-vergessen.nordwindhafen.example")


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize(("name", "host"), [*itertools.product(LONG_NAMES, HOSTS)])
def test_a_text_always_says_what_its_code_is_for_and_warns_l1(name, host, tag):
    """The line that phones fill in gives way, the words never; each goes in two segments at most, without isolates."""
    here = layout(tag, name=name, site_url=f"https://{host}/")
    for purpose in ("reset", "unlock", "register", "prove", "admin", "caller"):
        text = messages.code("407192", purpose, "R-7Q2M-4K9D", here).sms
        words, _, line = text.partition("\n\n")
        warning = messages._ONLY_IN_THIS_CALL if purpose == "caller" else messages._SAFE
        for part in (messages._SHORT[purpose], warning):
            said = without_isolates(here.say(part, code="407192"))
            assert said in words, (purpose, text)
        assert line in ("", f"@{host} #407192")
        assert segments(text) == segments(words) <= 2  # the line never costs a segment
        assert not set(text) & set("\u2066\u2067\u2068\u2069")


def test_notices_by_text_say_what_happened_in_two_segments_at_most(told):
    for kind, message in told[1].items():
        if message.sms:
            assert segments(message.sms) <= 2, (kind, message.sms)


def test_a_voice_reads_each_digit_slowly_twice_in_a_voice_of_the_language(told):
    tag, messages = told
    model = boto3.client("pinpoint-sms-voice-v2", region_name="eu-west-1").meta.service_model
    known = model.shape_for("VoiceId").enum
    for kind, message in messages.items():
        if not kind.startswith("code-"):
            continue
        digits = re.findall(r'<say-as interpret-as="digits">(\d)</say-as>', message.ssml)
        assert digits == list("407192" * 2)
        assert message.ssml.count('<break time="700ms"/>') == 10
        assert message.voice in known
        assert message.voice == (LANGUAGES[tag].voice or LANGUAGES["en"].voice)
        assert ("Your code to" in message.ssml) == (tag == "en" or not LANGUAGES[tag].voice)


def test_what_is_written_from_left_to_right_is_kept_together_in_arabic():
    text = render_all(layout("ar"))["password-reset"].text
    assert "\u2068+44 20 7946 0000\u2069" in text


@pytest.mark.parametrize("tag", LANGUAGES)
def test_sentences_that_are_joined_end_as_sentences_do_l2(tag):
    joined = (*messages._SHORT.values(), *messages._UNASKED.values())
    for phrase in joined:
        text = layout(tag).language.gettext(phrase)
        assert text.rstrip("\u2069").endswith((".", "。", "।", "؟", "!")), (tag, text)


def test_a_date_in_arabic_is_laid_out_in_its_own_direction_l3():
    moment = layout("ar").moment(1_795_526_040)
    assert layout("ar").language.isolate(moment) == f"\u2068{moment}\u2069"
    said = layout("ar").say(messages.Phrase("When: {moment}"), moment=moment)
    assert "\u2066" not in said
    assert f"\u2068{moment}\u2069" in said


def test_a_code_says_for_which_account_it_is_l4():
    """One mailbox may serve several accounts: subjects differ by the masked user ID."""
    here = layout("en")
    told = {
        messages.code("407192", "reset", "R-7Q2M-4K9D", here, account=user_id.mask(each)).subject
        for each in ("shop1@contoso.example", "shop2@contoso.example")
    }
    assert told == {"Your code for your Contoso account s•••1", "Your code for your Contoso account s•••2"}
    assert user_id.mask("ana@contoso.example") == "a•••"


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_text_says_for_which_account_it_is_where_that_costs_nothing_l4(tag):
    """One telephone may serve several accounts, too. No segment more, and phones still fill the code in."""
    for name in ("Contoso", *LONG_NAMES):
        here = layout(tag, name=name)
        plain, named = (
            messages.code("407192", "reset", "R-7Q2M-4K9D", here, account=each).sms for each in ("", "s•••1")
        )
        assert (segments(named), "#407192" in named) == (segments(plain), "#407192" in plain)
        assert without_isolates(named.replace(" (s***1)", "")) == plain
        grown = plain.replace(name, f"{name} (s***1)", 1)
        assert named == (grown if segments(grown) == segments(plain) else plain)


def test_only_english_greets_by_the_given_name_alone_l5():
    facts = {"user_id": "chen@contoso.example", "name": "Chen", "full_name": "Chen Wei", "at": 0}
    greeting = {tag: messages.notice("password-reset", facts, "R", "", layout(tag)).text for tag in ("en", "de", "ja")}
    assert greeting["en"].startswith("Hello Chen,")
    assert "Chen Wei" in greeting["de"].split("\n")[0]
    assert "Chen Wei" in greeting["ja"].split("\n")[0]


def test_times_are_as_people_write_them_and_zones_are_named_l6():
    assert "오전 7:54" in layout("ko", time_zone="Europe/London").moment(1_795_593_240)
    assert "上午7:54" in layout("zh-Hant", time_zone="Europe/London").moment(1_795_593_240)
    assert layout("en", time_zone="Asia/Riyadh").moment(1_795_593_240).endswith("10:54 (GMT+03:00)")
    assert layout("en", time_zone="Europe/Berlin").moment(1_795_593_240) == "25 November 2026, 08:54 (CET)"


def test_a_language_without_a_voice_is_read_in_the_first_that_has_one_l9():
    for tags, voice in ((("he", "de", "en"), "de"), (("he", "hi"), "en")):
        message = messages.code("407192", "reset", "R-7Q2M-4K9D", layout("he", languages=tags))
        assert message.voice == LANGUAGES[voice].voice


def test_a_call_says_what_its_code_is_for_and_who_may_hear_it_l1(told):
    """Only a caller's code is read out to anybody, and only its call says so."""
    tag, _ = told
    here = layout(tag)
    spoken = layout(tag if LANGUAGES[tag].voice else "en")
    for purpose in messages._YOUR_CODE:
        ssml = html.unescape(messages.code("407192", purpose, "R-7Q2M-4K9D", here).ssml)
        warning = messages._ONLY_IN_THIS_CALL if purpose == "caller" else messages._GOODBYE
        for part in (messages._YOUR_CODE[purpose], warning):
            assert without_isolates(spoken.say(part)) in ssml, (purpose, ssml)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a" * 160, 1), ("a" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("ł" * 70, 1), ("ł" * 71, 2), ("ł" * 134, 2),
     ("ł" * 135, 3), ("😀" * 35, 1), ("😀" * 36, 2)],
)  # fmt: skip
def test_how_many_segments_a_text_takes(text, expected):
    assert segments(text) == expected


def test_the_fullest_text_that_fits_is_sent():
    assert first_fitting(["a" * 400, "b" * 300, "c"], most=2) == "b" * 300
    assert first_fitting(["я" * 200, "я" * 190], most=2) == "я" * 190

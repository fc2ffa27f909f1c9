"""Every message in every language (B15): names its sender, fits its channel, and is marked up as what it is."""

import re
from dataclasses import replace

import boto3
import msgspec
import pytest

from hooks.catalogues import files
from local.previews import render_all
from notify.layout import Layout
from notify.sms_segment import fits_one_segment, longest_fitting
from regain.domain.languages import LANGUAGES
from regain.organisation.file import read
from regain.organisation.language import Languages
from tests.conftest import ROOT


def layout(tag, site="https://account.contoso.example/"):
    organisation = read(ROOT / "organisation.yaml")
    about = replace(organisation.organisation, languages=("en", tag) if tag != "en" else ("en",), site_url=site)
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


def test_a_text_goes_in_one_segment_with_the_line_that_phones_fill_in(told):
    _, messages = told
    for kind, message in messages.items():
        if message.sms:
            assert fits_one_segment(message.sms), (kind, message.sms)
        if kind.startswith("code-"):
            assert message.sms.endswith("\n\n@account.contoso.example #407192")
            assert message.sms.count("407192") == 2


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
        assert ("Your code is" in message.ssml) == (tag == "en" or not LANGUAGES[tag].voice)


def test_what_is_written_from_left_to_right_is_kept_together_in_arabic():
    text = render_all(layout("ar"))["password-reset"].text
    assert "\u2066+44 20 7946 0000\u2069" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a" * 160, True), ("a" * 161, False), ("€" * 80, True), ("€" * 81, False), ("ł" * 70, True), ("ł" * 71, False),
     ("😀" * 35, True), ("😀" * 36, False)],
)  # fmt: skip
def test_what_goes_in_one_segment(text, expected):
    assert fits_one_segment(text) is expected


def test_the_fullest_text_that_fits_is_sent():
    assert longest_fitting(["a" * 200, "b" * 150, "c"]) == "b" * 150
    assert longest_fitting(["я" * 100, "я" * 90]) == "я" * 90

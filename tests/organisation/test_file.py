"""organisation.yaml: every mistake with its line and what would be right; the schema is what is enforced."""

import json
from pathlib import Path

import msgspec
import pytest

from regain.organisation import settings
from regain.organisation.file import read, schema
from regain.organisation.file_errors import InvalidFile

ROOT = Path(__file__).parents[2]
LEAST = "organisation: {name: Contoso}\ndomains: {contoso.example: {}}\ncontacts: {administrator: {email: it@contoso.example}}\n"


def mistakes(tmp_path, text):
    path = tmp_path / "organisation.yaml"
    path.write_text(text)
    with pytest.raises(InvalidFile) as found:
        read(path)
    return [(mistake.line, mistake.what, mistake.instead) for mistake in found.value.mistakes]


def test_a_name_and_a_domain_are_enough(tmp_path):
    path = tmp_path / "organisation.yaml"
    path.write_text(LEAST)
    read_back = read(path)
    assert read_back.organisation.name == "Contoso"
    assert read_back.recovery.gates == 1
    assert read_back.sender == "Contoso account help <no-reply@contoso.example>"


@pytest.mark.parametrize(
    ("text", "line", "what", "instead"),
    [
        ("recovery:\n  gaits: 2\n", 5, "`gaits` is not a setting", "did you mean `gates`?"),
        ("recovery:\n  gates: 3\n", 5, "Invalid enum value 3", "one of: 1, 2"),
        ("recovery:\n  gates: two\n", 5, "Expected `int`, got `str`", "one of: 1, 2"),
        ("recovery:\n  methods: [pigeon]\n", 5, "Invalid enum value 'pigeon'", ""),
        ("recovery:\n  code_minutes: 60\n", 5, "60 is out of range", "from 1 to 10"),
        ("recovery:\n  methods: [sms]\n  gates: 2\n", 6, "two gates need methods of two different channels", ""),
        ("passwords:\n  minimum: 6\n", 5, "6 is out of range", ""),
        ("passwords:\n  banned: [ab]\n", 5, "`ab` is too short to ban", ""),
        ("notify:\n  from: nobody\n", 5, "`nobody` is not an e-mail address", ""),
        ("limits:\n  emails_per_hour: 0\n", 5, "a limit is at least 1", ""),
        ("limits:\n  guess_budget: 0\n", 5, "0.0 is out of range", "from 0.001 to 10"),
        ("colour: red\n", 4, "`colour` is not a setting", "known:"),
        ("limits: [\n", 5, "expected the node content", ""),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_would_be_right(tmp_path, text, line, what, instead):
    found = mistakes(tmp_path, LEAST + text)
    assert found[0][0] == line
    assert what in found[0][1]
    assert instead in found[0][2]


@pytest.mark.parametrize(
    ("settings", "what", "instead"),
    [
        ("languages: []", "name each language once, and one at least", "[en, de]"),
        ("languages: [en, de, en]", "name each language once", ""),
        ("languages: [en, portugese]", "there are no translations into `portugese`", ""),
        ("colour: '#12355B'", "`#12355B` is not a colour", "small letters"),
        ("colour: '#8a8a8a'", "a contrast of", "would do"),
        ("logo: logo.jpeg", "`logo.jpeg` is neither SVG nor PNG", ""),
        ("portal_name: {xx: Portal}", "`xx` is not a language", ""),
        ("embed_from: ['http://intranet.contoso.example']", "is not the origin of a site", "without a path"),
        ("embed_from: ['https://intranet.contoso.example/x']", "is not the origin of a site", ""),
        ("embed_from: ['https://a.example; script-src *']", "is not the origin of a site", ""),
    ],
)
def test_a_mistake_in_how_the_site_looks_and_speaks_is_told_b15(tmp_path, settings, what, instead):
    found = mistakes(tmp_path, LEAST.replace("{name: Contoso}", f"{{name: Contoso, {settings}}}"))
    assert (found[0][0], len(found)) == (1, 1)
    assert what in found[0][1]
    assert instead in found[0][2]


def test_every_mistake_is_told_at_once(tmp_path):
    found = mistakes(tmp_path, LEAST + "recovery: {code_minutes: 60, resend_seconds: 1}\npasswords: {minimum: 3}\n")
    assert len(found) >= 3


@pytest.mark.parametrize("text", ["", "- a\n", "text", "domains: {}\norganisation: {name: X}\n"])
def test_a_file_that_is_something_else_is_a_mistake(tmp_path, text):
    assert mistakes(tmp_path, text)


def test_a_file_that_is_not_there_is_a_mistake(tmp_path):
    with pytest.raises(InvalidFile, match="there is no such file"):
        read(tmp_path / "nothing.yaml")


@pytest.mark.parametrize("domain", ["Contoso.example", "contoso", "-.example", "contoso example", "a@contoso.example"])
def test_a_domain_is_written_as_after_the_at(tmp_path, domain):
    assert "is not a domain name" in mistakes(tmp_path, LEAST.replace("contoso.example: {}", f'"{domain}": {{}}'))[0][1]


def test_accounts_kept_elsewhere_need_a_page_of_help_s64(tmp_path):
    text = LEAST.replace("contoso.example: {}", "contoso.example: {directory: elsewhere}")
    assert "need a `help_url`" in mistakes(tmp_path, text)[0][1]


def test_the_schema_beside_the_file_is_the_one_that_is_enforced():
    assert json.loads((ROOT / "organisation.schema.json").read_text()) == json.loads(json.dumps(schema()))


def test_the_functions_read_what_people_wrote(tmp_path):
    written = read(ROOT / "organisation.yaml")
    path = tmp_path / "organisation.json"
    path.write_bytes(msgspec.json.encode(written))
    assert settings.load(path) == written


@pytest.mark.parametrize("word", ["off", '"off"'])
def test_off_is_the_word_it_looks_like(tmp_path, word):
    path = tmp_path / "organisation.yaml"
    path.write_text(LEAST.replace("contoso.example: {}", f"contoso.example: {{reset: {word}}}"))
    assert read(path).domains["contoso.example"].reset == "off"


def test_questions_are_never_the_only_proof_s46(tmp_path):
    path = tmp_path / "organisation.yaml"
    path.write_text(LEAST + "recovery: {gates: 2, methods: [questions, email]}\n")
    assert read(path).recovery.offered == ("questions", "email")
    assert "never the only proof" in mistakes(tmp_path, LEAST + "recovery: {methods: [questions, email]}\n")[0][1]


def test_countries_are_named_by_their_codes(tmp_path):
    assert "is not a country" in mistakes(tmp_path, LEAST + "recovery: {phone_countries: [Ireland]}\n")[0][1]


def test_a_link_may_be_an_address_alone(tmp_path):
    path = tmp_path / "organisation.yaml"
    path.write_text(LEAST.replace("contacts: {", "contacts: {communities: [https://c.example/], "))
    assert read(path).contacts.communities == ("https://c.example/",)

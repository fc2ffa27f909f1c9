"""organisation.yaml: each mistake with its line and the remedy; the schema matches what is enforced."""

import email.headerregistry
import json
from pathlib import Path

import msgspec
import pytest

from regain.organisation import settings
from regain.organisation.file import read
from regain.organisation.file_errors import InvalidFile
from regain.organisation.schema import schema

ROOT = Path(__file__).parents[2]
LEAST = "organisation: {name: Contoso}\ndomains: {contoso.example: {}}\ncontacts: {administrator: {email: it@contoso.example}}\n"


def mistakes(tmp_path, text):
    path = tmp_path / "organisation.yaml"
    path.write_text(text)
    with pytest.raises(InvalidFile) as found:
        read(path)
    return [(mistake.line, mistake.message, mistake.hint) for mistake in found.value.errors]


def test_a_name_and_a_domain_are_enough(tmp_path):
    path = tmp_path / "organisation.yaml"
    path.write_text(LEAST)
    read_back = read(path)
    assert read_back.organisation.name == "Contoso"
    assert read_back.recovery.gates == 1
    assert str(read_back.sender) == "Contoso account help <no-reply@contoso.example>"


@pytest.mark.parametrize(
    ("text", "line", "what", "instead"),
    [
        ("recovery:\n  gaits: 2\n", 5, "`gaits` is not a setting", "did you mean `gates`?"),
        ("recovery:\n  gates: 3\n", 5, "`gates` cannot be `3`", "one of: 1, 2"),
        ("recovery:\n  gates: two\n", 5, "`gates` cannot be `two`", "one of: 1, 2"),
        ("recovery:\n  methods: [pigeon]\n", 5, "an entry of `methods` cannot be `pigeon`", ""),
        ("recovery:\n  code_minutes: 60\n", 5, "60 is out of range", "from 1 to 10"),
        (
            "recovery:\n  code_minutes: 1\n  resend_seconds: 90\n",
            6,
            "a code would end before another can be asked for",
            "at most 60",
        ),
        ("recovery:\n  enabled_for: []\n", 5, "a group without a name has no people", "`all`, `none`"),
        ("recovery:\n  enabled_for: [staff, ' ']\n", 5, "a group without a name has no people", "`all`, `none`"),
        ("recovery:\n  enabled_for: [all]\n", 5, "`all` in a list is the name of a group", "enabled_for: all"),
        ("notify:\n  invitations_per_hour: 0\n", 5, "0 is out of range", "from 60 to 1000000"),
        ("recovery:\n  methods: [sms]\n  gates: 2\n", 6, "two gates need methods of two different channels", ""),
        ("passwords:\n  minimum: 6\n", 5, "6 is out of range", ""),
        ("passwords:\n  banned: [ab]\n", 5, "`ab` is too short to ban", ""),
        ("notify:\n  from: nobody\n", 5, "`nobody` is not an e-mail address", ""),
        ("limits:\n  emails_per_hour: 0\n", 5, "a limit is at least 1", ""),
        ("limits:\n  guess_budget: 0\n", 5, "0.0 is out of range", "from 0.001 to 10"),
        ("colour: red\n", 4, "`colour` is not a setting", "known:"),
        ("limits: [\n", 5, "in brackets does not end", ""),
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
        ("languages: [de-DE]", "there are no translations into `de-DE`", "there are: de"),
        ("languages: [zh_TW]", "there are no translations into `zh_TW`", "there are: zh-Hant"),
        ("colour: '#12355B'", "`#12355B` is not a colour", 'small letters, in quotes: "#12355b"'),
        ("logo: https://x.example/logo.svg", "`https://x.example/logo.svg` is a web address", "beside this one"),
        ("colour: '#8a8a8a'", "a contrast of", "would do"),
        ("logo: logo.jpeg", "`logo.jpeg` is neither SVG nor PNG", ""),
        ("portal_name: {xx: Portal}", "`xx` is not a language", ""),
        ("embed_from: ['http://intranet.contoso.example']", "is not the origin of a site", "without a path"),
        ("embed_from: ['http://localhost.contoso.example']", "is not the origin of a site", ""),
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


def test_questions_are_never_the_only_proof_s46(tmp_path):
    path = tmp_path / "organisation.yaml"
    path.write_text(LEAST + "recovery: {gates: 2, methods: [questions, email]}\n")
    assert read(path).recovery.offered == ("questions", "email")
    assert "never the only proof" in mistakes(tmp_path, LEAST + "recovery: {methods: [questions, email]}\n")[0][1]


@pytest.mark.parametrize(("country", "meant"), [("Ireland", ""), ("UK", "GB"), ("gb", "GB"), ("EU", ""), ("XX", "")])
def test_countries_are_named_by_their_codes(tmp_path, country, meant):
    """`UK` would refuse every British number."""
    ((_, what, instead),) = mistakes(tmp_path, LEAST + f"recovery: {{phone_countries: [{country}]}}\n")
    assert what == f"`{country}` is not a country"
    assert instead.startswith(f"did you mean {meant}?" if meant else "two capital letters")


def test_a_link_may_be_an_address_alone(tmp_path):
    path = tmp_path / "organisation.yaml"
    path.write_text(LEAST.replace("contacts: {", "contacts: {communities: [https://c.example/], "))
    assert read(path).contacts.communities == ("https://c.example/",)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("müller.example", "xn--mller-kva.example"),
        ("xn--mller-kva.example", "xn--mller-kva.example"),
        ("Contoso.Example", "contoso.example"),
        ("例え.example", "xn--r8jz45g.example"),
        ("contoso.xn--p1ai", "contoso.xn--p1ai"),
    ],
)
def test_a_domain_is_kept_as_dns_knows_it_however_it_is_written_p20(tmp_path, written, kept):
    path = tmp_path / "organisation.yaml"
    path.write_text(LEAST.replace("contoso.example: {}", f'"{written}": {{}}'))
    assert list(read(path).domains) == [kept]


def test_one_domain_in_two_forms_is_refused_p20(tmp_path):
    text = LEAST.replace("contoso.example: {}", "müller.example: {}, xn--mller-kva.example: {}")
    assert "are the same domain" in mistakes(tmp_path, text)[0][1]


@pytest.mark.parametrize(
    ("domain", "what"),
    [
        ("contoso", "has no dot"),
        ("-.example", "is not a domain name"),
        ("contoso example.org", "has a space in it"),
        ("a@contoso.example", "is an address, not a domain name"),
        ("@contoso.example", "is an address, not a domain name"),
        ("contoso.example.", "ends in a dot"),
        ("con_toso.example", "has an underscore"),
        ("10.0.0.1", "is an address of a computer"),
        (f"{'a' * 41}.example", "is too long: 49 characters"),
    ],
)
def test_each_wrong_domain_has_a_sentence_of_its_own_p20(tmp_path, domain, what):
    text = LEAST.replace("contoso.example: {}", f'"{domain}": {{}}')
    assert what in mistakes(tmp_path, text)[0][1]


@pytest.mark.parametrize(
    "url",
    [
        "portal.contoso.example",
        "javascript:alert(1)",
        "http://portal.example/",
        "//x.example/",
        "/\\x.example",
        "https://a b/",
        "https://[",
        "https://contoso.example@evil.example/",
        "data:text/html,x",
        "https://contoso.example:99999/",
    ],
)
@pytest.mark.parametrize(
    "setting",
    [
        "organisation: {{name: X, sign_in_url: {0}}}\ndomains: {{a.example: {{}}}}\n",
        "organisation: {{name: X, portal_url: {0}}}\ndomains: {{a.example: {{}}}}\n",
        "organisation: {{name: X, site_url: {0}}}\ndomains: {{a.example: {{}}}}\n",
        "organisation: {{name: X}}\ndomains: {{a.example: {{directory: elsewhere, help_url: {0}}}}}\n",
        "organisation: {{name: X}}\ndomains: {{a.example: {{}}}}\ncontacts: {{support: {{per_service: {{Azure: {0}}}}}}}\n",
        "organisation: {{name: X}}\ndomains: {{a.example: {{}}}}\ncontacts: {{communities: [{0}]}}\n",
        "organisation: {{name: X}}\ndomains: {{a.example: {{}}}}\ncontacts: {{training: [{{name: T, url: {0}}}]}}\n",
        "organisation: {{name: X}}\ndomains: {{a.example: {{}}}}\ncontacts: {{administrator: {{portal_url: {0}}}}}\n",
    ],
)  # fmt: skip
def test_every_link_is_https_or_a_path_p23(tmp_path, setting, url):
    told = mistakes(tmp_path, setting.format(json.dumps(url)))
    assert any("web address" in what or "https:" in what for _, what, _ in told)
    path = tmp_path / "organisation.yaml"
    path.write_text(
        setting.format(json.dumps(f"https://help.contoso.example/{'' if 'site_url' in setting else 'x?y=1'}"))
    )
    read(path)


def test_a_link_may_be_a_path_of_this_site_and_the_site_itself_may_not_p23(tmp_path):
    path = tmp_path / "organisation.yaml"
    path.write_text("organisation: {name: X, sign_in_url: /account/, site_url: 'http://localhost:8000'}\ndomains: {a.example: {}}\n")  # fmt: skip
    assert read(path).organisation.sign_in_url == "/account/"
    text = "organisation: {name: X, site_url: /account/}\ndomains: {a.example: {}}\n"
    assert "not a web address" in mistakes(tmp_path, text)[0][1]


@pytest.mark.parametrize(
    ("written", "kept"),
    [("https://Account.Contoso.EXAMPLE", "https://account.contoso.example/"), ("https://x.example:443/", "https://x.example/"),
     ("https://müller.example/", "https://xn--mller-kva.example/"), ("https://x.example:8443", "https://x.example:8443/"),
     ("http://[::1]:80", "http://[::1]/"), ("", "")],
)  # fmt: skip
def test_the_site_is_kept_as_browsers_write_an_origin_p20(tmp_path, written, kept):
    """Else every request of its own pages would be one of another site."""
    path = tmp_path / "organisation.yaml"
    path.write_text(f"organisation: {{name: X, site_url: {json.dumps(written)}}}\ndomains: {{a.example: {{}}}}\n")
    assert read(path).organisation.site_url == kept


@pytest.mark.parametrize("more", ["account/", "?a=1", "#x"])
def test_the_site_is_the_whole_of_its_host_p23(tmp_path, more):
    text = f"organisation: {{name: X, site_url: 'https://x.example/{more}'}}\ndomains: {{a.example: {{}}}}\n"
    assert mistakes(tmp_path, text)[0][1] == "the site is the whole of x.example, and not a part of it"


@pytest.mark.parametrize(
    ("sender", "what"),
    [("IT\r\nBcc: x@y.example <it@a.example>", "line break"), ("x" * 310 + " <it@a.example>", "characters of ASCII"),
     ("学" * 90 + " <it@a.example>", "characters of ASCII")],
)  # fmt: skip
def test_a_sender_that_no_mail_can_have_is_told_p18(tmp_path, sender, what):
    text = f"organisation: {{name: X}}\ndomains: {{a.example: {{}}}}\nnotify: {{from: {json.dumps(sender)}}}\n"
    ((line, told, _),) = mistakes(tmp_path, text)
    assert line == 3 and what in told
    assert "characters of ASCII" in mistakes(tmp_path, LEAST.replace("name: Contoso", f"name: {'x' * 310}"))[0][1]


def test_the_domain_of_the_sender_is_kept_as_dns_knows_it_p18(tmp_path):
    """`SenderDomain` follows it, and takes small letters only."""
    path = tmp_path / "organisation.yaml"
    path.write_text(LEAST + "notify: {from: Contoso IT <IT@Contoso.Example>}\n")
    assert read(path).sender.header == "Contoso IT <IT@contoso.example>"


@pytest.mark.parametrize(
    ("zone", "instead"),
    [
        ("Europe/Londn", "did you mean Europe/London?"),
        ("europe/berlin", "did you mean Europe/Berlin?"),
        ("GMT+1", "for example"),
        ("W. Europe Standard Time", "for example"),
        ("Mars/Base 1", "for example"),
        ("", "for example"),
    ],
)
def test_a_time_zone_is_one_of_the_iana_database_p24(tmp_path, zone, instead):
    text = f"organisation: {{name: X, time_zone: {json.dumps(zone)}}}\ndomains: {{a.example: {{}}}}\n"
    ((_, what, told),) = mistakes(tmp_path, text)
    assert "is not a time zone" in what
    assert instead in told


@pytest.mark.parametrize("name", ["", "  ", "Con\ntoso", "Con\u2028toso", "A\x1fB", "a\u202eb", "a\0b"])
def test_the_organisations_name_is_one_line_of_text_p25(tmp_path, name):
    text = f"organisation: {{name: {json.dumps(name)}}}\ndomains: {{a.example: {{}}}}\n"
    assert mistakes(tmp_path, text)


@pytest.mark.parametrize("name", ["Smith, Jones & Co", "Universität Köln", "国立大学", 'The "Best"', "O'Hara: Ltd"])
def test_a_name_may_have_any_script_commas_and_quotes_p18(tmp_path, name):
    path = tmp_path / "organisation.yaml"
    path.write_text(f"organisation: {{name: {json.dumps(name)}}}\ndomains: {{a.example: {{}}}}\n")
    assert read(path).organisation.name == name


@pytest.mark.parametrize(
    "name",
    ["Smith, Jones & Co", "Universität Köln", "国立大学", 'The "Best" <Co>', "O'Hara", "A; B", "back\\slash", "عربي"],
)
@pytest.mark.parametrize(
    "given", ["", "{} <help@contoso.example>", '"{}" <help@contoso.example>', "{} <help@müller.example>"]
)
def test_the_from_header_is_one_mailbox_in_ascii_whatever_the_name_p18(tmp_path, name, given):
    path = tmp_path / "organisation.yaml"
    about = {"organisation": {"name": name}, "domains": {"contoso.example": {}}}
    path.write_text(json.dumps({**about, "notify": {"from": given.replace("{}", name)}} if given else about))
    sender = read(path).sender
    assert sender.header.isascii()
    header = email.headerregistry.HeaderRegistry()("from", sender.header)
    (mailbox,) = header.addresses
    assert mailbox.addr_spec == sender.address
    assert mailbox.display_name == (name if given else f"{name} account help")

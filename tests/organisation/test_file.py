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


@pytest.mark.parametrize(
    ("text", "line", "what", "instead"),
    [
        ("organisation:\n  colour: #12355b\n", 5, "a # without quotes begins a comment", '"#12355b"'),
        ("contacts: {support: {phone: +442079460000}}\n", 3, "must be text, and is a number", '"+442079460000"'),
        ("contacts: {support: {phone: 4357}}\n", 3, "must be text, and is a number", '"4357"'),
        ("contacts: {support: {email: [a@b.example]}}\n", 3, "must be text, and is a list", "without brackets"),
        ("contacts:\n  support: [a, b]\n", 4, "must be a group of settings", "name, email"),
        ("recovery: {methods: [email, text]}\n", 3, "cannot be `text`", "call-mobile"),
        ("recovery: {enabled_for: [1]}\n", 3, "an entry of `enabled_for` must be text", '"1"'),
        ("recovery: {confirm_contact: yes}\n", 3, "must be true or false, and is `yes`", "true or false"),
        ("recovery: {flow_minutes: 1.5}\n", 3, "must be a whole number, and is `1.5`", "for example 15"),
        ("limits: 5\n", 3, "`limits` must be a group of settings", "emails_per_hour"),
        ("12: 3\n", 3, "`12` is not a setting", "known: organisation"),
        ("recovery:\n\tgates: 2\n", 4, "a tab stands where only spaces may", "spaces"),
        ("x: Contoso: the company\n", 3, "one colon too many", "quotes"),
        ("x: 'Contoso' Ltd\n", 3, "does not follow from those above", "quotes"),
        ("x: 'Contoso\n", 3, "a quotation mark is opened and never closed", "quotes"),
        ("x: @contoso\n", 3, "begins with a sign that YAML keeps", "quotes"),
        ("x: [a, b\n", 4, "in brackets does not end", "close it"),
        ("recovery: {flow_minutes: 010}\n", 3, "must be a whole number, and is `010`", "for example 15"),
        ("recovery: {flow_minutes: 0xF}\n", 3, "must be a whole number, and is `0xF`", "for example 15"),
        ("recovery: {flow_minutes: 1:30}\n", 3, "must be a whole number, and is `1:30`", "for example 15"),
        ("recovery: {flow_minutes: 1_5}\n", 3, "must be a whole number, and is `1_5`", "for example 15"),
        ("limits: {accounts: 100.000}\n", 3, "must be a whole number, and is `100.000`", "for example 50000"),
        ("limits: {accounts: 1e5}\n", 3, "must be a whole number, and is `1e5`", "for example 50000"),
        ("limits: {accounts: 99999999999999999999}\n", 3, "is out of range", "at most 1000000000"),
        ("recovery: {gates: 2.0}\n", 3, "`gates` cannot be `2.0`", "one of: 1, 2"),
        ("recovery: {gates: '2'}\n", 3, '`gates` cannot be `"2"`', "without quotes: 2"),
        ("recovery: {flow_minutes: '15'}\n", 3, 'must be a whole number, and is `"15"`', "without quotes: 15"),
        ("recovery: {confirm_contact: 'true'}\n", 3, 'must be true or false, and is `"true"`', "without quotes: true"),
        ("recovery: {methods: !!set {email, sms}}\n", 3, "there is a tag such as `!Ref`", "quotes"),
        ("x: !Ref Bucket\n", 3, "there is a tag such as `!Ref`", "quotes"),
        ("x: !!python/object/apply:os.system [id]\n", 3, "there is a tag such as `!Ref`", "quotes"),
        ("? [a, b]\n: c\n", 3, "there is a tag such as `!Ref`, or a key that is not a word", "quotes"),
        ("---\nrecovery: {gates: 2}\n", 3, "a second document begins here", "keep one"),
        ('x: "a\\ud800b"\n', 3, "there is a character that no text may hold", "delete it"),
        (
            "notify: {from: hülfe@contoso.example}\n",
            3,
            "no mail can be sent to or from `hülfe@contoso.example`",
            "ASCII",
        ),
        ("\ufeffrecovery: {gates: 2}\n", 3, "`\ufeffrecovery` is not a setting", "did you mean `recovery`?"),
        ("recovery: {gates: 2, &a gates: 1}\n", 3, "`gates` stands in line 3 already", "keep one of the two"),
        ("recovery: {<<: {gates: 2}, <<: {gates: 1}}\n", 3, "`<<` stands in line 3 already", "keep one of the two"),
    ],
)
def test_what_people_mistype_is_told_in_plain_words_p22(tmp_path, text, line, what, instead):
    base = "organisation: {name: Contoso}\ndomains: {contoso.example: {}}\n"
    if text.startswith("organisation:"):
        base, text = base.replace("organisation: {name: Contoso}\n", ""), text + "  name: Contoso\n"
        line = 3
    told = next(found for found in mistakes(tmp_path, base + text) if what in found[1])
    assert told[0] == line
    assert instead in told[2]
    assert not {"Expected", "Invalid", "<block"} & set(told[1].split())


def test_a_mistake_under_a_domain_has_its_own_line_p22(tmp_path):
    text = "organisation: {name: X}\ndomains:\n  a.example: {}\n  b.c.example:\n    directory: dynamo\n"
    assert mistakes(tmp_path, text) == [
        (5, "`directory` cannot be `dynamo`", "did you mean `dynamodb`? one of: dynamodb, elsewhere, ldap")
    ]


def test_types_ranges_and_addresses_are_told_together_p22(tmp_path):
    text = (
        "recovery: {gates: two, confirm_contact: yes, code_digits: 3}\norganisation: {name: X, sign_in_url: portal}\n"
    )
    found = mistakes(tmp_path, text + "domains: {a.example: {}}\n")
    assert [line for line, _, _ in found] == [1, 1, 1, 2]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("recovery: {gates: 2}\nlimits: {}\nrecovery: {methods: [email]}\n", 6),
        ("recovery:\n  gates: 2\n  gates: 1\n", 6),
        ("passwords: {minimum: 8, minimum: 9}\n", 4),
    ],
)
def test_a_key_that_stands_twice_is_refused_with_both_lines_p21(tmp_path, text, line):
    ((at, what, instead),) = mistakes(tmp_path, LEAST + text)
    assert (at, instead) == (line, "keep one of the two")
    assert "already" in what


def test_a_file_in_another_encoding_is_told_with_its_line_p22(tmp_path):
    path = tmp_path / "organisation.yaml"
    path.write_bytes("organisation:\n  name: Universität\n".encode("latin-1"))
    with pytest.raises(InvalidFile, match=r"organisation.yaml:2: this is not UTF-8 text\n    save the file as UTF-8"):
        read(path)


@pytest.mark.parametrize("written", ["contoso.example:", "contoso.example: ", "contoso.example: {}"])
def test_a_group_with_nothing_in_it_has_its_defaults(tmp_path, written):
    path = tmp_path / "organisation.yaml"
    path.write_text(f"organisation: {{name: X}}\nrecovery:\ndomains:\n  {written}\n")
    assert read(path).domains["contoso.example"].directory == "dynamodb"


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
    path.write_text(setting.format(json.dumps("https://help.contoso.example/x?y=1")))
    read(path)


def test_a_link_may_be_a_path_of_this_site_and_the_site_itself_may_not_p23(tmp_path):
    path = tmp_path / "organisation.yaml"
    path.write_text("organisation: {name: X, sign_in_url: /account/, site_url: 'http://localhost:8000'}\ndomains: {a.example: {}}\n")  # fmt: skip
    assert read(path).organisation.sign_in_url == "/account/"
    text = "organisation: {name: X, site_url: /account/}\ndomains: {a.example: {}}\n"
    assert "not a web address" in mistakes(tmp_path, text)[0][1]


@pytest.mark.parametrize(
    ("zone", "instead"),
    [("Europe/Londn", "did you mean Europe/London?"), ("Mars/Base 1", "for example"), ("", "for example")],
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
    ("text", "read_as"),
    [("2026-11-26", "2026-11-26"), ("8:30", "8:30"), ("0044", "0044"), ("yes", "yes"), ("NO", "NO"), ("=", "="), (".nan", ".nan"),
     ("0x1F", "0x1F"), ("1_000", "1_000"), ("\"365\"", "365"), ("!!str 365", "365"), (">-\n    Contoso\n    Ltd", "Contoso Ltd")],
)  # fmt: skip
def test_text_is_the_text_that_it_looks_like_p22(tmp_path, text, read_as):
    path = tmp_path / "organisation.yaml"
    path.write_text(f"organisation:\n  name: {text}\ndomains: {{a.example: {{}}}}\n")
    assert read(path).organisation.name == read_as


def test_anchors_and_merge_keys_are_yaml_p21(tmp_path):
    path = tmp_path / "organisation.yaml"
    path.write_text(
        "organisation: {name: &n X, portal_name: *n}\ndomains: {a.example: &d {reset: off}, b.example: {<<: *d}}\n"
    )
    assert [each.reset for each in read(path).domains.values()] == ["off", "off"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028"])
@pytest.mark.parametrize("first", ["", "\ufeff", "---\n", "%YAML 1.1\n---\n", "# a comment\n"])
def test_however_an_editor_saves_the_file_it_is_the_same_p22(tmp_path, newline, first):
    path = tmp_path / "organisation.yaml"
    path.write_bytes((first + LEAST).replace("\n", newline).encode())
    assert read(path).organisation.name == "Contoso"


def test_norway_is_a_country(tmp_path):
    path = tmp_path / "organisation.yaml"
    path.write_text(LEAST + "recovery: {phone_countries: [NO]}\n")
    assert read(path).recovery.phone_countries == ("NO",)


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

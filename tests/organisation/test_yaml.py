"""organisation.yaml as YAML: what people, editors and other YAML files do to it is read, or told in plain words."""

import pytest

from regain.organisation.file import read
from regain.organisation.file_errors import InvalidFile
from tests.organisation.test_file import LEAST, mistakes


@pytest.mark.parametrize("word", ["off", '"off"'])
def test_off_is_the_word_it_looks_like(tmp_path, word):
    path = tmp_path / "organisation.yaml"
    path.write_text(LEAST.replace("contoso.example: {}", f"contoso.example: {{reset: {word}}}"))
    assert read(path).domains["contoso.example"].reset == "off"


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
        ("recovery:\n  gates:\n", 4, "`gates` is empty", "one of: 1, 2"),
        ("recovery:\n gates: 2\n  methods: [email]\n", 5, "does not follow from those above", "indentation"),
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
        (
            5,
            "`directory` cannot be `dynamo`",
            "did you mean `dynamodb`? one of: cognito, dynamodb, elsewhere, entra, ldap",
        )
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


def test_a_key_that_looks_like_a_number_is_a_name_p22(tmp_path):
    """A year of students, or a service that is called 365."""
    path = tmp_path / "organisation.yaml"
    more = "policies: {p: {recovery: {gates: 2}}}\ngroups: {2026: {policy: p}}\n"
    path.write_text(
        LEAST.replace("contacts: {", "contacts: {support: {per_service: {365: https://x.example/}}, ") + more
    )
    found = read(path)
    assert list(found.groups) == ["2026"]
    assert found.contacts.support.per_service == {"365": "https://x.example/"}


def test_norway_is_a_country(tmp_path):
    path = tmp_path / "organisation.yaml"
    path.write_text(LEAST + "recovery: {phone_countries: [NO]}\n")
    assert read(path).recovery.phone_countries == ("NO",)

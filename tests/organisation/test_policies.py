"""Policies: what the settings are for a domain and for an account, and what may not stand in the file (P27-P34)."""

import json

import msgspec
import pytest

from regain.domain.account import Account
from regain.organisation import policies
from regain.organisation.file import read
from regain.organisation.settings import Organisation
from tests.organisation.test_file import mistakes

COLLEGE = """
organisation: {name: Contoso}
contacts:
  administrator: {email: it@contoso.example, phone: +44 20 7946 0000}
recovery: {methods: [email, sms, authenticator], gates: 1}
passwords: {minimum: 12}
domains:
  contoso.example: {}
  staff.example: {policy: staff}
  students.example: {policy: students}
  partners.example: {directory: elsewhere, help_url: https://partners.example/, policy: students}
policies:
  students:
    organisation:
      name: {en: Contoso College, de: Contoso-Hochschule}
      user_id: {en: matriculation number, de: Matrikelnummer}
      example_user_id: s1234567@students.example
    contacts:
      administrator:
        email: desk@students.example
        hours: {en: "Mon to Fri, 8 to 18", de: "Mo bis Fr, 8 bis 18 Uhr"}
        in_person: {en: Room 12 with your student card}
    recovery: {methods: [email]}
    passwords: {minimum: 10, maximum: 64}
  staff:
    recovery: {gates: 2}
    passwords: {minimum: 24}
  clinical:
    recovery: {methods: [authenticator, passkey], gates: 2, methods_registered: 3}
    passwords: {minimum: 16}
groups:
  Nurses: {policy: clinical}
  Interns: {policy: students}
"""


@pytest.fixture
def college(tmp_path):
    path = tmp_path / "organisation.yaml"
    path.write_text(COLLEGE)
    return read(path)


def of(organisation, domain, *groups):
    return policies.for_account(organisation, Account(f"anna@{domain}", groups=groups))


def test_a_domain_has_its_policy_and_what_the_policy_leaves_out_is_as_for_everybody_p28(college):
    students, staff, others = (of(college, each) for each in ("students.example", "staff.example", "contoso.example"))
    assert [each.passwords.minimum_length for each in (students, staff, others)] == [10, 24, 12]
    assert [each.recovery.gates for each in (students, staff, others)] == [1, 2, 1]
    assert students.recovery.offered == ("email",)
    assert staff.recovery.offered == others.recovery.offered == ("email", "sms", "authenticator")
    assert (students.passwords.maximum, staff.passwords.maximum) == (64, 256)
    assert others == college


def test_a_desk_is_replaced_as_a_whole_so_that_nobody_is_given_another_ones_telephone_p34(college):
    desk = of(college, "students.example").contacts.administrator
    assert (desk.email, desk.phone) == ("desk@students.example", "")
    assert desk.in_person == {"en": "Room 12 with your student card"}  # P33


def test_of_domain_and_groups_the_most_proofs_and_the_longest_minimum_hold(college):
    nurse = of(college, "staff.example", "Nurses")
    assert (nurse.passwords.minimum_length, nurse.recovery.gates, nurse.recovery.methods_registered) == (24, 2, 3)
    intern = of(college, "staff.example", "Interns")
    assert (intern.passwords.minimum_length, intern.recovery.gates) == (
        24,
        2,
    )  # the group may add, and takes nothing away
    both = of(college, "contoso.example", "Interns", "Nurses")
    assert (both.passwords.minimum_length, both.recovery.gates) == (16, 2)
    assert both.recovery.offered == ("authenticator", "passkey")  # of the first group in the file
    assert both.contacts.administrator.email == "desk@students.example"


def test_before_a_proof_the_methods_and_proofs_are_the_domains(college):
    nurse = of(college, "contoso.example", "Nurses").recovery
    assert nurse.offered == ("authenticator", "passkey")
    assert (nurse.before_proof.offered, nurse.before_proof.gates) == (("email", "sms", "authenticator"), 1)
    assert of(college, "contoso.example").recovery.before_proof == college.recovery


def test_the_policies_that_apply_are_told_with_the_setting_that_names_them(college):
    found = policies.applied(college, Account("anna@staff.example", groups=("Nurses", "Readers")))
    assert [(each.name, each.rule) for each in found] == [("staff", "domains.staff.example"), ("clinical", "groups.Nurses")]  # fmt: skip
    assert policies.applied(college, Account("anna@contoso.example")) == ()


def test_domains_for_which_something_is_the_same_stand_together(college):
    assert policies.by_domains(college, lambda each: each.passwords.minimum_length) == [
        (("contoso.example",), 12), (("staff.example",), 24), (("students.example",), 10),
    ]  # fmt: skip
    assert policies.by_domains(college, lambda each: each.recovery.offered) == [
        (("contoso.example", "staff.example"), ("email", "sms", "authenticator")), (("students.example",), ("email",)),
    ]  # fmt: skip


def test_an_organisation_without_policies_is_itself_for_everybody(tmp_path):
    path = tmp_path / "organisation.yaml"
    path.write_text("organisation: {name: X}\ndomains: {a.example: {}}\n")
    found = read(path)
    assert of(found, "a.example", "Nurses") is found
    assert policies.for_domain(found, "anna@elsewhere.example") is found


def test_policies_reach_the_functions_as_they_are_in_the_file(college):
    packed = msgspec.json.encode(college)
    assert msgspec.json.decode(packed, type=Organisation) == college
    assert "UNSET" not in json.dumps(msgspec.to_builtins(college))


LEAST = "organisation: {name: X}\ndomains:\n  a.example: {policy: %s}\npolicies:\n  students:\n    %s\n"


@pytest.mark.parametrize(
    ("named", "said", "line", "what", "instead"),
    [
        ("student", "passwords: {minimum: 10}", 3, "there is no policy `student`", "did you mean `students`?"),
        ("x", "passwords: {minimum: 10}", 3, "there is no policy `x`", "there are: students"),
        ("students", "passwords: {minimum: 6}", 6, "6 is out of range", "from 8 to 256"),
        ("students", "passwords: {maximum: 15}", 6, "15 is out of range", "from 64 to 256"),
        ("students", "passwords: {banned: [abcd]}", 6, "`banned` is not a setting", "known: profile, minimum, maximum"),
        ("students", "password: {minimum: 10}", 6, "`password` is not a setting", "did you mean `passwords`?"),
        ("students", "recovery: {gates: 3}", 6, "`gates` cannot be `3`", "one of: 1, 2"),
        ("students", "recovery: {methods: [pigeon]}", 6, "an entry of `methods` cannot be `pigeon`", "one of: "),
        ("students", "recovery: {methods: []}", 6, "there is no method that can be offered", "name at least one"),
        ("students", "recovery: {gates: 2, methods: [email]}", 6, "two gates need methods of two", "methods: [email, sms]"),
        ("students", "recovery: {methods: [questions]}", 6, "questions are never the only proof", "gates: 2"),
        ("students", "recovery: {methods_registered: 9}", 6, "9 is out of range", "from 0 to 5"),
        ("students", "organisation: {example_user_id: a b}", 6, "`a b` is not a user ID", "s1234567"),
        ("students", "organisation: {user_id: {xx: number}}", 6, "`xx` is not a language", "there are: "),
        ("students", "contacts: {administrator: {email: desk}}", 6, "`desk` is not an e-mail address", "for example"),
        ("students", "contacts: {administrator: {portal_url: x}}", 6, "`x` is not a web address", "for example https:"),
        ("students", "contacts: {administrator: {hours: [8, 18]}}", 6, "`hours` must be text, and is a list", "write one text"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_policy_is_told_with_its_line_and_what_would_be_right_p22(tmp_path, named, said, line, what, instead):  # fmt: skip
    found = mistakes(tmp_path, LEAST % (named, said))
    assert (found[0][0], len(found)) == (line, 1)
    assert what in found[0][1]
    assert instead in found[0][2]


def test_every_mistake_of_policies_is_told_at_once_and_none_twice_p22(tmp_path):
    text = (
        "organisation: {name: X}\ndomains:\n  a.example: {policy: none}\nrecovery: {code_minutes: 0}\npolicies:\n"
        "  students:\n    passwords: {minimum: 6}\n    recovery: {gates: 2, methods: [sms]}\n  staff:\n"
        "    passwords: {maximum: 1000}\ngroups:\n  Nurses: {policy: stuff}\n"
    )
    assert [line for line, _, _ in mistakes(tmp_path, text)] == [3, 4, 7, 8, 10, 12]


def test_a_policy_whose_gates_the_methods_for_everybody_cannot_pass_is_a_mistake(tmp_path):
    text = "organisation: {name: X}\ndomains: {a.example: {policy: strict}}\nrecovery: {methods: [email]}\n"
    found = mistakes(tmp_path, text + "policies:\n  strict:\n    recovery: {gates: 2}\n")
    assert [(line, what) for line, what, _ in found] == [(6, "two gates need methods of two different channels")]


@pytest.mark.parametrize(
    ("recovery", "policy", "wrong"),
    [("methods: [authenticator, recovery-code]", "{}", "no method"), ("gates: 2, methods: [email, passkey]", "{}", "two gates"),
     ("methods: [email]", "{recovery: {gates: 2, methods: [email, authenticator]}}", "two gates"),
     ("gates: 2, methods: [email, sms]", "{}", "")],
)  # fmt: skip
def test_people_whom_their_directory_cannot_sign_in_here_need_methods_that_nobody_registers_p26(
    mistakes_in, recovery, policy, wrong
):
    """Entra ID judges no password here, so that nobody of it has an app or a passkey: they could prove nothing."""
    ids = "tenant: 8eaef023-2b34-4da1-9baa-8bc8c9d6a490, client: 8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
    found = mistakes_in(
        f"organisation: {{name: X}}\ndomains:\n  a.example: {{}}\n  e.example: {{directory: entra, policy: p, entra: {{{ids}}}}}\n"
        f"recovery: {{{recovery}}}\npolicies: {{p: {policy}}}\n"
    )
    assert [line for line, _, _ in found] == ([4] if wrong else [])
    assert all(f"the directory of `e.example` can do, {wrong}" in what.replace("there is ", "") for _, what, _ in found)


def test_a_directory_without_its_settings_is_told_beside_groups_and_a_provider_p22(mistakes_in):
    text = (
        'organisation: {name: X, site_url: "https://a.contoso.example/"}\ndomains: {a.example: {directory: ldap}}\n'
        "groups: {g: {policy: p}}\npolicies: {p: {}}\n"
        'sign_in: {oidc: {issuer: "https://login.contoso.example", client_id: x}}\n'
    )
    assert [(line, what) for line, what, _ in mistakes_in(text)] == [
        (2, "passwords in a directory need the group `ldap`")
    ]


def test_a_minimum_beyond_what_a_directory_takes_is_a_mistake_p26(mistakes_in):
    ldap = "{kind: aws-managed, directory_id: d-1234567890, region: eu-central-1}"
    text = f"organisation: {{name: X}}\ndomains: {{a.example: {{directory: ldap, ldap: {ldap}}}}}\npasswords: {{minimum: 128}}\n"
    assert [(line, instead[:13]) for line, _, instead in mistakes_in(text)] == [(2, "from 8 to 127")]
    assert mistakes_in(text.replace("128", "127")) == []


def test_a_group_whose_methods_no_domain_offers_first_is_a_mistake(tmp_path):
    text = "organisation: {name: X}\ndomains: {a.example: {}}\nrecovery: {methods: [email]}\ngroups:\n  Nurses: {policy: keys}\n"
    found = mistakes(tmp_path, text + "policies:\n  keys: {recovery: {methods: [passkey]}}\n")
    assert (found[0][0], len(found)) == (5, 1)
    assert "could prove anything" in found[0][1]
    assert found[0][2].endswith("email")


def test_a_minimum_must_fit_every_maximum_for_groups_add_to_domains(tmp_path):
    text = (
        "organisation: {name: X}\ndomains: {a.example: {policy: short}}\ngroups: {Nurses: {policy: long}}\npolicies:\n"
    )
    found = mistakes(tmp_path, text + "  short: {passwords: {maximum: 64}}\n  long: {passwords: {minimum: 70}}\n")
    assert found == [(6, "70 is more than the smallest maximum in this file", "at most 64")]


def test_with_several_domains_an_example_is_the_whole_user_id(tmp_path):
    text = "organisation: {name: X, example_user_id: s1234567}\ndomains: {a.example: {}, b.example: {}}\n"
    told = [(1, "with several domains, people type the whole user ID", "for example s1234567@a.example")]
    assert mistakes(tmp_path, text) == told
    path = tmp_path / "organisation.yaml"
    path.write_text(text.replace(", b.example: {}", ""))
    assert read(path).organisation.example_user_id == "s1234567"


def test_an_organisation_may_have_a_name_in_each_language_p34(tmp_path):
    path = tmp_path / "organisation.yaml"
    path.write_text("organisation: {name: {de: Umwelt-Campus, en: Environment Campus}, languages: [en, de]}\ndomains: {a.example: {}}\n")  # fmt: skip
    found = read(path)
    assert found.organisation.own_name == "Environment Campus"
    assert str(found.sender) == "Environment Campus account help <no-reply@a.example>"
    empty = "organisation: {name: {de: ''}}\ndomains: {a.example: {}}\n"
    assert mistakes(tmp_path, empty)[0][1] == "the name is empty"

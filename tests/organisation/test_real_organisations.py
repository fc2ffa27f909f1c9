"""What real organisations publish about their passwords and helpdesks, as settings (P27-P33).

The names are not theirs; the rules are. What cannot be set is refused with its range, and the guide says why.
"""

import re

import pytest

from regain.organisation.file import read
from regain.organisation.file_errors import InvalidFile
from tests.conftest import ROOT

HEALTH_SERVICE = """
organisation: {name: Health mail, sign_in_url: https://portal.health.example/}
domains: {health.example: {}}
contacts: {administrator: {email: helpdesk@health.example, phone: "0333 200 1133", hours: "24 hours a day, 7 days a week"}}
recovery: {methods: [sms, call-mobile, authenticator], phone_countries: [GB]}
passwords: {minimum: 10, banned: [health, password]}
"""  # P27
COLLEGE = """
organisation: {name: College}
domains: {students.college.example: {policy: students}, college.example: {policy: staff}}
policies:
  students: {passwords: {minimum: 10}}
  staff: {passwords: {minimum: 24}}
"""  # P28
SMALL_COLLEGE = """
organisation: {name: Small College}
domains: {small.example: {}}
recovery: {enabled_for: [Students, Faculty, Staff]}
passwords: {profile: entra, minimum: 8}
"""  # P29
SPANISH_UNIVERSITY = """
organisation: {name: Universidad, languages: [es, en], sign_in_url: https://www.universidad.example/}
domains: {universidad.example: {}}
passwords: {profile: entra, minimum: 10, maximum: 64}
"""  # P30
USER_ID_IS_A_CARD = """
organisation:
  name: Universidad
  languages: [es, en]
  user_id: {es: "e y tu DNI con su letra", en: "e and your DNI with its letter"}
  example_user_id: e12345678k@universidad.example
  user_id_aliases: [mail]
domains: {universidad.example: {}}
"""  # P31
COUNCIL = """
organisation: {name: Council}
domains: {council.example: {}, library.example: {directory: elsewhere, help_url: https://library.example/help}}
contacts: {administrator: {portal_url: https://requests.council.example/}}
passwords: {minimum: 15}
"""  # P32
GERMAN_UNIVERSITY = """
organisation:
  name: Universität
  languages: [de, en]
  user_id: {de: Matrikelnummer oder E-Mail-Adresse, en: matriculation number or e-mail address}
  example_user_id: "1234567@uni.example"
  user_id_aliases: [mail]
domains: {uni.example: {}}
contacts:
  administrator:
    email: servicedesk@uni.example
    hours: {de: "Montag bis Freitag, 8 bis 18 Uhr"}
    in_person: {de: "Raum 12, mit Studierendenausweis; per Brief mit Kopie des Ausweises; durch eine bevollmächtigte Person"}
"""  # P33


def settings(tmp_path, text):
    path = tmp_path / "organisation.yaml"
    path.write_text(text)
    return read(path)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (HEALTH_SERVICE, lambda said: said.contacts.administrator.hours.startswith("24 hours")),
        (COLLEGE, lambda said: [each.passwords.minimum for each in said.policies.values()] == [10, 24]),
        (SMALL_COLLEGE, lambda said: said.recovery.enabled_for == ("Students", "Faculty", "Staff")),
        (SPANISH_UNIVERSITY, lambda said: said.passwords.maximum == 64),
        (USER_ID_IS_A_CARD, lambda said: said.organisation.user_id_aliases == ("mail",)),
        (COUNCIL, lambda said: said.domains["library.example"].directory == "elsewhere"),
        (GERMAN_UNIVERSITY, lambda said: "Raum 12" in said.contacts.administrator.in_person["de"]),
    ],
    ids=["p27", "p28", "p29", "p30", "p31", "p32", "p33"],
)
def test_what_real_organisations_say_can_be_said_p27_p28_p29_p30_p31_p32_p33(tmp_path, text, holds):
    assert holds(settings(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "what", "instead"),
    [
        (SPANISH_UNIVERSITY.replace("maximum: 64", "maximum: 15"), "15 is out of range", "from 64 to 256"),
        (SMALL_COLLEGE.replace("minimum: 8", "expires_days: 365"), "`expires_days` is not a setting", "known: profile"),
        (SMALL_COLLEGE.replace("minimum: 8", "history: 4"), "`history` is not a setting", "known: profile"),
        (
            COUNCIL.replace("name: Council", "name: Council, languages: [en, vi]"),
            "there are no translations into `vi`",
            "there are: en",
        ),
    ],
    ids=["p30", "p27", "p29", "p32"],
)
def test_what_cannot_be_set_is_refused_with_what_can_p27_p29_p30_p32(tmp_path, text, what, instead):
    with pytest.raises(InvalidFile) as wrong:
        settings(tmp_path, text)
    (error,) = wrong.value.errors
    assert what in error.message
    assert instead in error.hint


def test_the_guide_says_why_each_of_these_cannot_be_set_p27_p29_p30():
    guide = (ROOT / "docs/admin/turn-on.md").read_text()
    _, _, reasons = guide.partition("## What cannot be set, and why")
    bold = re.findall(r"\*\*(.+?)\.?\*\*", reasons.partition("\n## ")[0])
    for wish in (
        "expires",
        "history",
        "maximum under 64",
        "characters that are not allowed",
        "breached passwords",
        "wait",
    ):
        assert any(wish in each for each in bold), wish

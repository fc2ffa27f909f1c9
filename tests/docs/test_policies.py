"""The pages of a site with several policies, built from several settings and read: true for each reader (P27-P34)."""

import re

import pytest
import yaml

from regain.organisation.file import read
from regain.organisation.language import Language
from tests.conftest import build_site
from tests.docs.test_site import text
from tests.organisation.test_policies import COLLEGE

NURSES = ("clinical", "Nurses", "passkey", "at least 16")


def built(folder, **changes):
    """The site of the college, with other sections in the place of its own."""
    content = yaml.safe_load(COLLEGE)
    for section, values in changes.items():
        content[section] = {**(content[section] if section == "organisation" else {}), **values}
    path = folder / "organisation.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    build_site(folder / "site", path)
    return folder / "site"


@pytest.fixture(scope="module")
def college(tmp_path_factory):
    """The site of an organisation whose domains have policies, and some of whose groups."""
    about = {"name": {"en": "Environment Campus", "de": "Umwelt-Campus"}, "languages": ["en", "de"]}
    return built(tmp_path_factory.mktemp("college"), organisation=about)


@pytest.fixture(scope="module")
def alike(tmp_path_factory):
    """The site of one whose only domain has a policy, and which writes what looks like markup."""
    domains, policies = {"students.example": {"policy": "students"}}, yaml.safe_load(COLLEGE)["policies"]
    desk = policies["students"]["contacts"]["administrator"]
    desk |= {"hours": "8*18* [x](javascript:alert) `y`", "in_person": "<b>Room</b> 12_a_ & {organisation} #1"}
    return built(tmp_path_factory.mktemp("alike"), domains=domains, groups={}, policies=policies)


def after(page, words):
    """What a page says after some words."""
    assert words in page, words
    return page.split(words, 1)[1]


def test_password_rules_are_said_for_each_domain_p28(college):
    page = text(college, "password")
    for domain, rule in (
        ("@contoso.example", "at least 12 characters, and at most 256"),
        ("@staff.example", "at least 24 characters, and at most 256"),
        ("@students.example", "at least 10 characters, and at most 64"),
    ):
        assert after(page, f"For accounts that end in {domain}: Use ").startswith(rule)
    assert "Some people have stricter rules. The form says them once you have proved who you are." in page


def test_ways_to_prove_it_and_how_many_are_said_for_each_domain(college):
    page = text(college, "register")
    both = after(page, "For accounts that end in @contoso.example or @staff.example:").split("For accounts")[0]
    assert "A mobile phone, for text messages" in both and "authenticator app" in both
    students = after(page, "For accounts that end in @students.example:").split("Register two")[0]
    assert "e-mail" in students and "mobile phone" not in students and "authenticator" not in students
    assert "Two proofs are asked for from accounts that end in @staff.example." in page
    assert (
        "Environment Campus asks for two proofs" not in page and "If one is lost, you still have the other" not in page
    )


def test_a_user_id_is_called_what_people_call_it_p31_p33(college):
    said = "your matriculation number, for example s1234567@students.example"
    assert f"For accounts that end in @students.example, the user ID is {said}" in text(college, "")
    for page in ("reset", "unlock", "contact-administrator"):
        html = (college / page / "index.html").read_text().replace("<wbr>", "")  # where an example may break
        assert f"For accounts that end in @students.example: {said}" in html, page
        assert "@staff.example: your address or user name, for example maria.silva@contoso.example" in html, page
    assert "Matrikelnummer" in text(college, "de/reset")


def test_whom_to_ask_is_said_for_each_domain_with_hours_and_the_way_p33_p34(college):
    page = after(text(college, "contact-administrator"), "Other ways to reach them")
    usual = after(page, "For accounts that end in @contoso.example or @staff.example:").split("For accounts")[0]
    assert "it@contoso.example" in usual and "+44 20 7946 0000" in usual and "In person" not in usual
    students = after(page, "Telephone +44 20 7946 0000").split("For accounts that end in @partners.example")[0]
    assert "desk@students.example" in students
    assert "When they can be reached: Mon to Fri, 8 to 18" in students
    assert "In person: Room 12 with your student card" in students
    assert "Mo bis Fr, 8 bis 18 Uhr" in text(college, "de/contact-administrator")


def test_no_page_names_one_desk_to_everybody(college):
    for path in college.rglob("index.html"):
        name = path.parent.relative_to(college).as_posix()
        if name.endswith("contact-administrator") or "admin/" in f"{name}/":
            continue
        said = path.read_text()
        assert "it@contoso.example" not in said, path
        assert "7946" not in said, path


def test_no_page_says_what_a_group_has(college):
    for path in college.rglob("index.html"):
        name = path.parent.relative_to(college).as_posix()
        if "admin/" in f"{name}/" or name.removeprefix("de/").startswith("methods"):
            continue
        said = re.sub(r"<[^>]*>", " ", path.read_text())
        assert [word for word in NURSES[:2] + NURSES[3:] if word in said] == [], name


def test_the_form_has_the_steps_that_anybody_may_need_later(college):
    assert 'data-step="app"' in (college / "reset" / "index.html").read_text()
    assert (college / "methods" / "passkey" / "index.html").exists()
    assert not (college / "methods" / "recovery-code").exists()


def test_what_is_the_same_for_every_domain_is_said_once_whatever_names_it(alike):
    page = text(alike, "password")
    assert "Use at least 10 characters, and at most 64." in page
    for name in ("password", "register", "", "contact-administrator", "reset"):
        assert "For accounts that end in" not in text(alike, name), name
    assert "stricter rules" not in page
    assert "Your user ID is your matriculation number" in text(alike, "")
    assert "desk@students.example" in text(alike, "contact-administrator")
    assert not (alike / "methods" / "sms").exists()


def test_the_announcement_and_the_poster_name_each_desk_and_nothing_empty(college, alike, tmp_path):
    page = text(college, "admin/roll-out")
    assert "Questions about an account that ends in @students.example? Ask your IT desk: desk@students.example" in page
    assert "Questions? Ask your IT desk: desk@students.example" in text(alike, "admin/roll-out")
    (tmp_path / "organisation.yaml").write_text("organisation: {name: Contoso}\ndomains: {contoso.example: {}}\n")
    build_site(tmp_path / "site", tmp_path / "organisation.yaml")
    bare = text(tmp_path / "site", "admin/roll-out")
    assert "Ask your administrator:" not in bare and "Ask your IT desk:" not in bare
    assert "Questions? Choose Contact your administrator on the account help page." in bare
    assert "nothing registered? Go to your IT desk." in bare
    assert "Open the account help page on your phone." in bare and "Open  on" not in bare


def test_what_an_organisation_writes_is_text_and_never_markup(alike):
    page = text(alike, "contact-administrator")
    assert "When they can be reached: 8*18* [x](javascript:alert) `y`" in page
    assert "In person: <b>Room</b> 12_a_ & {organisation} #1" in page


def test_an_organisation_is_called_by_its_name_in_each_language_p34(college):
    assert "accounts of Environment Campus only" in text(college, "")
    assert "Umwelt-Campus" in text(college, "de") and "Environment Campus" not in text(college, "de")


def test_a_fact_that_differs_names_its_domains(tmp_path):
    path = tmp_path / "organisation.yaml"
    path.write_text(COLLEGE)
    facts = Language("en", read(path)).facts
    assert facts["password_minimum"] == "12 (@contoso.example), 24 (@staff.example), 10 (@students.example)"
    assert facts["example_user_id"] == "maria.silva@contoso.example or s1234567@students.example"
    assert (facts["administrator_email"], facts["administrator_phone"]) == ("", "")

"""What a domain's directory cannot do is not offered: neither by the form, nor by the first page, nor by the service."""

from dataclasses import replace

import jinja2
import pytest

from hooks import policy_texts
from hooks.site import ROOT
from regain.domain import policy, user_id
from regain.domain.ldap import Ldap
from regain.domain.policy import ABILITIES, Domain, Recovery
from regain.organisation import policies
from regain.organisation.language import Language
from regain.organisation.settings import About, Organisation
from regain.problems import UNLOCK_NOT_OFFERED, Refused

PLACES = ("email", "sms", "call-mobile", "call-office")

LDAP = Ldap("openldap", ("ldaps://dc1.example",), "dc=example", "cn=regain")
ORGANISATION = Organisation(About("Contoso"), {"contoso.example": Domain("ldap", LDAP)})


def test_every_kind_of_directory_offers_what_it_can_and_elsewhere_is_nobodys():
    assert ORGANISATION.domains["contoso.example"].offers == Domain().offers == ABILITIES
    assert Domain("ldap", replace(LDAP, kind="aws-managed")).offers == {"reset"}
    assert Domain("entra").offers == {"reset", "temporary-password"}
    assert Domain("cognito").offers == {"reset", "sign-in", "change", "temporary-password"}
    assert Domain("elsewhere").offers == frozenset()


@pytest.mark.parametrize("missing", ["unlock", "change"])
def test_what_no_directory_of_the_organisation_does_is_not_shown(monkeypatch, missing):
    monkeypatch.setitem(policy.OFFERS, "openldap", ABILITIES - {missing})
    can = policy_texts.variables(ORGANISATION, Language("en", ORGANISATION, "shell", "pages"))["can"]
    assert can == ABILITIES - {missing}
    shown = jinja2.Template((ROOT / "docs" / "index.md").read_text()).render(self_service=True, can=can, about={})
    link = {"unlock": "I am locked out", "change": "I want to change my password"}[missing]
    assert link not in shown and "I forgot my password" in shown
    everything = policy_texts.variables(ORGANISATION, Language("en", ORGANISATION, "shell", "pages"))["can"] | {missing}
    assert link in jinja2.Template((ROOT / "docs" / "index.md").read_text()).render(
        can=everything, self_service=True, about={}
    )


@pytest.mark.parametrize("minutes", [0, 15])
def test_the_form_can_say_that_a_new_password_takes_a_while_where_it_does(minutes):
    """`usable_minutes`: the words are in the form, and its script shows them with the minutes of the answer."""
    domain = Domain("ldap", replace(LDAP, usable_minutes=minutes))
    organisation = Organisation(About("Contoso"), {"contoso.example": domain})
    assert policy_texts.variables(organisation, Language("en", organisation, "shell", "pages"))["later"] is bool(
        minutes
    )
    form, script = (ROOT / "docs" / "theme" / name for name in ("partials/recovery.html", "assets/attempt.js"))
    assert form.read_text().count("{% if site.later %}") == form.read_text().count("usable") == 2
    assert "later.hidden = !(answer.usable > 0)" in script.read_text()


def test_only_a_directory_in_the_network_is_searched_by_the_beginning_of_names():
    domains = {"a.example": Domain(), "b.example": Domain("cognito"), "c.example": Domain("ldap", LDAP)}
    organisation = Organisation(About("Contoso"), domains)
    said = policy_texts.variables(organisation, Language("en", organisation, "shell", "pages"))["searchable"]
    assert "@c.example" in said and "b.example" not in said
    organisation = Organisation(About("Contoso"), {"b.example": Domain("cognito")})
    assert policy_texts.variables(organisation, Language("en", organisation, "shell", "pages"))["searchable"] == ""


def test_the_service_refuses_it_alike_for_everybody_of_the_domain(monkeypatch):
    user_id.check_domain("maria@contoso.example", ORGANISATION.domains, Recovery(), "unlock")
    monkeypatch.setitem(policy.OFFERS, "openldap", frozenset({"reset"}))
    user_id.check_domain("maria@contoso.example", ORGANISATION.domains, Recovery(), "reset")
    for who in ("maria", "nobody"):
        with pytest.raises(Refused) as refused:
            user_id.check_domain(f"{who}@contoso.example", ORGANISATION.domains, Recovery(), "unlock")
        assert refused.value.problem is UNLOCK_NOT_OFFERED


def test_whoever_cannot_sign_in_here_proves_by_places_that_others_enter_and_is_led_to_where_they_sign_in():
    both = {
        "a.example": Domain("entra"),
        "b.example": Domain("cognito"),
        "c.example": Domain("ldap", replace(LDAP, kind="aws-managed")),
    }
    found = [policies.for_domain(Organisation(About("Contoso"), both), f"x@{name}") for name in both]
    assert [each.organisation.sign_in_url for each in found] == ["https://myaccount.microsoft.com/", "/account/", ""]
    assert [each.recovery.methods for each in found] == [PLACES, Recovery().methods, PLACES]
    own = Organisation(
        About("Contoso", sign_in_url="https://portal.example/"),
        {"a.example": Domain("entra", sign_in_url="https://a.example/")},
    )
    assert policies.for_domain(own, "x@a.example").organisation.sign_in_url == "https://a.example/"


def test_each_reader_is_told_which_domains_cannot_do_what_others_can():
    mixed = Organisation(
        About("Contoso"), {name: Domain(name) for name in ("dynamodb", "cognito", "entra", "elsewhere")}
    )
    assert policies.lacking(mixed, "unlock") == ("cognito", "entra")
    assert policies.lacking(mixed, "sign-in") == policies.lacking(mixed, "change") == ("entra",)
    alone = Organisation(About("Contoso"), {"entra": Domain("entra")})
    assert policies.lacking(alone, "unlock") == () and not policies.unlocks(alone)


@pytest.mark.parametrize(
    ("provider", "passwords", "shown"),
    [(False, True, ["password"]), (True, True, ["provider", "password"]), (True, False, ["provider"])],
)
@pytest.mark.parametrize("form", ["account", "admin"])
def test_the_sign_in_of_account_and_desk_asks_for_what_is_taken_in_the_same_order_b34(form, provider, passwords, shown):
    theme = ROOT / "docs" / "theme"
    source = (theme / "partials" / f"{form}.html").read_text()
    step = source.partition('data-step="sign-in"')[2].partition("</form>")[0].replace(" | url", "")
    template = jinja2.Environment(loader=jinja2.FileSystemLoader(theme)).from_string(step)
    sign_in = template.render(t=str, site={"provider": provider, "passwords_sign_in": passwords})
    parts = {"provider": "data-provider", "password": 'type="password"'}
    places = {name: sign_in.find(part) for name, part in parts.items() if part in sign_in}
    assert sorted(places, key=places.get) == shown

"""What a domain's directory cannot do is not offered: neither by the form, nor by the first page, nor by the service."""

from dataclasses import replace

import jinja2
import pytest

from hooks import policy_texts
from hooks.site import ROOT
from regain.domain import policy, user_id
from regain.domain.ldap import Ldap
from regain.domain.policy import ABILITIES, Domain, Recovery
from regain.organisation.language import Language
from regain.organisation.settings import About, Organisation
from regain.problems import NOT_ENABLED, Refused

LDAP = Ldap("openldap", ("ldaps://dc1.example",), "dc=example", "cn=regain")
ORGANISATION = Organisation(About("Contoso"), {"contoso.example": Domain("ldap", LDAP)})


def test_every_kind_of_directory_offers_what_it_can_and_elsewhere_is_nobodys():
    assert ORGANISATION.domains["contoso.example"].offers == Domain().offers == ABILITIES
    assert Domain("ldap", replace(LDAP, kind="aws-managed")).offers == Domain("entra").offers == {"reset"}
    assert Domain("cognito").offers == {"reset", "sign-in", "change"}
    assert Domain("elsewhere").offers == frozenset()


@pytest.mark.parametrize("missing", ["unlock", "change"])
def test_what_no_directory_of_the_organisation_does_is_not_shown(monkeypatch, missing):
    monkeypatch.setitem(policy.OFFERS, "openldap", ABILITIES - {missing})
    can = policy_texts.variables(ORGANISATION, Language("en", ORGANISATION, "shell", "pages"))["can"]
    assert can == ABILITIES - {missing}
    shown = jinja2.Template((ROOT / "docs" / "index.md").read_text()).render(self_service=True, can=can)
    link = {"unlock": "I am locked out", "change": "I want to change my password"}[missing]
    assert link not in shown and "I forgot my password" in shown
    everything = policy_texts.variables(ORGANISATION, Language("en", ORGANISATION, "shell", "pages"))["can"] | {missing}
    assert link in jinja2.Template((ROOT / "docs" / "index.md").read_text()).render(can=everything, self_service=True)


def test_the_service_refuses_it_alike_for_everybody_of_the_domain(monkeypatch):
    user_id.check_domain("maria@contoso.example", ORGANISATION.domains, Recovery(), "unlock")
    monkeypatch.setitem(policy.OFFERS, "openldap", frozenset({"reset"}))
    user_id.check_domain("maria@contoso.example", ORGANISATION.domains, Recovery(), "reset")
    for who in ("maria", "nobody"):
        with pytest.raises(Refused) as refused:
            user_id.check_domain(f"{who}@contoso.example", ORGANISATION.domains, Recovery(), "unlock")
        assert refused.value.problem is NOT_ENABLED

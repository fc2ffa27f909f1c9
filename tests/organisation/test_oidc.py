"""Sign-in by an identity provider (B34): its settings, their mistakes with line and remedy, and what claims mean."""

import pytest

from regain.domain import provider
from regain.domain.policy import Domain
from regain.domain.provider import GOOGLE, Claims, Oidc, SecondFactor
from regain.problems import NO_ACCOUNT_FOR_SIGN_IN, SIGN_IN_NOT_TRUSTED, Refused

HEAD = 'organisation: {name: Contoso, site_url: "https://account.contoso.example/"}\ndomains: {contoso.example: {}}\n'
GOOD = """sign_in:
  oidc:
    issuer: https://login.contoso.example/v2.0
    client_id: regain
    client_secret_arn: arn:aws:secretsmanager:eu-west-1:123456789012:secret:regain-oidc-a1B2c3
    claims: {user_id: preferred_username, groups: groups}
    roles: {administrator: regain-admins}
    second_factor: {amr: [mfa], max_age: 600}
"""
NOW = 1_800_000_000


@pytest.mark.parametrize(
    ("written", "instead", "line", "what", "remedy"),
    [
        ("https://login.contoso.example/v2.0", "http://login.contoso.example", 5, "is not encrypted", "https:"),
        ("https://login.contoso.example/v2.0", "login.contoso.example", 5, "is not the address of a provider", "https"),
        ("https://login.contoso.example/v2.0", "https://[", 5, "is not the address of a provider", "https"),
        ("example/v2.0", "example/.well-known/openid-configuration", 5, "the discovery document", "the issuer alone"),
        ("login.contoso.example/", "login.microsoftonline.com/common/", 5, "people of every organisation", "TENANT-ID"),
        ("client_id: regain\n", 'client_id: ""\n', 6, "the client has no ID", "the provider shows"),
        ("arn:aws:secretsmanager:eu-west-1:123456789012:secret:regain-oidc-a1B2c3", "hunter2", 7, "not the ARN", "ARN"),
        ("preferred_username,", '"",', 8, "no claim says who", "preferred_username"),
        (", groups: groups", "", 9, "no claim holds them", "add `claims: {groups: groups}`"),
        ("regain-admins", '""', 9, "no group has this role", "leave the role out"),
        ("administrator: regain", "root: regain", 9, "`root` is not a role", "administrator"),
        ("amr: [mfa], ", "", 10, "nothing says how", "{amr: [mfa]}"),
        ("[mfa]", "mfa", 10, "`amr` must be a list", "for example [mfa]"),
        ("600", "5", 10, "5 is out of range", "from 60 to 3600"),
    ],
)
def test_a_mistake_in_the_settings_of_sign_in_has_its_line_and_its_remedy_b34(
    mistakes_in, written, instead, line, what, remedy
):
    assert GOOD.count(written) == 1
    told = mistakes_in(HEAD + GOOD.replace(written, instead))
    assert [at for at, _, _ in told] == [line], told
    assert what in told[0][1] and remedy in told[0][2]


@pytest.mark.parametrize("issuer", ["http://localhost:9000", "http://127.0.0.1:9000/op", "http://[::1]:9000", GOOGLE])
def test_settings_as_they_should_be_have_no_mistake_and_loopback_needs_no_tls(mistakes_in, issuer):
    assert mistakes_in(HEAD + GOOD) == []
    assert mistakes_in(HEAD + GOOD.replace("https://login.contoso.example/v2.0", f'"{issuer}"')) == []


def test_a_provider_needs_the_address_to_which_it_sends_people_back(mistakes_in):
    without = HEAD.replace(', site_url: "https://account.contoso.example/"', "")
    ((line, what, remedy),) = mistakes_in(without + GOOD)
    assert line == 4 and "sends people back" in what and "organisation.site_url" in remedy


def test_a_domain_without_passwords_needs_a_provider(mistakes_in):
    off = HEAD.replace("{contoso.example: {}}", "{contoso.example: {sign_in: provider}}")
    ((line, what, remedy),) = mistakes_in(off)
    assert line == 2 and "nobody of `contoso.example` could sign in" in what and "sign_in.oidc" in remedy
    assert mistakes_in(off + GOOD) == []


def test_a_provider_that_signs_nobody_in_is_a_mistake_p26(mistakes_in):
    """Its button would lead everybody to a refusal."""
    none = HEAD.replace("{contoso.example: {}}", "{contoso.example: {sign_in: password}}")
    ((line, what, remedy),) = mistakes_in(none + GOOD)
    assert line == 4 and "signs nobody in" in what and "sign_in: password" in remedy


def test_no_password_of_entra_is_taken_here_whatever_the_settings_say():
    """Nobody here can judge one (directories.md): sign-in is the provider's alone."""
    assert not Domain("entra").signs_in_with_password and not Domain("elsewhere").signs_in_with_password
    assert (
        Domain("dynamodb").signs_in_with_password and not Domain("dynamodb", sign_in="provider").signs_in_with_password
    )


def settings(**changes):
    return Oidc("https://login.contoso.example", "regain", **changes)


def refused(problem, judge):
    with pytest.raises(Refused) as caught:
        judge()
    assert caught.value.problem is problem
    return caught.value.reason


@pytest.mark.parametrize("claims", [{}, {"preferred_username": ""}, {"preferred_username": ["maria"]}])
def test_somebody_without_the_claim_is_nobody_here(claims):
    assert refused(NO_ACCOUNT_FOR_SIGN_IN, lambda: provider.user_id(claims, settings())) == "claim missing"


def test_an_address_counts_only_if_the_provider_has_verified_it():
    by_mail, maria = settings(claims=Claims("email")), {"email": "maria@contoso.example"}
    assert "not verified" in refused(NO_ACCOUNT_FOR_SIGN_IN, lambda: provider.user_id(maria, by_mail))
    assert "not verified" in refused(
        NO_ACCOUNT_FOR_SIGN_IN, lambda: provider.user_id({**maria, "email_verified": False}, by_mail)
    )
    assert provider.user_id({**maria, "email_verified": True}, by_mail) == "maria@contoso.example"


def test_google_signs_in_everybody_so_the_domain_must_be_the_persons_own():
    google = Oidc(GOOGLE, "regain")
    for claims in ({}, {"hd": "other.example"}):
        judge = lambda claims=claims: provider.check_tenant(claims, "maria@contoso.example", google)  # noqa: E731
        assert "tenant" in refused(SIGN_IN_NOT_TRUSTED, judge)
    provider.check_tenant({"hd": "Contoso.example"}, "maria@contoso.example", google)
    provider.check_tenant({}, "maria@contoso.example", settings())


def test_groups_give_the_highest_role_that_the_settings_name_and_none_else():
    with_roles = settings(claims=Claims(groups="groups"), roles={"helpdesk": "desk", "administrator": "admins"})
    assert provider.role({"groups": ["desk", "admins", 7]}, with_roles) == "administrator"
    assert provider.role({"groups": "desk"}, with_roles) == "helpdesk"
    assert provider.role({"groups": [f"g{n}" for n in range(500)] + ["desk"]}, with_roles) == "helpdesk"
    assert provider.role({"groups": ["administrator"]}, with_roles) == ""
    assert provider.role({"groups": {"admins": 1}}, with_roles) == ""
    assert provider.role({"groups": ["admins"]}, settings()) == ""
    assert provider.groups({"groups": ["desk", "desk", "", 7, "x" * 200]}, with_roles) == ("desk",)
    assert len(provider.groups({"groups": [f"g{n}" for n in range(500)]}, with_roles)) == 100


@pytest.mark.parametrize(
    ("claims", "at"),
    [
        ({"amr": ["pwd", "mfa"], "auth_time": NOW - 100}, NOW - 100),
        ({"acr": "urn:two", "auth_time": NOW + 30}, NOW),
        ({"amr": ["pwd"], "auth_time": NOW}, 0),
        ({"amr": ["mfa"]}, 0),
        ({"amr": ["mfa"], "auth_time": "now"}, 0),
        ({"amr": ["mfa"], "auth_time": True}, 0),
        ({"amr": ["mfa"], "auth_time": NOW - 700}, 0),
        ({"amr": ["mfa"], "auth_time": NOW + 700}, 0),
        ({"acr": ["urn:two"], "auth_time": NOW}, 0),
    ],
)
def test_a_second_factor_counts_if_it_is_attested_and_fresh(claims, at):
    factor = settings(second_factor=SecondFactor(("urn:two",), ("mfa",), 600))
    assert provider.second_factor_at(claims, factor, NOW) == at
    assert provider.second_factor_at(claims, settings(), NOW) == 0

"""User IDs: one account at most, whatever form is typed (S13, S33, S64, S65)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regain.domain.policy import Domain, Recovery
from regain.domain.user_id import check_domain, normalise
from regain.problems import CONTACT_YOUR_ADMINISTRATOR, INVALID_USER_ID, NOT_ENABLED, UNKNOWN_DOMAIN, Refused

DOMAINS = {
    "contoso.example": Domain(),
    "lab.contoso.example": Domain(reset="off"),
    "partners.contoso.example": Domain(directory="elsewhere", help_url="https://help.example/"),
}


@pytest.mark.parametrize(
    "typed",
    [
        "maria.silva@contoso.example", "maria.silva", "  Maria.Silva@CONTOSO.example\t", "ｍａｒｉａ.silva@contoso.example",
        "maria.silva＠contoso.example",
    ],
    ids=["address", "user name", "case and spaces", "full-width letters", "full-width at"],
)  # fmt: skip
def test_every_form_of_one_user_id_is_one_account_s33(typed):
    assert normalise(typed, "contoso.example") == "maria.silva@contoso.example"


def test_forms_of_unicode_are_one_account_s33():
    assert normalise("jose\u0301@contoso.example", "x.example") == normalise("jos\u00e9@contoso.example", "x.example")


@pytest.mark.parametrize("other", ["mar\u0131a.silva", "m\u0430ria.silva", "maria.silva+x", "mariasilva"])
def test_look_alikes_and_sub_addresses_are_other_accounts(other):
    assert normalise(other, "contoso.example") != "maria.silva@contoso.example"


@pytest.mark.parametrize(
    "typed",
    [
        "", "   ", "@contoso.example", "maria@", "a@b@contoso.example", "a@contoso.example,b@contoso.example",
        "maria silva@contoso.example", "maria\r\nBcc: x@y.example", "maria\x00@contoso.example", "maria\u202e@contoso.example",
        "<maria@contoso.example>", '"maria"@contoso.example', "maria@contoso", "maria@-.example", "x" * 10_000,
    ],
)  # fmt: skip
def test_what_is_no_user_id_is_refused_and_says_so(typed):
    with pytest.raises(Refused) as refused:
        normalise(typed, "contoso.example")
    assert refused.value.problem is INVALID_USER_ID


@pytest.mark.parametrize(("name", "domain", "fits"), [(64, 15, True), (65, 15, False), (64, 48, True), (10, 49, False)])
def test_bounds_are_64_before_and_48_after_the_at_s33(name, domain, fits):
    typed = "n" * name + "@" + "d" * (domain - 8) + ".example"
    if fits:
        assert normalise(typed, "contoso.example") == typed
    else:
        with pytest.raises(Refused):
            normalise(typed, "contoso.example")


@given(st.text(max_size=200))
def test_a_user_id_is_refused_or_stable(typed):
    try:
        once = normalise(typed, "contoso.example")
    except Refused:
        return
    assert normalise(once, "other.example") == once
    assert len(once) <= 113
    assert not any(letter in once for letter in ' ,;\r\n\x00<>"')


@pytest.mark.parametrize(
    ("user_id", "recovery", "problem"),
    [
        ("a@mail.example", Recovery(), UNKNOWN_DOMAIN),
        ("a@partners.contoso.example", Recovery(), CONTACT_YOUR_ADMINISTRATOR),
        ("a@lab.contoso.example", Recovery(), NOT_ENABLED),
        ("a@contoso.example", Recovery(enabled_for="none"), NOT_ENABLED),
    ],
    ids=["another organisation's (S13)", "kept elsewhere (S64)", "turned off (S65)", "off for everybody (S36)"],
)
def test_what_the_domain_decides_is_said_openly(user_id, recovery, problem):
    with pytest.raises(Refused) as refused:
        check_domain(user_id, DOMAINS, recovery)
    assert refused.value.problem is problem


def test_our_own_domain_is_admitted_s14():
    check_domain("a@contoso.example", DOMAINS, Recovery())

"""User IDs: one account at most, whatever form is typed (S13, S33, S64, S65)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regain.domain import user_id
from regain.domain.policy import Domain, Recovery
from regain.domain.user_id import check_domain
from regain.problems import (
    CONTACT_YOUR_ADMINISTRATOR,
    DOMAIN_NEEDED,
    INVALID_USER_ID,
    NOT_ENABLED,
    UNKNOWN_DOMAIN,
    Refused,
)

DOMAINS = {
    "contoso.example": Domain(),
    "lab.contoso.example": Domain(reset="off"),
    "partners.contoso.example": Domain(directory="elsewhere", help_url="https://help.example/"),
}


def normalise(typed, *domains):
    return user_id.normalise(typed, domains)


@pytest.mark.parametrize(
    "typed",
    [
        "maria.silva@contoso.example", "maria.silva", "  Maria.Silva@CONTOSO.example\t", "ｍａｒｉａ.silva@contoso.example",
        "maria.silva＠contoso.example", "mailto:maria.silva@contoso.example", "maria.silva@contoso.example.",
        "maria.silva@contoso.example, ", "\u200bmaria.silva@contoso.example\u200f", "\u2068maria.silva\u2069",
        "CONTOSO\\maria.silva", "contoso.example\\Maria.Silva", "FABRIKAM\\maria.silva@contoso.example",
        "maria.silva@contoso。example", "Silva, Maria <maria.silva@contoso.example>;", "\u201cmaria.silva@contoso.example\u201d",
    ],
    ids=["address", "user name", "case and spaces", "full-width letters", "full-width at", "a link", "end of a sentence",
         "a list's comma", "invisible marks", "bidi isolates", "Windows domain", "its long name", "both", "ideographic stop",
         "as in a mail", "in quotation marks"],
)  # fmt: skip
def test_every_form_of_one_user_id_is_one_account_s33(typed):
    assert normalise(typed, "contoso.example") == "maria.silva@contoso.example"


@pytest.mark.parametrize("typed", ["İBRAHİM", "I\u0307brahim", "i\u0307brahim", "IBRAHIM", "ibrahim"])
def test_a_name_in_each_of_its_capital_forms_is_one_account_f6(typed):
    assert normalise(typed, "contoso.example") == "ibrahim@contoso.example"


def test_forms_of_unicode_are_one_account_s33():
    assert normalise("jose\u0301@contoso.example", "x.example") == normalise("jos\u00e9@contoso.example", "x.example")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("o\u2019brien7@contoso.example", "o'brien7@contoso.example"),
        ("user\u0663\u0669@contoso.example", "user39@contoso.example"),
        ("\u039d\u0399\u039a\u039f\u03a3@contoso.example", "\u03bd\u03b9\u03ba\u03bf\u03c3@contoso.example"),
        ("maria@M\u00dcLLER.example", "maria@xn--mller-kva.example"),
        ("maria@xn--mller-kva.example", "maria@xn--mller-kva.example"),
        ("maria@mu\u0308ller.example", "maria@xn--mller-kva.example"),
    ],
    ids=["smart apostrophe", "Arabic digits", "final sigma", "Unicode domain", "punycode", "decomposed"],
)
def test_what_keyboards_and_clipboards_make_of_a_user_id_is_read_p20_f5(typed, read):
    assert normalise(typed, "contoso.example") == read


def test_a_name_alone_is_never_given_a_domain_that_nobody_said_p10():
    with pytest.raises(Refused) as refused:
        normalise("Anna", "staff.example", "students.example")
    assert refused.value.problem is DOMAIN_NEEDED
    assert refused.value.facts == {"domains": ["staff.example", "students.example"]}
    assert normalise("STUDENTS\\Anna", "staff.example", "students.example") == "anna@students.example"
    assert user_id.normalise("anna", ("staff.example", "students.example"), "staff.example") == "anna@staff.example"


def test_a_malformed_name_is_said_before_its_domain_is_asked_for_p10():
    for typed in ("", "anna silva", "a\\b\\c", "x" * 65):
        with pytest.raises(Refused) as refused:
            normalise(typed, "staff.example", "students.example")
        assert refused.value.problem is INVALID_USER_ID


@pytest.mark.parametrize(
    "other", ["mar\u0131a.silva", "m\u0430ria.silva", "maria.silva+x", "mariasilva", "mari\u00e4.silva"]
)
def test_look_alikes_and_sub_addresses_are_other_accounts(other):
    assert normalise(other, "contoso.example") != "maria.silva@contoso.example"


@pytest.mark.parametrize(
    "typed",
    [
        "", "   ", "@contoso.example", "maria@", "a@b@contoso.example", "a@contoso.example,b@contoso.example",
        "maria silva@contoso.example", "maria\r\nBcc: x@y.example", "maria\x00@contoso.example", "mar\u202eia@contoso.example", "mar\u200bia@contoso.example",
        "x\r\n<maria@contoso.example>", "<maria@contoso.example>,b@contoso.example", '"maria"@contoso.example', "maria@contoso", "maria@-.example", "x" * 10_000,
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


def test_sharp_s_and_dotless_i_are_letters_of_their_own():
    assert (
        len({normalise(typed, "contoso.example") for typed in ("stra\u00dfe", "STRA\u1e9eE", "strasse", "\u0131", "i")})
        == 4
    )


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


@pytest.mark.parametrize(
    ("given", "exact"),
    [
        ("Maria@Contoso.example", True),
        ("MARIA", True),
        ("maria@x.example", False),
        ("ｍaria", False),
        ("maria ", False),
    ],
)
def test_what_a_program_writes_is_a_user_id_to_the_letter_but_for_capitals(given, exact):
    assert user_id.is_exact(given, "maria@contoso.example") is exact


def test_letters_of_every_alphabet_have_capitals_and_a_domain_may_be_written_in_them():
    assert user_id.is_exact("Núñez@BÜCHER.example".replace("BÜCHER", "bücher"), "núñez@xn--bcher-kva.example")
    assert not user_id.is_exact("\u212aarl@contoso.example", "karl@contoso.example"), "the sign of a kelvin"

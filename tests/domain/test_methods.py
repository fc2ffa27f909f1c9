"""Methods: which an account has, in which order they can be used, and what is shown of them (S40-S50, B11, B12)."""

import pytest

from regain.domain.account import Account, methods, required_gates, self_service_enabled
from regain.domain.methods import Method, can_pass, mask, matches_contact, remaining
from regain.domain.policy import Recovery
from regain.domain.security_info import SecurityInfo

KINDS = ("email", "sms", "call-mobile", "call-office")
DOMAINS = {"contoso.example": None}
MARIA = Account(
    "maria@contoso.example", mail="maria@contoso.example", other_mails=("maria@home.example", "m@mail.example"),
    mobile_phone="+447700900123", office_phone="+442079460101",
)  # fmt: skip
EMAIL, SMS, MOBILE, OFFICE = (
    Method("email", "email", "maria@home.example"), Method("sms", "sms", "+447700900123"),
    Method("call-mobile", "call-mobile", "+447700900123"), Method("call-office", "call-office", "+442079460101"),
)  # fmt: skip


def registered(account, kinds=KINDS, info=SecurityInfo()):
    return methods(account, info, Recovery(methods=kinds), DOMAINS)


def test_only_methods_that_are_offered_and_registered_count_s40():
    assert [m.id for m in registered(MARIA)] == ["email", "email-2", "sms", "call-mobile", "call-office"]
    assert [m.id for m in registered(MARIA, ("sms",))] == ["sms"]
    assert registered(Account("dana@contoso.example")) == ()


def test_the_mailbox_that_the_password_opens_is_no_method_s42_s74():
    own = Account("a@contoso.example", mail="a@contoso.example")
    outside = Account("a@contoso.example", mail="a@home.example")
    assert registered(own) == ()
    assert [m.destination for m in registered(outside)] == ["a@home.example"]


def test_the_second_proof_is_of_another_channel_and_another_destination_b11_s49():
    every = (EMAIL, SMS, MOBILE, OFFICE)
    assert remaining(every, [SMS]) == (EMAIL, OFFICE)
    assert remaining(every, [MOBILE]) == (EMAIL,)
    assert remaining(every, [EMAIL]) == (SMS, MOBILE, OFFICE)
    assert remaining(every, [EMAIL, SMS]) == (OFFICE,)


@pytest.mark.parametrize(
    ("own", "needed", "result"),
    [
        ((), 1, False),
        ((EMAIL,), 1, True),
        ((EMAIL,), 2, False),
        ((SMS, MOBILE), 2, False),
        ((EMAIL, SMS), 2, True),
        ((MOBILE, OFFICE), 2, False),
    ],
)
def test_an_account_has_enough_methods_if_some_order_passes_the_gates(own, needed, result):
    assert can_pass(own, needed) == result


@pytest.mark.parametrize(
    ("method", "shown"),
    [
        (EMAIL, "m•••a@h•••.example"),
        (Method("email", "email", "sam@home.example"), "s•••@h•••.example"),
        (SMS, "••••••23"),
        (OFFICE, "••••••01"),
    ],
)
def test_a_destination_is_masked_s42(method, shown):
    assert mask(method) == shown
    assert method.destination not in mask(method)


@pytest.mark.parametrize(
    ("method", "typed", "right"),
    [
        (SMS, "+44 7700 900123", True), (SMS, "0044 7700 900-123", True), (SMS, "+44 7700 900124", False), (SMS, "", False),
        (SMS, "٤٤٧٧٠٠٩٠٠١٢٣", True), (EMAIL, " Maria@Home.Example ", True), (EMAIL, "maria@home.exampl", False),
    ],
)  # fmt: skip
def test_the_whole_contact_is_compared_as_people_type_it_s43(method, typed, right):
    assert matches_contact(method, typed) == right


@pytest.mark.parametrize("role", ["administrator", "user-administrator", "helpdesk", "auditor"])
def test_whoever_has_a_role_needs_two_proofs_s15_b12(role):
    assert required_gates(Account("a@contoso.example", role=role), Recovery(gates=1)) == 2
    assert required_gates(Account("a@contoso.example"), Recovery(gates=1)) == 1
    assert required_gates(None, Recovery(gates=2)) == 2


def test_self_service_can_be_turned_on_for_groups_s14():
    staff = Account("a@contoso.example", groups=("staff",))
    assert self_service_enabled(staff, Recovery())
    assert self_service_enabled(staff, Recovery(enabled_for=("staff", "it")))
    assert not self_service_enabled(staff, Recovery(enabled_for=("it",)))
    assert not self_service_enabled(staff, Recovery(enabled_for="none"))

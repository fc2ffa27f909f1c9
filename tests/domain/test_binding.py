"""Binding asks for a proof as strong as what it opens (B27, X1), and repudiation leaves an intruder nothing (B29, X11)."""

from dataclasses import replace

import pytest

from regain.domain import binding
from regain.domain.account import Account
from regain.domain.binding import ENTERED, Holder, agreement
from regain.domain.policy import Limits, Recovery
from regain.domain.security_info import (
    Answer,
    Authenticator,
    Contact,
    Passkey,
    RecoveryCode,
    RegistrationCode,
    SecurityInfo,
)
from regain.domain.session import Session
from regain.problems import (
    METHOD_STILL_NEEDED,
    PROVE_IT_IS_YOU,
    REGISTRATION_CODE_NEEDED,
    SIGN_IN_AGAIN,
    Refused,
)

NOW, DAY = 1_800_000_000, 86_400
ALL = Recovery(methods=("email", "sms", "call-mobile", "call-office", "authenticator", "recovery-code", "passkey"))
TWO = replace(ALL, gates=2)
LIMITS = Limits()
APP = Authenticator("n", NOW - 30 * DAY, 1)
PRIVATE = Contact("c1", "email", "me@home.example", NOW - 30 * DAY)
MOBILE = Contact("c2", "mobile", "+447700900123", NOW - 30 * DAY)
CODE = RegistrationCode(RecoveryCode("d", NOW), NOW + DAY)
NOBODY = Account("a@contoso.example")
ADMINISTRATOR = replace(NOBODY, role="administrator")


def holder(account=NOBODY, recovery=ALL, now=NOW, **info):
    return Holder(account, SecurityInfo(**info), recovery, {"contoso.example": None}, now)


def session(at=NOW, **more):
    return Session("s", "a@contoso.example", 0, at, at, **more)


def refused(call, *arguments):
    with pytest.raises(Refused) as caught:
        call(*arguments)
    return caught.value.problem


@pytest.mark.parametrize("account", [NOBODY, ADMINISTRATOR])
@pytest.mark.parametrize("recovery", [ALL, TWO])
@pytest.mark.parametrize("method", [{"authenticator": APP}, {"contacts": (PRIVATE,)}, {"recovery_code": CODE.code}])
def test_a_password_alone_binds_nothing_where_a_method_is_there_x1(account, recovery, method):
    held = holder(account, recovery, **method)
    assert refused(held.check_may_bind, session(), LIMITS) is PROVE_IT_IS_YOU
    assert refused(held.check_may_bind, session(began="temporary-password"), LIMITS) is PROVE_IT_IS_YOU
    held.check_may_bind(session(stepped_up_at=NOW), LIMITS)
    held.check_may_bind(session(proved_at=NOW), LIMITS)


def test_what_it_entered_counts_as_a_method_that_is_there():
    entered = replace(NOBODY, mobile_phone="+447700900123")
    assert refused(holder(entered).check_may_bind, session(), LIMITS) is PROVE_IT_IS_YOU
    assert refused(holder(replace(NOBODY, other_mails=("me@home.example",))).check_may_bind, session(), LIMITS)


def test_where_there_is_none_the_password_binds_with_one_gate_and_no_role():
    holder().check_may_bind(session(), LIMITS)
    assert refused(holder(recovery=TWO).check_may_bind, session(), LIMITS) is REGISTRATION_CODE_NEEDED
    assert refused(holder(ADMINISTRATOR).check_may_bind, session(), LIMITS) is REGISTRATION_CODE_NEEDED
    for account, recovery in ((NOBODY, ALL), (NOBODY, TWO), (ADMINISTRATOR, ALL)):
        holder(account, recovery).check_may_bind(session(began="temporary-password"), LIMITS)
        late = session(NOW - 15 * 60, began="temporary-password")
        assert refused(holder(account, recovery).check_may_bind, late, LIMITS) is SIGN_IN_AGAIN


def test_a_step_up_lasts_fifteen_minutes():
    held = holder(authenticator=APP)
    held.check_may_bind(session(stepped_up_at=NOW - 899), LIMITS)
    assert refused(held.check_may_bind, session(stepped_up_at=NOW - 900), LIMITS) is PROVE_IT_IS_YOU


def test_a_registration_code_is_a_proof_for_a_day():
    assert binding.REGISTRATION_CODE in holder(ADMINISTRATOR, registration_code=CODE).proofs()
    assert refused(holder(ADMINISTRATOR, registration_code=CODE).check_may_bind, session(), LIMITS) is PROVE_IT_IS_YOU
    assert holder(ADMINISTRATOR, now=CODE.until, registration_code=CODE).proofs() == ()


def test_questions_are_no_proof_before_binding():
    held = holder(recovery=replace(TWO, methods=("questions", "email")), answers=(Answer("q01", "h", NOW),))
    assert held.proofs() == ()


class TestSecondFactor:
    def test_for_a_role_a_method_counts_a_day_after_it_was_confirmed_b12(self):
        made = replace(APP, since=NOW)
        assert holder(ADMINISTRATOR, authenticator=made).second_factors() == ()
        assert holder(ADMINISTRATOR, now=NOW + DAY - 1, authenticator=made).second_factors() == ()
        assert [m.kind for m in holder(ADMINISTRATOR, now=NOW + DAY, authenticator=made).second_factors()] == [
            "authenticator"
        ]

    def test_for_a_role_a_method_counts_a_day_after_the_role_was_granted(self):
        granted = replace(ADMINISTRATOR, role_since=NOW)
        assert holder(granted, authenticator=APP).second_factors() == ()
        assert holder(granted, now=NOW + DAY, authenticator=APP).second_factors()

    def test_it_counts_at_once_when_somebody_agrees(self):
        made, granted = replace(APP, since=NOW), replace(ADMINISTRATOR, role_since=NOW)
        assert holder(granted, authenticator=made, agreed=("authenticator",)).second_factors()
        phone = replace(granted, mobile_phone="+447700900123", security_info_at=NOW)
        entered = (agreement(ENTERED, NOW),)
        assert {m.kind for m in holder(phone, agreed=entered).second_factors()} == {"sms", "call-mobile"}

    def test_what_it_was_agreed_to_is_not_what_was_entered_afterwards_b12(self):
        """A number that a source of people sends after an administrator has looked waits for its own day, or agreement."""
        phone = replace(ADMINISTRATOR, mobile_phone="+447700900123", security_info_at=NOW)
        agreed = (agreement(ENTERED, NOW),)
        assert holder(phone, agreed=agreed).second_factors()
        other = replace(phone, mobile_phone="+447700900666", security_info_at=NOW + 1)
        assert holder(other, now=NOW + 1, agreed=agreed).second_factors() == ()

    def test_a_place_that_came_with_the_account_counts_and_one_entered_later_a_day_after(self):
        first = replace(ADMINISTRATOR, mobile_phone="+447700900123", security_info_at=NOW, created_at=NOW)
        assert holder(first).second_factors()
        later = replace(first, created_at=NOW - 30 * DAY)
        assert holder(later).second_factors() == ()
        assert holder(later, now=NOW + DAY).second_factors()

    def test_a_mailbox_and_the_office_phone_never_do(self):
        held = replace(ADMINISTRATOR, office_phone="+442079460000", other_mails=("me@home.example",))
        assert holder(held, now=NOW + 99 * DAY, agreed=(ENTERED,)).second_factors() == ()

    def test_a_new_passkey_does_not_hide_behind_an_old_one(self):
        old, new = (Passkey(name, name, "", 0, name, since) for name, since in (("old", NOW - 2 * DAY), ("new", NOW)))
        counting = holder(ADMINISTRATOR, passkeys=(old, new)).counting()
        assert [each.id for each in counting.passkeys] == ["old"]

    def test_the_old_authenticator_counts_until_the_new_one_does(self):
        before = holder(ADMINISTRATOR, authenticator=APP)
        made = replace(before.info, authenticator=Authenticator("new", NOW, 1))
        after = replace(before, info=binding.with_authenticator(before, made))
        assert after.counting().authenticator == APP
        assert replace(after, now=NOW + DAY).counting().authenticator.nonce == "new"
        again = replace(after.info, authenticator=Authenticator("newer", NOW, 1))
        assert binding.with_authenticator(after, again).replaced == APP

    def test_with_a_second_factor_a_mailbox_binds_nothing(self):
        held = holder(ADMINISTRATOR, authenticator=APP, contacts=(PRIVATE,))
        assert [method.kind for method in held.proofs()] == ["authenticator"]
        assert held.provable().contacts == (PRIVATE,)
        assert [m.kind for m in holder(ADMINISTRATOR, contacts=(PRIVATE,)).proofs()] == ["email"]


def test_what_a_proof_uses_up_is_taken_over_into_the_whole():
    whole = SecurityInfo(
        authenticator=Authenticator("new", NOW, 1), replaced=APP, contacts=(PRIVATE,), recovery_code=CODE.code,
        passkeys=(Passkey("a", "a", "", 1, "a", 1), Passkey("b", "b", "", 1, "b", NOW)),
    )  # fmt: skip
    part = replace(whole, authenticator=replace(APP, last_step=9), passkeys=(Passkey("a", "a", "", 7, "a", 1),),
                   contacts=(), recovery_code=None)  # fmt: skip
    kept = binding.restored(whole, part)
    assert (kept.authenticator, kept.replaced.last_step, kept.recovery_code) == (whole.authenticator, 9, None)
    assert [each.sign_count for each in kept.passkeys] == [7, 1]
    assert kept.contacts == (PRIVATE,)


def test_what_the_gates_need_is_replaced_not_removed():
    one = holder(contacts=(PRIVATE,))
    assert refused(one.check_may_remove, one.info.without("c1")) is METHOD_STILL_NEEDED
    two = holder(contacts=(PRIVATE, MOBILE), recovery=TWO)
    assert refused(two.check_may_remove, two.info.without("c2")) is METHOD_STILL_NEEDED
    three = holder(contacts=(PRIVATE, MOBILE), authenticator=APP, recovery=TWO)
    three.check_may_remove(three.info.without("c2"))
    held = holder(ADMINISTRATOR, contacts=(PRIVATE,), authenticator=APP, recovery_code=CODE.code)
    assert refused(held.check_may_remove, held.info.without("authenticator")) is METHOD_STILL_NEEDED
    holder(recovery=TWO, contacts=(PRIVATE,)).check_may_remove(SecurityInfo())  # it was not enough before either


def test_a_temporary_password_works_with_a_method_of_the_account_x15():
    temporary = replace(NOBODY, temporary_until=NOW + DAY)
    held = holder(temporary, authenticator=APP)
    assert refused(held.check_may_choose_password, session(), LIMITS) is PROVE_IT_IS_YOU
    held.check_may_choose_password(session(stepped_up_at=NOW), LIMITS)
    holder(temporary).check_may_choose_password(session(), LIMITS)
    holder(authenticator=APP).check_may_choose_password(session(), LIMITS)
    lost = binding.lost(held.info, NOW)
    replace(held, info=lost).check_may_choose_password(session(), LIMITS)


def test_methods_that_are_lost_prove_nothing_until_new_ones_are_there():
    account = replace(NOBODY, mobile_phone="+447700900123", security_info_at=NOW - DAY)
    lost = binding.lost(SecurityInfo(authenticator=APP, contacts=(PRIVATE,), recovery_code=CODE.code), NOW)
    held = Holder(account, lost, ALL, {"contoso.example": None}, NOW)
    assert held.methods == ()
    renewed = replace(held, account=replace(account, security_info_at=NOW + 1))
    assert {method.kind for method in renewed.methods} == {"sms", "call-mobile"}


class TestRepudiation:
    CHANGED = NOW - 2 * DAY
    OLD = SecurityInfo(
        contacts=(PRIVATE, Contact("c3", "email", "evil@evil.example", NOW - 8 * DAY)),
        authenticator=APP,
        passkeys=(Passkey("k", "k", "", 0, "Theirs", NOW),),
        recovery_code=RecoveryCode("d", NOW),
        registration_code=CODE,
        agreed=("authenticator",),
    )

    def test_what_was_registered_since_the_change_and_in_the_week_before_is_set_aside_b29(self):
        after = binding.repudiated(self.OLD, self.CHANGED)
        assert {(each.kind, each.place) for each in after.set_aside} == {
            ("email", "evil@evil.example"), ("passkey", "Theirs"), ("recovery-code", ""),
        }  # fmt: skip
        assert (after.contacts, after.authenticator, after.passkeys) == ((PRIVATE,), APP, ())
        assert (after.recovery_code, after.registration_code, after.agreed) == (None, None, ())

    def test_no_method_works_until_somebody_has_gone_through_them(self):
        account = replace(NOBODY, mobile_phone="+447700900123")
        after = binding.repudiated(self.OLD, self.CHANGED)
        held = Holder(account, after, ALL, {"contoso.example": None}, NOW)
        assert held.methods == ()
        kept = binding.reviewed(after, {"c1"}, NOW)
        assert [method.destination for method in replace(held, info=kept).methods] == ["me@home.example"]
        assert (kept.suspended, kept.set_aside, kept.authenticator) == (False, (), None)
        entered = binding.reviewed(after, {ENTERED, "authenticator"}, NOW)
        assert {m.kind for m in replace(held, info=entered).methods} == {"sms", "call-mobile", "authenticator"}

    def test_an_intruders_authenticator_gives_way_to_the_one_it_replaced(self):
        swapped = replace(self.OLD, authenticator=Authenticator("evil", NOW, 1), replaced=APP)
        after = binding.repudiated(swapped, self.CHANGED)
        assert after.authenticator == APP
        assert ("authenticator", "") in {(each.kind, each.place) for each in after.set_aside}

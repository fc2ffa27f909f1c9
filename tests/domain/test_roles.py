"""What roles may do, and over whom (S15, S16, B12, B13): every pair of roles, for every act."""

import itertools

import pytest

from regain.domain import roles
from regain.domain.account import ROLES, Account
from regain.problems import Refused

SOMEBODY = {role: Account(f"{role or 'person'}@contoso.example", role=role, groups=("staff",)) for role in ROLES}
OTHER = {role: Account(f"other-{role or 'person'}@contoso.example", role=role, groups=("lab",)) for role in ROLES}


def allowed(act, actor, account, scope="all"):
    try:
        roles.check_action(act, actor, account, scope)
    except Refused as refused:
        return refused.problem.code
    return "yes"


@pytest.mark.parametrize("act", roles.ACTIONS)
def test_nobody_acts_on_a_higher_or_equal_role_but_administrators_on_administrators_s16_b12(act):
    for actor, account in itertools.product(ROLES, ROLES):
        answer = allowed(act, SOMEBODY[actor], OTHER[account])
        if roles.RANK[actor] < roles.RANK[roles.ACTIONS[act]]:
            assert answer == "not-for-your-role"
        elif roles.RANK[actor] > roles.RANK[account] or actor == account == "administrator":
            assert answer == "yes"
        else:
            assert answer == "not-over-this-account"


@pytest.mark.parametrize("act", roles.ACTIONS)
@pytest.mark.parametrize("role", ROLES)
def test_nobody_acts_on_themself_b12(act, role):
    assert allowed(act, SOMEBODY[role], SOMEBODY[role]) != "yes"


def test_auditors_and_people_change_nothing():
    assert not any(roles.allowed_actions(SOMEBODY[role], OTHER[""], "all") for role in ("", "auditor"))


def test_with_same_groups_helpdesk_sees_and_helps_their_own_only():
    helpdesk, administrator = SOMEBODY["helpdesk"], SOMEBODY["administrator"]
    assert allowed("reset", helpdesk, OTHER[""], "same-groups") == "not-over-this-account"
    assert allowed("reset", helpdesk, SOMEBODY[""], "same-groups") == "yes"
    assert allowed("reset", administrator, OTHER[""], "same-groups") == "yes"
    with pytest.raises(Refused):
        roles.check_can_view(helpdesk, OTHER[""], "same-groups")
    roles.check_can_view(SOMEBODY["auditor"], OTHER[""], "same-groups")
    with pytest.raises(Refused):
        roles.check_can_view(SOMEBODY[""])


def test_a_second_factor_holds_for_a_while():
    roles.check_second_factor(1_000, 1_000 + 899, 15)
    with pytest.raises(Refused):
        roles.check_second_factor(1_000, 1_000 + 900, 15)
    with pytest.raises(Refused):
        roles.check_second_factor(0, 1_800_000_000, 15)


def test_helpdesk_lets_the_caller_prove_themselves_first_b13():
    assert roles.needs_caller_verification("reset", SOMEBODY["helpdesk"])
    assert not roles.needs_caller_verification("lift", SOMEBODY["helpdesk"])
    assert not roles.needs_caller_verification("reset", SOMEBODY["user-administrator"])

"""Each AWS call of a sign-in with the identity provider fails in turn: the person is signed in, or told that they are
not, and can sign in again. Answers of these routes are redirects, so they are judged here and not with the others.
"""

import pytest

from regain.api.contract.provider_operations import PROVIDER_CALLBACK, PROVIDER_LOGOUT, PROVIDER_START
from tests.functions.fault_injection import FaultInjector, points
from tests.functions.faults import FAULTS
from tests.functions.openid_stand_in import OIDC, SITE, StandIn, Visit

OPERATIONS = (PROVIDER_START, PROVIDER_CALLBACK, PROVIDER_LOGOUT)


@pytest.fixture
def visit(use, monkeypatch):
    return Visit(use(sign_in={"oidc": OIDC}, **SITE), StandIn(monkeypatch))


@pytest.mark.parametrize("turn", range(2))
def test_each_call_of_a_sign_in_fails_in_turn_and_the_person_can_sign_in_again_b34(visit, monkeypatch, turn):
    cloud, person = FaultInjector(monkeypatch), visit.world.person()
    visit.sign_in(person.user_id)

    def come_back(at=-1, fault=None):
        started = visit.start()
        visit.world.forget_keys()
        with cloud.injecting(at, fault):
            return visit.back(started)

    assert come_back().session
    calls = cloud.calls
    assert calls
    for at, fault in points(calls, FAULTS, turn):
        where = f"{calls[at].operation} {at}, {fault.name}"
        answer = come_back(at, fault)
        if answer.session:
            assert visit.world.request("GET", "/api/account", session=answer.session).status == 200, where
        else:
            assert not fault.heals, where
            assert answer.status == 303 and answer.headers["location"].startswith("/errors/"), (where, answer)
    assert come_back().session

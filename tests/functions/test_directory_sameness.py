"""People of a user pool and of a tenant cannot be told from nobody before a proof: the same answers, the same store
operations, the same questions to the directory, at whole steps of time (B1). Over HTTP and by the clock in `make abuse`.
"""

import time

import pytest

from regain.domain.entra import Entra
from regain.domain.policy import Domain
from tests.directories import states
from tests.directories.entra_world import EntraWorld
from tests.directories.worlds import CognitoWorld
from tests.functions.directory_stand_in import people
from tests.functions.test_directory_entra import FORM
from tests.functions.test_sameness import only, shape


class Recorded:
    """A directory, and what it was asked."""

    def __init__(self, directory):
        self.directory, self.calls = directory, []

    def __getattr__(self, name):
        found = getattr(self.directory, name)
        if not callable(found):
            return found

        def asked(*given, **more):
            self.calls.append(name)
            return found(*given, **more)

        return asked


@pytest.fixture(scope="module")
def pool(engine):
    made = CognitoWorld("students.example")
    yield made
    made.stop()


@pytest.fixture(scope="module")
def tenant():
    made = EntraWorld()
    made.directory = made.connect(assertion=lambda: made.tenant.aws.token(FORM, time.time()))
    yield made
    made.stop()


@pytest.mark.parametrize("kind", ["pool", "tenant"])
def test_nobody_can_tell_who_is_in_a_user_pool_or_a_tenant_before_a_proof_b1(kind, use, request, time_machine):
    time_machine.move_to(int(time.time()), tick=False)
    there = request.getfixturevalue(kind)
    name = "students.example" if kind == "pool" else "cloud.example"
    world = use(domains={"contoso.example": {}})
    world.services.organisation.domains[name] = Domain("cognito" if kind == "pool" else "entra", entra=Entra("t", "c"))
    recorded = Recorded(there.directory)
    with people(world, recorded, name) as domain:
        everybody = states.in_a_pool(there) if kind == "pool" else states.in_a_tenant(there.tenant, name)

        def told(step, questions):
            """What everybody is told, which is the same, after the same questions to the directory."""
            shapes = {}
            for state, user_id in everybody.items():
                recorded.calls.clear()
                shapes[state] = (*shape(step(state, user_id)), tuple(recorded.calls))
            found = only(shapes)
            assert found[-1] == questions
            return found[0]

        flows = {}

        def start(state, user_id):
            flows[state] = world.start(user_id)
            return flows[state]

        assert told(start, ("find",)) == 201
        for method in ("email", "sms", "call-mobile", "call-office"):
            assert told(lambda state, _, m=method: world.send(flows[state].body["flow"], m), ()) == 202
        for step in ("state", "extend"):
            path = f"/api/reset/{step}"
            assert told(lambda state, _, p=path: world.post(p, {"flow": flows[state].body["flow"]}), ()) == 200
        for _ in range(5):
            assert told(lambda state, _: world.verify(flows[state].body["flow"], "99999x"), ()) in (422, 429)
        assert told(lambda _, user_id: world.start(user_id, "unlock"), ()) == 403
        domain.waits.clear()
        wrong = [lambda _, user_id, n=number: world.sign_in(user_id, f"a wrong password {n}") for number in range(8)]
        if kind == "tenant":
            assert [told(each, ()) for each in wrong] == [403] * 8, "nobody signs in here, and nobody is asked about"
        else:
            budget = (("find", "verify"), ("find",))  # what is left of the pool's own limit is for known browsers
            assert [told(each, budget[n > 1]) for n, each in enumerate(wrong)] == [401] * 8
        assert len(domain.waits) == (8 * len(everybody) if kind == "pool" else 0)
        assert all(0 < wait <= 0.5 for wait in domain.waits), "until the next whole step"

"""How many store operations a request costs: counted from botocore, the same for everybody."""

import pytest

READ, WRITE = "BatchGetItem", "TransactWriteItems"


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_start_takes_three_and_send_and_verify_two(world, purpose, known):
    started = world.start(world.person().user_id if known else f"nobody{world.number}", purpose)
    assert started.operations == ("UpdateItem", READ, WRITE)
    assert world.send(started.body["flow"], purpose=purpose).operations == (READ, WRITE)
    assert world.verify(started.body["flow"], "99999x", purpose=purpose).operations == (READ, WRITE)


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_the_right_code_costs_two_and_finish_three(world, purpose):
    started = world.start(world.person().user_id, purpose).body
    world.send(started["flow"], purpose=purpose)
    assert world.verify(started["flow"], world.code(started["reference"]), purpose=purpose).operations == (READ, WRITE)
    if purpose == "reset":
        assert world.finish(started["flow"], "short").operations == (READ, "GetItem", WRITE)
    assert world.finish(started["flow"], purpose=purpose).operations == (READ, "GetItem", WRITE)


def test_sign_in_takes_two(world):
    person = world.person()
    assert world.sign_in(person.user_id).operations == (READ, WRITE)
    assert world.sign_in(person.user_id, "wrong").operations == (READ, WRITE)
    assert world.sign_in("nobody", "wrong").operations == (READ, WRITE)

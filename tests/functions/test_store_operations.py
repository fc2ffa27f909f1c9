"""How many store operations a request costs: counted from botocore, the same for everybody."""

import pyotp
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


def test_registering_removing_and_using_security_info_take_three_and_looking_at_it_two(world, person):
    begun = person.register("authenticator")
    assert begun.operations == (READ, "GetItem", WRITE)
    app = pyotp.TOTP(begun.body["secret"])
    confirmed = person.confirm(begun.body["id"], code=app.at(world.services.now - 30))
    assert confirmed.operations == (READ, "GetItem", WRITE)
    assert person.call("GET", "").operations == (READ, "GetItem")
    started = world.start(person.account.user_id).body["flow"]
    proved = world.verify(started, app.at(world.services.now), "authenticator")
    assert (proved.status, proved.operations) == (200, (READ, WRITE))
    (kept,) = person.view()["methods"]
    assert person.remove(kept["id"]).operations == (READ, "GetItem", WRITE)

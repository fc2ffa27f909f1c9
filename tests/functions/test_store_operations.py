"""How many store operations a request costs: counted from botocore, the same for everybody."""

import pyotp
import pytest

READ, WRITE = "BatchGetItem", "TransactWriteItems"


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_start_takes_four_send_three_and_verify_four(world, purpose, known):
    started = world.start(world.person().user_id if known else f"nobody{world.number}@contoso.example", purpose)
    assert started.operations == (READ, READ, WRITE, "UpdateItem")
    assert world.send(started.body["flow"], purpose=purpose).operations == (READ, READ, WRITE)
    verified = world.verify(started.body["flow"], "99999x", purpose=purpose)
    assert verified.operations == (READ, READ, "UpdateItem", WRITE)  # the guess budget is added to before it is judged


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_the_right_code_costs_four_and_finish_three(world, purpose):
    started = world.start(world.person().user_id, purpose).body
    world.send(started["flow"], purpose=purpose)
    verified = world.verify(started["flow"], world.code(started["reference"]), purpose=purpose)
    assert verified.operations == (READ, READ, "UpdateItem", WRITE)
    if purpose == "reset":
        assert world.finish(started["flow"], "short").operations == (READ, READ, WRITE)
    assert world.finish(started["flow"], purpose=purpose).operations == (READ, READ, WRITE)


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_state_takes_three_reads_and_extend_two_and_a_write(world, purpose, known):
    user_id = world.person().user_id if known else f"nobody{world.number}@contoso.example"
    body = {"flow": world.start(user_id, purpose).body["flow"]}
    assert world.post(f"/api/{purpose}/state", body).operations == (READ, READ, READ)
    assert world.post(f"/api/{purpose}/extend", body).operations == (READ, READ, WRITE)


def test_sign_in_takes_three_and_a_look_at_the_sessions_where_the_password_was_right(world):
    person = world.person()
    assert world.sign_in(person.user_id).operations == (READ, READ, "Query", WRITE)
    assert world.sign_in(person.user_id, "wrong").operations == (READ, READ, WRITE)
    assert world.sign_in("nobody@contoso.example", "wrong").operations == (READ, READ, WRITE)


def test_registering_removing_and_using_security_info_take_three_and_looking_at_it_two(world, person):
    begun = person.register("authenticator")
    assert begun.operations == (READ, "GetItem", WRITE)
    app = pyotp.TOTP(begun.body["secret"])
    confirmed = person.confirm(begun.body["id"], code=app.at(world.services.now - 30))
    assert confirmed.operations == (READ, "GetItem", WRITE)
    assert person.call("GET", "").operations == (READ, "GetItem")
    started = world.start(person.account.user_id).body["flow"]
    proved = world.verify(started, app.at(world.services.now), "authenticator")
    assert (proved.status, proved.operations) == (200, (READ, READ, "UpdateItem", WRITE))
    kept, _ = person.view()["methods"]
    assert person.remove(kept["id"]).operations == (READ, "GetItem", WRITE)

"""How many store operations a request costs: counted from botocore, the same for everybody."""

import pyotp
import pytest

from tests.codes import earlier_code

READ, WRITE = "BatchGetItem", "TransactWriteItems"


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_start_takes_four_send_two_and_verify_three(world, purpose, known):
    started = world.start(world.person().user_id if known else f"nobody{world.number}@contoso.example", purpose)
    assert started.operations == (READ, READ, WRITE, "UpdateItem")
    assert world.send(started.body["flow"], purpose=purpose).operations == (READ, WRITE)
    verified = world.verify(started.body["flow"], "99999x", purpose=purpose)
    assert verified.operations == (READ, "UpdateItem", WRITE)  # the guess budget is added to before it is judged


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_the_right_code_costs_three_and_finish_two(world, purpose):
    started = world.start(world.person().user_id, purpose).body
    world.send(started["flow"], purpose=purpose)
    verified = world.verify(started["flow"], world.code(started["reference"]), purpose=purpose)
    assert verified.operations == (READ, "UpdateItem", WRITE)
    if purpose == "reset":
        assert world.finish(started["flow"], "short").operations == (READ, WRITE)
    assert world.finish(started["flow"], purpose=purpose).operations == (READ, WRITE)


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_state_takes_two_reads_and_extend_one_and_a_write(world, purpose, known):
    user_id = world.person().user_id if known else f"nobody{world.number}@contoso.example"
    body = {"flow": world.start(user_id, purpose).body["flow"]}
    assert world.post(f"/api/{purpose}/state", body).operations == (READ, READ)
    assert world.post(f"/api/{purpose}/extend", body).operations == (READ, WRITE)


def test_a_known_browser_costs_no_more_and_one_that_was_known_by_a_ticket_one_read(world):
    person = world.person()
    browser = world.sign_in(person.user_id).browser
    begun = world.post("/api/reset/start", {"user_id": person.user_id, "proof": world.proof()}, browser=browser).body
    sending = {"flow": begun["flow"], "method": "email"}
    assert world.post("/api/reset/send", sending, browser=browser).operations == (READ, WRITE)
    assert world.post("/api/reset/send", {**sending, "method": "sms"}).operations == (READ, READ, WRITE)


def test_sign_in_takes_three_and_a_look_at_the_sessions_where_the_password_was_right(world):
    person = world.person()
    assert world.sign_in(person.user_id).operations == (READ, READ, "Query", WRITE)
    assert world.sign_in(person.user_id, "wrong").operations == (READ, READ, WRITE)
    assert world.sign_in("nobody@contoso.example", "wrong").operations == (READ, READ, WRITE)


def test_registering_and_removing_security_info_take_two_using_it_three_and_looking_at_it_one(world, person):
    begun = person.register("authenticator")
    assert begun.operations == (READ, WRITE)
    app = pyotp.TOTP(begun.body["secret"])
    confirmed = person.confirm(begun.body["id"], code=earlier_code(app))
    assert confirmed.operations == (READ, WRITE)
    assert person.call("GET", "").operations == (READ,)
    started = world.start(person.account.user_id).body["flow"]
    proved = world.verify(started, app.at(world.services.now), "authenticator")
    assert (proved.status, proved.operations) == (200, (READ, "UpdateItem", WRITE))
    kept, _ = person.view()["methods"]
    assert person.remove(kept["id"]).operations == (READ, WRITE)

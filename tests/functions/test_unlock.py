"""An unlock: sign-in works again with the password that the person knows (S28, S39, B4)."""


def lock(world, user_id):
    for number in range(10):
        world.sign_in(user_id, f"wrong-{number}")
    assert world.sign_in(user_id).code == "sign-in-locked"


def test_an_unlocked_account_signs_in_at_once_with_the_password_it_has_b4(world):
    person = world.person()
    lock(world, person.user_id)
    flow = world.proved(person.user_id, "unlock").body["flow"]
    assert world.finish(flow, purpose="unlock").body["done"] is True
    assert world.account(person.user_id).password == person.password
    assert world.sign_in(person.user_id).status == 200


def test_unlock_has_its_own_event_and_message_b4(world):
    person = world.person()
    started = world.proved(person.user_id, "unlock")
    world.finish(started.body["flow"], purpose="unlock")
    assert world.events(person.user_id)[-1]["kind"] == "account-unlocked"
    kinds = [message["kind"] for message in world.outbox(started.body["reference"])]
    assert sorted(kinds) == ["account-unlocked", "account-unlocked", "code"]


def test_unlock_is_harmless_where_nothing_is_locked_b4(world):
    person = world.person()
    flow = world.proved(person.user_id, "unlock").body["flow"]
    assert world.finish(flow, purpose="unlock").status == 200
    assert world.account(person.user_id) == person
    assert world.sign_in(person.user_id).status == 200


def test_unlock_never_asks_for_a_new_password_s39(world):
    flow = world.proved(world.person().user_id, "unlock").body["flow"]
    answer = world.post("/api/unlock/finish", {"flow": flow, "new_password": "violet-Anchor-27-plum"})
    assert answer.code == "request-not-read"


def test_a_flow_of_unlock_cannot_finish_a_reset(world):
    person = world.person()
    flow = world.proved(person.user_id, "unlock").body["flow"]
    assert world.finish(flow, purpose="reset").code == "session-ended"
    assert world.account(person.user_id).password == person.password


def test_an_account_that_is_turned_off_is_not_unlocked(world):
    person = world.person(enabled=False)
    started = world.start(person.user_id, "unlock").body
    world.send(started["flow"], purpose="unlock")
    assert (
        world.verify(started["flow"], world.code(started["reference"]), purpose="unlock").code == "account-turned-off"
    )

"""When the cloud fails: a problem that says to try again, and a state that is before or after."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from regain.adapters import store as stores


def failing(monkeypatch, client, action, error, times=99):
    """Makes a verb of the store's client fail some times, then work again."""
    real, left = getattr(client, action), [times]

    def call(**request):
        if left[0]:
            left[0] -= 1
            raise error
        return real(**request)

    monkeypatch.setattr(client, action, call)


THROTTLED = ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "x")
DOWN = EndpointConnectionError(endpoint_url="https://dynamodb.example")


@pytest.mark.parametrize("error", [THROTTLED, DOWN], ids=["throttled", "down"])
@pytest.mark.parametrize("action", ["batch_get_item", "transact_write_items", "get_item"])
def test_a_store_that_fails_is_a_problem_and_nothing_is_half_written(world, monkeypatch, action, error):
    person = world.person()
    flow = world.proved(person.user_id).body["flow"]
    before = world.events(person.user_id)
    with monkeypatch.context() as patch:
        failing(patch, world.services.store.client, action, error)
        answer = world.finish(flow)
    assert (answer.status, answer.code) == (503, "busy-try-again")
    assert answer.headers["retry-after"] == str(answer.body["retry_after"])
    assert world.account(person.user_id) == person
    assert world.events(person.user_id) == before
    assert world.finish(flow).status == 200


def conflict(client, codes):
    response = {
        "Error": {"Code": "TransactionCanceledException"},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    return client.exceptions.TransactionCanceledException(response, "TransactWriteItems")


def test_a_transaction_in_the_way_is_waited_for(world, monkeypatch):
    started = world.start(world.person().user_id).body
    client = world.services.store.client
    with monkeypatch.context() as patch:
        failing(patch, client, "transact_write_items", conflict(client, ["None", "TransactionConflict"]), times=2)
        assert world.send(started["flow"]).status == 202
    assert len(world.outbox(started["reference"])) == 1


def test_conflicts_without_end_are_a_problem_that_says_to_try_again(world, monkeypatch):
    monkeypatch.setattr(stores, "_wait", lambda attempt: None)
    started = world.start(world.person().user_id).body
    client = world.services.store.client
    with monkeypatch.context() as patch:
        failing(patch, client, "transact_write_items", conflict(client, ["ConditionalCheckFailed"]))
        assert world.send(started["flow"]).code == "busy-try-again"
    assert world.send(started["flow"]).status == 202


def test_another_cancellation_is_not_taken_for_a_conflict(world, monkeypatch):
    started = world.start(world.person().user_id).body
    client = world.services.store.client
    with monkeypatch.context() as patch:
        failing(patch, client, "transact_write_items", conflict(client, ["ThrottlingError"]))
        assert world.send(started["flow"]).code == "busy-try-again"


def test_unprocessed_keys_are_asked_for_again(world, monkeypatch):
    started = world.start(world.person().user_id).body
    client, asked = world.services.store.client, []
    real = client.batch_get_item

    def half(RequestItems):  # noqa: N803
        asked.append(RequestItems)
        if len(asked) == 1:
            return {"Responses": {}, "UnprocessedKeys": RequestItems}
        return real(RequestItems=RequestItems)

    monkeypatch.setattr(client, "batch_get_item", half)
    assert world.send(started["flow"]).status == 202
    assert len(asked) == 2


def test_keys_that_cannot_be_drawn_are_a_problem(world, monkeypatch):
    keys = world.services.keys
    monkeypatch.setattr(keys, "_derived", {})
    monkeypatch.setattr(keys, "_roots", {})
    monkeypatch.setattr(keys._client, "generate_mac", lambda **_: (_ for _ in ()).throw(DOWN))
    assert world.request("GET", "/api/challenge").code == "busy-try-again"

"""What is typed as a user ID is in clear nowhere but in the accounts: not even a password in the wrong field (X30)."""

import json

import pytest

from regain.adapters.store import unmarshal
from tests.functions.agent import Agent
from tests.functions.person import Person

TYPED = "hunter2!secret"


def stored(world, *tables):
    """Every item of some tables, as text."""
    store = world.services.store.client
    items = [unmarshal(item) for table in tables for item in store.scan(TableName=table, ConsistentRead=True)["Items"]]
    return json.dumps(items, default=str).lower()


def elsewhere(world):
    services = world.services
    return services.recoveries.table, services.sessions.table, services.outbox.table, services.rate_limits.table


def test_what_nobody_has_is_sealed_wherever_it_is_kept_x30(world):
    typed = f"{TYPED}{world.number}@contoso.example"
    started = world.start(typed).body
    world.send(started["flow"])
    world.sign_in(typed, "wrong")
    ask = {"user_id": typed, "proof": world.proof(), "reply_to": f"me{world.number}@home.example"}
    assert world.post("/api/contact/administrator", ask).status == 202
    assert typed not in stored(world, *elsewhere(world))


def test_no_table_but_those_of_accounts_pairs_a_person_with_their_records_x30(world):
    """Flows, sessions, links, temporary passwords and notices of a whole story: a join tells nothing."""
    boxes = (f"box{world.number}@mail.example", f"desk{world.number}@mail.example")  # messages name addresses
    person, agent = (made(world, mail=box) for made, box in zip((Person, Agent), boxes, strict=True))
    agent.prove()
    user_id = person.account.user_id
    agent.over(person.account, "reset", {"to": "email"})
    agent.over(person.account, "unlock")
    world.finish(world.proved(user_id).body["flow"])
    world.sign_in(user_id, "violet-Anchor-27-plum")
    kept = stored(world, *elsewhere(world))
    assert world.subject(user_id) in kept
    assert user_id not in kept
    assert agent.account.user_id not in kept


@pytest.mark.parametrize("other", ["x", "a-much-longer-name-than-most-people-have"])
def test_a_flow_weighs_the_same_whatever_was_typed_x30(world, other):
    sizes = set()
    for typed in (f"maria{world.number}", f"{other}{world.number}"):
        subject = world.subject(f"{typed}@contoso.example")
        world.start(f"{typed}@contoso.example")
        (flow,) = (
            item for item in world.services.store.query(world.services.recoveries.table, "subject", subject, limit=10)
            if item["record"].startswith("flow#")
        )  # fmt: skip
        sizes.add((len(flow["account_id"]), len(flow["user_id"])))
    assert len(sizes) == 1

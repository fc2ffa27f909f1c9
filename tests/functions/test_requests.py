"""The queue of requests for help (B35, H3): one a person, taken by one helper, closed in bulk; the mail goes on as before."""

import re
from urllib.parse import quote

import pytest

from regain.adapters.store import Conflict
from regain.api.contract import OPERATIONS
from regain.domain import help_requests
from regain.domain.help_requests import Ask, HelpRequest
from tests.functions.agent import Agent
from tests.functions.test_contact import ask, support


def queue(agent, state="new"):
    answer = agent.get("/requests", state=state)
    assert answer.status == 200
    return answer.body["requests"]


def of(agent, person, state="new"):
    return [each for each in queue(agent, state) if each["user_id"] == person.user_id]


def move(agent, request, state, note=""):
    return agent.do(f"/requests/{request['id']}", {"state": state, "note": note})


@pytest.fixture
def empty(world):
    """A queue without what other tests have asked."""
    services = world.services
    for state in help_requests.STATES:
        entries = services.store.query(services.counters.table, "part", f"requests#{state}", limit=1_000)
        for entry in entries:
            key = {"part": {"S": entry["part"]}, "id": {"S": entry["id"]}}
            services.store.client.delete_item(TableName=services.counters.table, Key=key)
    return world


def test_who_asks_twice_is_one_request_and_each_mail_goes_out_h3(empty):
    world, agent, person = empty, Agent(empty, role="helpdesk"), empty.person()
    for text in ("I cannot get in", "Is anybody there?"):
        answer = ask(world, person.user_id, message=text)
        assert answer.status == 202
        assert [m["kind"] for m in world.outbox(answer.body["reference"])] == ["administrator-contacted"]
    (found,) = of(agent, person)
    assert (found["times"], found["account_id"], found["name"]) == (2, person.id, person.display_name)
    assert [each["text"] for each in found["asks"]] == ["Is anybody there?", "I cannot get in"]
    assert found["asks"][0]["reference"] == answer.body["reference"]


def test_where_to_answer_is_masked_until_a_second_factor_was_given_x16(empty):
    agent = Agent(empty, role="helpdesk")
    person = empty.person()
    ask(empty, person.user_id, reply_to="pat.person@home.example")
    support(empty, email="sam.support@home.example", phone="+44 7700 900123")

    def seen():
        return sorted(each["asks"][0]["reply_to"] for each in queue(agent))

    assert seen() == ["p•••n@h•••.example", "••••••23, s•••t@h•••.example"]
    agent.prove()
    assert seen() == ["+447700900123, sam.support@home.example", "pat.person@home.example"]


def test_whatever_strangers_send_for_a_user_id_what_its_owner_wrote_stays_in_the_queue_x4():
    owner, request = (
        [Ask(at, reply_to=f"own{at}@home.example", known=at == 1) for at in (1, 2)],
        HelpRequest("s", "administrator", "a"),
    )
    for each in (*owner, *(Ask(at, reply_to="+15550100", passed=0) for at in range(3, 40))):
        request = request.asked(each)
    assert (request.times, len(request.asks)) == (39, 10)
    assert {*owner} < {*request.asks}
    for at in range(40, 80):
        request = request.asked(Ask(at, reply_to=f"{at}@evil.example"))
    assert owner[0] in request.asks
    assert request.asks[0].at == 79


def test_a_request_is_taken_done_and_put_back_with_who_when_and_a_note(empty):
    world, agent, person = empty, Agent(empty, role="helpdesk"), empty.person()
    reference = ask(world, person.user_id).body["reference"]
    (found,) = of(agent, person)
    taken = move(agent, found, "taken").body
    assert (taken["state"], taken["by"]) == ("taken", agent.account.user_id)
    assert taken["changed_at"]
    assert of(agent, person) == []
    assert move(agent, found, "done", "INC 4711").body["note"] == "INC 4711"
    assert of(agent, person, "done")[0]["by"] == agent.account.user_id
    noted = world.services.events.by_reference(reference)
    assert [(e["kind"], e.get("note")) for e in noted if e["kind"].startswith("request-")] == [
        ("request-taken", None), ("request-done", "INC 4711"),
    ]  # fmt: skip
    assert move(agent, found, "new").body["state"] == "new"  # undone
    assert move(agent, found, "done").status == 200
    ask(world, person.user_id)  # asks again: it begins anew
    assert of(agent, person)[0]["times"] == 2
    assert of(agent, person, "done") == []


def test_of_two_helpers_who_take_one_request_one_is_told_that_it_is_taken(empty):
    world, person = empty, empty.person()
    first, second = Agent(world, role="helpdesk"), Agent(world, role="helpdesk")
    ask(world, person.user_id)
    (found,) = of(first, person)
    services = world.services
    (seen,) = services.help_requests.get([found["id"]])
    assert move(first, found, "taken").status == 200
    late = seen.moved("taken", second.account.user_id, "", services.now)  # decided on what was read before
    with pytest.raises(Conflict):
        services.store.commit(services.help_requests.write(seen, late, services.now))
    assert move(second, found, "taken").code == move(second, found, "done").code == "request-taken"
    assert move(first, found, "new").status == move(second, found, "taken").status == 200


def test_spam_is_closed_in_bulk_and_what_others_have_is_left_alone(empty):
    world, people = empty, [empty.person() for _ in range(3)]
    agent, other = Agent(world, role="helpdesk"), Agent(world, role="helpdesk")
    for person in people:
        ask(world, person.user_id)
    ids = [of(agent, person)[0]["id"] for person in people]
    move(other, {"id": ids[0]}, "taken")
    answer = agent.do("/requests", {"ids": [*ids, "0" * 32], "state": "done", "note": "spam"})
    assert answer.body == {"changed": 2, "left": 2}
    assert [of(agent, person, "done") != [] for person in people] == [False, True, True]


def test_requests_are_seen_within_ones_groups_and_changed_by_helpdesk_only_b13(use):
    desks = {name: {"email": f"{name}@desk.example"} for name in ("administrator", "support")}
    world = use(administration={"scope": "same-groups"}, contacts=desks)
    helpdesk, auditor = Agent(world, role="helpdesk", groups=("lab",)), Agent(world, role="auditor")
    inside, outside = world.person(groups=("lab",)), world.person(groups=("staff",))
    nobody = f"nobody{world.number}@contoso.example"
    for user_id in (inside.user_id, outside.user_id, nobody):
        assert ask(world, user_id).status == 202
    assert support(world).status == 202
    assert {each["user_id"] for each in queue(helpdesk)} & {inside.user_id, outside.user_id, nobody} == {inside.user_id}
    seen = queue(auditor)
    assert {inside.user_id, outside.user_id, nobody} <= {each["user_id"] for each in seen}
    assert any(each["kind"] == "support" for each in seen)
    hidden = next(each for each in seen if each["user_id"] == outside.user_id)
    assert move(helpdesk, hidden, "taken").code == "no-such-request"
    assert move(auditor, hidden, "taken").code == "not-for-your-role"


def test_a_page_of_the_queue_has_the_same_reads_whatever_its_length(empty):
    world, agent = empty, Agent(empty)
    few = agent.get("/requests").operations
    requests = world.services.help_requests
    for number in range(45):
        new = HelpRequest(f"s{number}", "administrator", world.account_id(), "x@contoso.example")
        world.services.store.commit(requests.write(None, new.asked(Ask(number)), world.services.now))
    many = agent.get("/requests")
    assert len(many.body["requests"]) == 40
    assert len(many.operations) == len(few) + 1
    rest = agent.get("/requests", cursor=many.body["cursor"])
    assert (len(rest.body["requests"]), rest.body["cursor"]) == (5, "")


def test_what_is_longer_than_any_key_names_nothing_and_is_no_fault_a57(empty):
    agent = Agent(empty).proved()
    for operation in (each for each in OPERATIONS if "{" in each.path):
        path = re.sub(r"\{\w+\}", quote("é" * 1_500), operation.path)
        body = None if operation.method in ("GET", "DELETE") else "{}"
        assert empty.request(operation.method, path, body, session=agent.session).status < 500, path

"""Invitations at the desk (B35, H62): who may begin, see and stop one; what is refused; what is told of it (B12, B13)."""

# ruff: noqa: F811 - fixtures are imported

import pytest

from report.index import index_people
from tests.functions.agent import Agent
from tests.functions.test_invitations import counts, group, in_days, mails, minute, quiet, rounds  # noqa: F401


def begin(agent, name, days=10, **more):
    return agent.do("/invitations", {"group": name, "deadline": in_days(agent.world, days), **more})


def test_an_invitation_is_begun_shown_by_day_and_group_stopped_and_resumed_h62(quiet):
    world = quiet()
    agent = Agent(world, role="user-administrator").proved()
    name, (first, _) = group(world, 2)
    begun = begin(agent, name, note="INC 12").body
    assert (begun["state"], begun["whom"], begun["asked"], begun["by"]) == (
        "running", "group", 0, agent.account.user_id,
    )  # fmt: skip
    assert minute() == 2
    world.change(first, other_mails=("f@home.example",))
    index_people("id", [first.id])
    shown = agent.get(f"/invitations/{begun['id']}").body
    assert (shown["asked"], shown["registered"]) == (2, 1)
    assert shown["groups"] == [{"name": name, "asked": 2, "registered": 1}]
    assert shown["days"] == [{"name": "2027-01-15", "asked": 2, "registered": 1}]
    stopped = agent.do(f"/invitations/{begun['id']}", {"state": "stopped", "note": "wrong group"}).body
    assert (stopped["state"], stopped["note"], stopped["next_at"]) == ("stopped", "wrong group", 0)
    assert agent.do(f"/invitations/{begun['id']}", {"state": "stopped"}).body["note"] == "wrong group"
    assert agent.do(f"/invitations/{begun['id']}", {"state": "running"}).body["state"] == "running"
    told = {e["kind"]: e for e in world.events(agent.account.user_id) if e["kind"].startswith("invitation-")}
    assert set(told) == {"invitation-started", "invitation-stopped", "invitation-resumed"}
    started = told["invitation-started"]
    assert (started["what"], started["note"]) == (f"{begun['id']} {name}", "INC 12")
    (listed,) = [each for each in agent.get("/invitations").body["invitations"] if each["id"] == begun["id"]]
    assert (listed["asked"], listed["days"], listed["groups"]) == (2, [], [])


def test_whoever_was_asked_and_has_not_registered_is_found_by_that(quiet):
    world = quiet()
    agent = Agent(world).proved()
    name, (first, second) = group(world, 2)
    assert begin(agent, name).status == 200

    def found():
        body = agent.do("/people/search", {"state": "invited", "group": name}).body
        return {each["user_id"] for each in body["people"]}

    assert found() == set()
    minute()
    assert found() == {first.user_id, second.user_id}
    world.change(first, other_mails=("f@home.example",))
    index_people("id", [first.id])
    assert found() == {second.user_id}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"deadline": "2020-01-01"}, "deadline-not-possible"), ({"deadline": "soon"}, "deadline-not-possible"),
        ({"deadline": "2099-01-01"}, "deadline-not-possible"), ({"group": "no such group"}, "nobody-to-invite"),
        ({"reminders": [0]}, "request-not-read"), ({"link": "x"}, "request-not-read"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_and_says_why(quiet, body, code):
    world = quiet()
    agent = Agent(world).proved()
    name, _ = group(world, 1)
    answer = agent.do("/invitations", {"group": name, "deadline": in_days(world, 9), **body})
    assert answer.code == code
    assert agent.get("/invitations/none").code == "no-such-invitation"


def test_who_may_invite_and_see_invitations_b12_b13(quiet):
    world = quiet(administration={"scope": "same-groups"})
    name, _ = group(world, 1)
    own = Agent(world, role="user-administrator", groups=(name,)).proved()
    other = Agent(world, role="user-administrator", groups=("lab",)).proved()
    helpdesk, auditor = Agent(world, role="helpdesk", groups=(name,)).proved(), Agent(world, role="auditor")
    assert begin(other, name).code == begin(own, "").code == "not-over-this-account"
    assert begin(helpdesk, name).code == "not-for-your-role"
    begun = begin(own, name)
    assert begun.status == 200
    path = f"/invitations/{begun.body['id']}"
    assert other.get(path).code == "no-such-invitation"
    assert begun.body["id"] not in [each["id"] for each in other.get("/invitations").body["invitations"]]
    assert helpdesk.get(path).status == auditor.get(path).status == 200
    assert helpdesk.do(path, {"state": "stopped"}).code == "not-for-your-role"
    assert other.do(path, {"state": "stopped"}).code == "no-such-invitation"
    unproved = Agent(world, role="user-administrator", groups=(name,))
    assert unproved.do(path, {"state": "stopped"}).code == "second-factor-needed"
    assert own.do(path, {"state": "stopped"}).status == 200


def test_new_invitations_are_limited_to_twenty_a_day(quiet, monkeypatch):
    monkeypatch.setattr("admin.invitations._PER_DAY", 0)
    world = quiet()
    agent = Agent(world).proved()
    assert begin(agent, group(world, 1)[0]).code == "too-many-requests"


def test_a_page_of_invitations_has_a_cursor_and_the_same_reads_whatever_their_number(quiet, monkeypatch):
    monkeypatch.setattr("admin.invitations._PAGE_SIZE", 2)
    world = quiet()
    agent = Agent(world).proved()
    name, _ = group(world, 1)
    made = [begin(agent, name).body["id"] for _ in range(3)]
    first = agent.get("/invitations")
    assert len(first.body["invitations"]) == 2
    rest = agent.get("/invitations", cursor=first.body["cursor"])
    assert not {each["id"] for each in first.body["invitations"]} & {each["id"] for each in rest.body["invitations"]}
    assert len(rest.operations) == len(first.operations)
    assert set(made) <= {each.id for each in world.services.invitations.running()}

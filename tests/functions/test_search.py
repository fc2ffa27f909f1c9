"""Searching for people (H2, H61): what finds them, what a role may see of it, what it costs (B12, B13, X16)."""

import base64
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from regain.adapters.seal import seal
from regain.adapters.search_index import Filters, SearchIndex
from report.flow import count_people
from report.index import index_people, list_locked
from tests.functions.agent import Agent
from tests.functions.person import Person
from tests.functions.test_audit import count_people as stream


def search(agent, q="", **more):
    return agent.do("/people/search", {"q": q, **more})


def names(answer):
    assert answer.status == 200
    return [person["user_id"] for person in answer.body["people"]]


@pytest.fixture
def unique(world):
    """A word that finds nobody else."""
    return f"zzq{world.number}x"


def index(*people):
    stream(*(person.id for person in people))


def test_people_are_found_by_names_user_id_address_and_last_digits_as_soon_as_the_stream_has_told_h2(world, unique):
    agent = Agent(world)
    person = world.person(display_name=f"{unique.title()} O’Brien", other_mails=(f"{unique}@home.example",))
    assert names(search(agent, unique)) == []
    index(person)
    for typed in (unique[:-1], f"brien {unique}", person.user_id, f"{unique}@home.example", person.mobile_phone[-7:]):
        assert person.user_id in names(search(agent, typed)), typed
    shown = search(agent, unique).body["people"][0]
    assert (shown["registered"], shown["capable"], shown["enabled"]) == (True, True, True)
    assert not any(place in repr(shown) for place in (person.other_mails[0], person.mobile_phone))
    world.change(world.account(person.user_id), display_name="Somebody Else", user_id=f"new{person.user_id}")
    assert names(search(agent, unique)) == []  # the account itself says how it is called, before the index does
    index(person)
    assert names(search(agent, f"new{person.user_id}"[:-8])) == [f"new{person.user_id}"]


@pytest.mark.parametrize("typed", ["*", "%", "🚀", "'; --", "@"])
def test_signs_find_nobody(world, typed):
    assert names(search(Agent(world), typed)) == []


def test_what_is_too_long_is_refused(world):
    assert search(Agent(world), "x" * 10_000).code == "request-not-read"


def test_whoever_the_index_does_not_know_is_found_by_the_whole_user_id(world):
    person = world.person()
    assert names(search(Agent(world), person.user_id)) == [person.user_id]
    assert names(search(Agent(world), "nobody-at-all@contoso.example")) == []


def test_lists_hold_who_stands_so_now(world, unique):
    agent, everybody = Agent(world), {"display_name": unique, "groups": (unique,)}
    bare = world.person(other_mails=(), mobile_phone="", office_phone="", **everybody)
    off, well = world.person(enabled=False, **everybody), world.person(**everybody)
    index(bare, off, well)
    found = {state: names(search(agent, unique, state=state)) for state in ("not-registered", "not-capable", "off")}
    incapable = sorted([bare.user_id, off.user_id])
    found["not-capable"].sort()
    assert found == {"not-registered": [bare.user_id], "not-capable": incapable, "off": [off.user_id]}
    assert set(names(search(agent, group=unique))) == {bare.user_id, off.user_id, well.user_id}
    assert names(search(agent, group=unique, state="off")) == [off.user_id]
    assert off.user_id in names(search(agent, state="off", q=unique))
    world.change(world.account(off.user_id), enabled=True)
    assert names(search(agent, unique, state="off")) == []


def test_whoever_is_locked_or_needs_longer_codes_is_listed_while_it_lasts(use, unique):
    world = use(limits={"sign_in_failures_of_all": 3})
    agent, person = Agent(world), world.person(display_name=unique)
    index(person)
    list_locked([{"kind": "sign-in-locked", "subject": world.subject(person.user_id)}])
    assert names(search(agent, unique, state="locked")) == []  # listed, and not so any more
    for number in range(60):
        world.sign_in(person.user_id, f"wrong-{number}", address=f"10.{number}.9.9")
    assert names(search(agent, unique, state="locked")) == [person.user_id]


def test_outside_their_groups_helpdesk_finds_nobody_b13(use, unique):
    world = use(administration={"scope": "same-groups"})
    helpdesk, outside = Agent(world, role="helpdesk", groups=("lab",)), world.person(display_name=unique)
    inside = world.person(display_name=unique, groups=("lab", "staff"))
    index(outside, inside)
    assert names(search(helpdesk, unique)) == names(search(helpdesk, unique, group="staff")) == [inside.user_id]
    assert names(search(helpdesk, outside.user_id)) == []
    assert names(search(Agent(world, role="auditor"), unique, group="staff")) != [inside.user_id]


def test_part_of_an_address_finds_only_for_who_may_see_it_x16(world, unique):
    person = world.person(other_mails=(f"{unique}@home.example",))
    index(person)
    part = f"{unique}@ho"
    administrator, helpdesk = Agent(world), Agent(world, role="helpdesk")
    assert names(search(administrator, part)) == names(search(helpdesk.proved(), part)) == []
    assert names(search(administrator.proved(), part)) == [person.user_id]


def test_a_search_is_counted_limited_and_an_event_without_what_was_typed(use, unique):
    world = use(limits={"admin_lookups_per_hour": 2})
    agent = Agent(world)
    assert search(agent, unique, state="off").status == search(agent, unique).status == 200
    noted = [event for event in world.events(agent.account.user_id) if event["kind"] == "admin-searched"]
    assert [event["what"] for event in noted] == ["0, state off", "0"]
    assert unique not in repr(noted)
    assert search(agent, unique).code == "too-many-requests"
    nobody = world.sign_in(world.person().user_id).session
    assert world.post("/api/admin/people/search", {"q": unique}, session=nobody).code == "not-for-your-role"


def test_a_page_has_the_same_reads_whatever_the_number_of_people(world, unique):
    agent = Agent(world)
    people = [world.person(display_name=f"{unique} {number:02}") for number in range(25)]
    few = search(agent, unique[:-1]).operations
    index(*people)
    first = search(agent, unique[:-1])
    assert len(first.body["people"]) == 20
    assert first.body["cursor"]
    assert len(first.operations) <= 9, first.operations
    rest = search(agent, unique[:-1], cursor=first.body["cursor"])
    assert len(set(names(first)) | set(names(rest))) == 25
    assert rest.body["cursor"] == ""
    assert few


def test_a_cursor_shows_no_key_of_the_index_and_takes_none_x16(world, unique):
    """The keys are names, user IDs and numbers, also of people whom the agent may not see, or sees masked."""
    helpdesk, number = Agent(world, role="helpdesk"), f"+4420{world.number:08}"
    people = [world.person(display_name=f"{unique} {place:02}", mobile_phone=number) for place in range(22)]
    index(*people)
    for typed in (unique, number[-7:]):
        cursor = search(helpdesk, typed).body["cursor"]
        shown = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        assert unique not in repr(shown) and number[::-1][:9] not in repr(shown)
    first = names(search(helpdesk, unique))
    made_up = base64.urlsafe_b64encode(json.dumps([0, f"{unique}\x1fzzz"]).encode()).decode()
    assert names(search(helpdesk, unique, cursor=made_up)) == first


@pytest.mark.parametrize(
    "inside", ["", "3", "{}", "[0]", "[-7, 1]", "[1e999, 0]", "[NaN, 0]", '[0, "zzq\\ud800"]', "[" * 500]
)
def test_a_cursor_that_is_none_begins_anew(world, unique, inside):
    person = world.person(display_name=unique)
    index(person)
    cursor = base64.urlsafe_b64encode(inside.encode()).decode()
    sealed = seal(world.services.keys, cursor[:500], "search-cursor")
    assert names(search(Agent(world), f"zzq {unique}", cursor=sealed)) == [person.user_id]
    assert names(search(Agent(world), f"zzq {unique}", cursor=cursor)) == [person.user_id]
    assert names(search(Agent(world), unique, cursor=f"é{cursor}")) == [person.user_id]


def test_entries_of_an_earlier_release_move_when_everybody_is_indexed_again(world):
    """Its partitions had one letter each: what `./regain report --recount` calls puts every entry where it belongs."""
    person = world.person()
    index(person)
    services, (table, key) = world.services, world.services.search_index.person_key(person.id)
    new = services.search_index.indexed(services.store.get(table, key))
    old = replace(new, keys=frozenset((part if "#" in part else part[:2], place) for part, place in new.keys))
    services.store.commit(services.search_index.writes(person.id, new, old))
    assert names(search(Agent(world), person.mobile_phone[-7:])) == []
    assert index_people("id", [person.id]) == 1
    assert names(search(Agent(world), person.mobile_phone[-7:])) == [person.user_id]
    assert services.search_index.indexed(services.store.get(table, key)).keys == new.keys
    left = [services.store.get(table, {"part": part, "id": place}) for part, place in old.keys - new.keys]
    assert left
    assert not any(left)


def test_whoever_is_gone_leaves_no_entry(world, unique):
    person = world.person(display_name=unique)
    index(person)
    services = world.services
    services.store.commit(services.accounts.remove_writes(world.account(person.user_id), services.now))
    assert index_people("id", [person.id]) == 1
    assert services.store.get(*services.search_index.person_key(person.id)) is None
    assert names(search(Agent(world), unique)) == []


def test_security_info_moves_people_between_lists(world, unique):
    person = Person(world, other_mails=(), mobile_phone="", office_phone="", display_name=unique)
    agent = Agent(world)
    count_people("id", [person.account.id])
    index_people("id", [person.account.id])
    assert names(search(agent, unique, state="not-registered")) == [person.account.user_id]
    person.register("recovery-code")
    assert index_people("subject", [world.subject(person.account.user_id)]) == 1
    assert index_people("subject", [world.subject(person.account.user_id)]) == 0
    assert names(search(agent, unique, state="not-registered")) == []


@pytest.mark.parametrize(
    ("filters", "looked_at"), [(Filters(), 20), (Filters(["silva"]), 500), (Filters(state="off"), 500)]
)
def test_a_search_for_one_word_looks_at_no_more_entries_than_it_shows(filters, looked_at):
    """A common first name costs what a rare one costs: a filter is what needs more entries."""
    asked = []

    def query(**request):
        asked.append(request["Limit"])
        return {"Items": []}

    index = SearchIndex(SimpleNamespace(client=SimpleNamespace(query=query)), "ReportTable")
    assert index.page([("wm", "maria", "maria~")], filters, "", 20) == ([], "")
    assert asked == [looked_at]


@pytest.mark.parametrize(
    ("sizes", "asked"),
    [
        ({"wm": 900, "ws": 400}, ["wm", "ws"]),
        ({"wm": 400, "ws": 900}, ["wm"]),
        ({"wm": 900, "s#off": 30, "ws": 900}, ["wm", "s#off"]),
        ({"wm": 9_000, "ws": 9_000, "wo": 9_000, "wp": 9_000}, ["wm", "ws", "wo", "wm"]),
        ({"wm": 9_000}, ["wm", "wm", "wm", "wm"]),
    ],
)
def test_several_words_and_a_list_are_looked_for_where_one_query_reaches_the_end(sizes, asked):
    """However common the other words are, and never with more than four queries."""
    queried, left = [], dict(sizes)

    def query(**request):
        part = request["ExpressionAttributeValues"][":part"]["S"]
        queried.append(part)
        left[part] -= request["Limit"]
        last = {"LastEvaluatedKey": {"id": {"S": f"{sizes[part] - left[part]:06}"}}} if left[part] > 0 else {}
        return {"Items": [], **last}

    index = SearchIndex(SimpleNamespace(client=SimpleNamespace(query=query)), "ReportTable")
    places = [((part, "0", "9~"), Filters(["other"])) for part in sizes]
    found, cursor = index.shortest(places, "", 20)
    assert (found, queried) == ([], asked)
    assert bool(cursor) == (min(sizes.values()) > 500)
    if cursor:
        queried.clear()
        index.shortest(places, cursor, 20)
        assert queried == ["wm"] * 4


@pytest.mark.parametrize(("read_size", "page_size"), [(3, 2), (4, 20)])
@pytest.mark.parametrize(
    ("q", "state", "wanted"),
    [("{} rare", "", "rare"), ("ra {}", "off", "off"), ("{}", "off", "off"), ("{} al be", "", "common")],
)
def test_page_after_page_everybody_is_found_once_at_whichever_word_or_list_is_read(
    world, unique, monkeypatch, read_size, page_size, q, state, wanted
):
    monkeypatch.setattr("regain.adapters.search_index._READ_SIZE", read_size)
    monkeypatch.setattr("admin.people._PAGE_SIZE", page_size)
    common = [world.person(display_name=f"{unique} Alba Bert {number}") for number in range(7)]
    rare = [world.person(display_name=f"Rare{number} {unique}", enabled=number > 0) for number in range(4)]
    index(*common, *rare)
    people = {"common": common, "rare": rare, "off": rare[:1]}[wanted]
    agent, found, cursor = Agent(world), [], None
    while cursor != "":
        answer = search(agent, q.format(unique), state=state, cursor=cursor or "")
        found += names(answer)
        cursor = answer.body["cursor"]
    assert sorted(found) == sorted(each.user_id for each in people)


def test_the_word_that_the_index_is_read_at_is_no_filter_as_well(world, unique, monkeypatch):
    seen = []
    monkeypatch.setattr(SearchIndex, "page", lambda _, where, filters, *rest: seen.append(filters) or ([], ""))
    agent = Agent(world)
    for typed in (unique, f"{unique} jo", "0123456"):
        search(agent, typed)
    assert [list(each.words) for each in seen] == [[], ["jo"], []]

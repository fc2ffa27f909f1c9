"""`user_id_aliases: [mail]`: somebody types their address for their user ID, and nobody learns anything by it (B31)."""

import time
from dataclasses import replace

import msgspec
import pytest

from cli import doctor
from cli.accounts import shared_aliases
from regain.adapters.store import marshal
from regain.domain.account import Account
from regain.people import importing
from regain.people.notifications import ImportNotifier
from regain.people.removal import remove
from regain.people.rows import Person as Row
from tests.functions import calls
from tests.functions.test_sameness import only, shape

READ, WRITE = "BatchGetItem", "TransactWriteItems"
WITH = {"organisation": {"user_id_aliases": ["mail"]}}


@pytest.fixture
def world(use):
    return use(**WITH)


def somebody(world, **changes):
    """An account with an address of another name; answers it, and what may be typed for it."""
    person = world.person(mail=f"{world.name('alias')}@contoso.example", **changes)
    return person, person.mail


def test_an_address_finds_the_account_and_resets_it_f7(world):
    person, alias = somebody(world)
    started = world.proved(alias.upper())
    assert world.finish(started.body["flow"]).status == 200
    assert world.sign_in(person.user_id, "violet-Anchor-27-plum").status == 200
    assert world.sign_in(alias, "violet-Anchor-27-plum").status == 200
    assert [each["kind"] for each in world.events(person.user_id)][:1] == ["reset-started"]


def test_without_the_setting_an_address_is_a_user_id_that_nobody_has(use):
    person, alias = somebody(use())
    world = use()
    assert world.sign_in(alias).status == 401
    assert world.services.store.batch_get([world.services.identifiers.key(f"alias:{alias}")]) == [None]
    assert world.services.identifiers.look_up(person.user_id).twin_id == ""


def test_an_address_of_two_people_finds_nobody_until_one_has_it_again(world):
    first, alias = somebody(world)
    second = world.person(mail=alias)
    assert world.sign_in(alias).status == 401
    reference = world.start(alias).body["reference"]
    events = world.services.store.query(
        world.services.events.table, "reference", reference, index="by_reference", limit=9
    )
    assert [each["reason"] for each in events] == ["several accounts have this alias"]
    world.change(second, mail="")
    assert world.sign_in(alias).status == 200
    world.change(world.account(first.user_id), mail="")
    assert world.services.store.batch_get([world.services.identifiers.key(f"alias:{alias}")]) == [None]


def test_doctor_names_the_addresses_of_several_people(world):
    _, alias = somebody(world)
    world.person(mail=alias)
    assert alias in list(shared_aliases(world.services))
    found = {each.state: each.what for each in doctor._aliases(world.services.organisation, world.services)}
    assert "addresses are those of several people, and find nobody" in found["warning"]
    assert not list(doctor._aliases(replace_setting(world.services.organisation), world.services))


def replace_setting(organisation):
    about = replace(organisation.organisation, user_id_aliases=())
    return msgspec.structs.replace(organisation, organisation=about)


def test_a_user_id_is_its_owners_whoever_has_it_as_an_address(world):
    owner = world.person()
    world.person(mail=owner.user_id)
    world.change(owner, password="!")
    assert world.sign_in(owner.user_id).status == 401


def test_an_alias_goes_with_its_account(world):
    person, alias = somebody(world)
    remove(person, ImportNotifier(world.services, "test"))
    assert world.services.store.batch_get([world.services.identifiers.key(f"alias:{alias}")]) == [None]


def test_an_import_makes_moves_and_drops_aliases_with_the_accounts(world):
    """Two people with one address, in one batch of it too."""
    names = [world.name("imported") for _ in range(3)]
    shared = f"{world.name('shared')}@contoso.example"

    def load(*mails):
        rows = [Row(Account(f"{name}@contoso.example", mail=mail)) for name, mail in zip(names, mails, strict=True)]
        return importing.load(rows, world.services.accounts, importing.ImportOptions(int(time.time())))

    def leads_to(typed):
        found = world.services.accounts.get(world.services.identifiers.find(typed))
        return found.user_id.partition("@")[0] if found else ""

    assert load(shared, shared, "").added == 3
    assert leads_to(shared) == ""
    assert load("", shared, "").changed == 1
    assert leads_to(shared) == names[1]
    assert load("", "", shared).changed == 2
    assert leads_to(shared) == names[2]
    assert load("", "", shared).same == 3


def test_turning_the_setting_on_takes_the_next_import_to_name_everybody(use):
    person, alias = somebody(use())
    world = use(**WITH)
    assert world.sign_in(alias).status == 401
    row = Row(replace(world.account(person.user_id), password=""))
    done = importing.load([row], world.services.accounts, importing.ImportOptions(int(time.time())))
    assert (done.changed, world.sign_in(alias).status) == (1, 200)


def everybody(world):
    (known, alias), (_, off), nobody = (
        somebody(world),
        somebody(world, enabled=False),
        f"nobody{world.number}@contoso.example",
    )
    two = somebody(world)[1]
    world.person(mail=two)
    return {
        "user ID": known.user_id,
        "alias": somebody(world)[1],
        "both": alias,
        "off": off,
        "nobody": nobody,
        "two people": two,
    }


def test_user_id_alias_and_nobody_cost_and_say_the_same(world, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    people = everybody(world)
    del people["both"]
    starts = {state: world.start(who) for state, who in people.items()}
    assert only({state: shape(answer) for state, answer in starts.items()})[3] == (READ, READ, WRITE, "UpdateItem")
    flows = {state: answer.body["flow"] for state, answer in starts.items()}
    assert only({state: shape(world.send(flow)) for state, flow in flows.items()})[3] == (READ, READ, WRITE)
    for number in range(5):
        told = only({state: shape(world.verify(flow, f"9999{number}x")) for state, flow in flows.items()})
        assert told[3] == (READ, READ, "UpdateItem", WRITE)
    assert '"digits": 12' in only({state: shape(world.start(who)) for state, who in people.items()})[1]
    for number in range(10):
        told = only({state: shape(world.sign_in(who, f"wrong-{number}")) for state, who in people.items()})
        assert (told[0], told[3]) == (401, (READ, READ, WRITE))
    assert only({state: shape(world.sign_in(who, "wrong again")) for state, who in people.items()})[0] == 429


def test_every_request_reads_and_writes_as_many_items_whatever_was_typed(world, monkeypatch):
    """Not only the calls are the same, but what they carry."""
    people, carried = everybody(world), {}
    del people["both"]

    def weigh(_, operation, params, ask):
        keys = [len(table["Keys"]) for table in params.get("RequestItems", {}).values()]
        if operation != "GenerateMac":
            carried[state].append((operation, sum(keys), len(params.get("TransactItems", ()))))
        return ask()

    for state, who in people.items():
        carried[state] = []
        with monkeypatch.context() as watched:
            calls.watch(watched.setattr, weigh)
            flow = world.start(who).body["flow"]
            world.send(flow)
            world.verify(flow, "99999x")
            world.sign_in(who, "wrong")
    assert len({tuple(each) for each in carried.values()}) == 1, carried


def test_what_was_counted_for_the_user_id_does_not_show_by_the_alias(world):
    """Who tries an address after a flood on a user ID does not learn that both are one person's."""
    person, alias = somebody(world)
    flow = world.start(person.user_id).body["flow"]
    world.send(flow)
    for number in range(5):
        world.verify(flow, f"9999{number}x")
    by_user_id, by_alias = (world.start(who).body["methods"][0]["digits"] for who in (person.user_id, alias))
    assert (by_user_id, by_alias) == (12, 8)
    for number in range(11):
        world.sign_in(person.user_id, f"wrong-{number}")
    assert world.sign_in(person.user_id, "wrong").status == 429
    assert world.sign_in(alias, "wrong").status == 401


def test_the_accounts_own_limits_work_in_silence_by_the_alias(world):
    """B1, B28: an alias gives no further guesses. Long codes, messages and sign-in: right, and taken for wrong."""
    person, alias = somebody(world)
    flow = world.start(person.user_id).body["flow"]
    world.send(flow)
    for number in range(5):
        world.verify(flow, f"9999{number}x")
    by_alias = world.start(alias).body
    assert world.send(by_alias["flow"]).body["digits"] == 8
    right = world.verify(by_alias["flow"], world.code(by_alias["reference"]))
    assert (right.status, right.code, right.body["attempts_left"]) == (422, "wrong-code", 4)
    for number in range(10):
        world.sign_in(person.user_id, f"wrong-{number}")
    assert world.sign_in(alias).code == "wrong-user-id-or-password"


def test_a_message_past_the_accounts_limit_is_asked_for_by_the_alias_and_never_sent(use):
    world = use(**WITH, limits={"emails_per_hour": 1})
    person, alias = somebody(world)
    world.send(world.start(person.user_id).body["flow"])
    assert world.send(world.start(person.user_id).body["flow"]).code == "too-many-codes"
    started = world.start(alias).body
    assert world.send(started["flow"]).status == 202
    (message,) = world.outbox(started["reference"])
    assert (message["channel"], message["to"]) == ("none", "")


def test_wrong_proofs_by_the_alias_count_for_the_account_too(world):
    person, alias = somebody(world)
    flow = world.start(alias).body["flow"]
    world.send(flow)
    for number in range(5):
        world.verify(flow, f"9999{number}x")
    assert world.start(person.user_id).body["methods"][0]["digits"] == 12
    for number in range(10):
        world.sign_in(alias, f"wrong-{number}")
    assert world.sign_in(person.user_id).code == "sign-in-locked"


def test_a_browser_that_the_account_knows_counts_on_its_own_by_an_alias_too(world):
    """What a stranger does never counts against what the owner does."""
    person, alias = somebody(world)
    known = world.sign_in(person.user_id).browser
    for number in range(11):
        world.sign_in(person.user_id, f"wrong-{number}")
    assert world.sign_in(alias, browser=known).status == 200


def test_by_an_alias_the_policy_of_its_own_domain_shows_and_the_accounts_holds(use):
    """P34: two gates for the account's domain, one for that of the address: one shows, two hold."""
    world = use(
        **WITH,
        domains={
            "contoso.example": {"directory": "dynamodb", "policy": "strict"},
            "post.example": {"directory": "dynamodb"},
        },
        policies={"strict": {"recovery": {"gates": 2}}},
    )
    person = world.person(mail=f"{world.name('post')}@post.example")
    started = world.start(person.mail)
    nobody = world.start(f"nobody{world.number}@post.example")
    assert shape(started)[:2] == shape(nobody)[:2]
    assert started.body["gates"] == {"required": 1, "passed": 0}
    world.send(started.body["flow"])
    proved = world.verify(started.body["flow"], world.code(started.body["reference"]))
    assert proved.body["gates"] == {"required": 2, "passed": 1}


@pytest.mark.parametrize(
    "domain", [{"directory": "dynamodb", "reset": "off"}, {"directory": "elsewhere", "help_url": "https://x.example/"}]
)
def test_an_alias_opens_no_account_whose_domain_is_not_reset_here(use, domain):
    """Also where that came after the alias."""
    world = use(**WITH, domains={"post.example": {"directory": "dynamodb"}, "contoso.example": domain})
    person = world.person(mail=f"{world.name('post')}@post.example")
    if not person.aliases:
        world.services.store.commit(world.services.identifiers.alias_writes(person.id, (), [person.mail]))
    started = world.start(person.mail).body
    world.send(started["flow"])
    assert world.verify(started["flow"], world.code(started["reference"])).code == "not-enabled-for-password-reset"
    assert world.finish(started["flow"]).code == "not-enabled-for-password-reset"


def test_an_empty_alias_item_is_nobodys(world):
    """DynamoDB removes a set with its last member."""
    services, alias = world.services, f"{world.name('empty')}@contoso.example"
    services.store.client.put_item(TableName=services.identifiers.table, Item=marshal({"identifier": f"alias:{alias}"}))
    assert world.sign_in(alias).status == 401

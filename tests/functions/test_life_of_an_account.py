"""A person's whole life with the organisation: an account is a person, not a name (B30, P8)."""

import itertools
from functools import partial

import pytest

from cli.accounts import security_infos
from regain.adapters import security_info
from regain.people import first_passwords, importing, removal
from regain.people.changes import EligibilityCheck
from regain.people.notifications import ImportNotifier
from tests.functions.person import Person
from tests.functions.provisioner import Provisioner

FIRST, SECOND = "maple-Cedar-93-window", "quiet-Meadow-48-lantern"
_FILES = itertools.count(1)


@pytest.fixture
def csv(world, tmp_path):
    """Imports rows as a file, with events and notices, as the command line does."""

    def load(header, *rows, **options):
        file = tmp_path / f"{next(_FILES)}.csv"
        file.write_text("\n".join([header, *rows]) + "\n")
        services = world.services
        notifier = ImportNotifier(services, "people import")
        options = {
            "accept_password": first_passwords.check(services.organisation),
            "eligibility": EligibilityCheck(services.organisation, lambda ids: security_infos(ids, services)),
            "notifier": notifier,
            "remove": partial(removal.remove, notifier=notifier),
            **options,
        }
        people = importing.parse(file, services.organisation).people
        return importing.load(people, services.accounts, importing.ImportOptions(services.now, **options))

    return load


@pytest.fixture
def name(world):
    return lambda mark: f"{mark}{world.number}@contoso.example"


def kinds(world, subject):
    events = world.services.store.query(world.services.events.table, "subject", subject, limit=100)
    return [event["kind"] for event in events]


def info_of(world, account):
    subject = world.services.recoveries.subject(account.id)
    return security_info.from_item(world.services.store.get(*world.services.security_infos.key(subject)))


def settled(world, user_id):
    """Somebody who has signed in and registered an app and a recovery code, with a flow and a wrong proof behind them."""
    account = world.account(user_id)
    person = Person.signed_in(world, account, world.sign_in(user_id).session)
    person.step_up()
    person.app()
    started = world.start(user_id).body["flow"]
    world.verify(started, "99999x")
    return person, started


def test_a_person_joins_moves_is_renamed_leaves_and_is_back_by_csv_b30(world, csv, name):
    header = "userPrincipalName,displayName,otherMails,employeeId,accountEnabled,password"
    old, new, number = name("maria"), name("maria.costa"), f"E{world.number}"
    assert csv(header, f"{old},Maria Silva,m@home.example,{number},True,{FIRST}").added == 1
    person, _ = settled(world, old)
    account = world.account(old)
    moved = csv(header, f"{old},Maria Silva,m@elsewhere.example,{number},True,")
    assert (moved.changed, world.account(old).other_mails) == (1, ("m@elsewhere.example",))
    info = info_of(world, account)
    renamed = csv(header, f"{new},Maria Costa,m@elsewhere.example,{number},True,")
    assert renamed.changes.moved == [(new, f"was {old}")]
    assert world.account(old) is None
    assert world.account(new).id == account.id
    assert info_of(world, account) == info
    assert person.get("").body["user_id"] == new
    assert (world.sign_in(new, FIRST).status, world.sign_in(old, FIRST).status) == (200, 401)
    csv(header, f"{new},Maria Costa,,{number},False,")
    assert (world.sign_in(new, FIRST).code, person.get("").status) == ("account-turned-off", 401)
    csv(header, f"{new},Maria Costa,,{number},True,")
    assert world.sign_in(new, FIRST).status == 200
    subject = world.services.recoveries.subject(account.id)
    assert kinds(world, subject).count("account-imported") == 4
    assert kinds(world, subject).count("account-renamed") == 1


def test_another_person_under_an_old_user_id_is_pristine_by_csv_p8(world, csv, name):
    header = "userPrincipalName,displayName,otherMails,objectId,password"
    user_id, an_id = name("leaver"), f"{world.number:08x}-0000-4000-8000-00000000000{{}}"
    one, two = an_id.format(1), an_id.format(2)
    csv(header, f"{user_id},Lea Ver,lea.work@home.example,{one},{FIRST}")
    person, flow = settled(world, user_id)
    before = world.account(user_id)
    browser = world.sign_in(user_id).browser
    done = csv(header, f"{user_id},Lena Neu,lena.new@home.example,{two},{SECOND}")
    assert (done.added, done.changes.taken_over) == (1, [user_id])
    after = world.account(user_id)
    assert after.id != before.id
    assert (world.sign_in(user_id, FIRST).status, world.sign_in(user_id, SECOND).status) == (401, 200)
    assert person.get("").status == 401
    assert world.send(flow).code == "session-ended"
    assert info_of(world, after) == info_of(world, before) == security_info.SecurityInfo()
    started = world.post("/api/reset/start", {"user_id": user_id, "proof": world.proof()}, browser=browser).body
    world.send(started["flow"])
    assert [m["to"] for m in world.outbox(started["reference"]) if m["kind"] == "code"] == ["lena.new@home.example"]
    assert world.services.store.query(world.services.recoveries.table, "subject",
                                      world.services.recoveries.subject(before.id), limit=10) == []  # fmt: skip
    assert "account-removed" in kinds(world, world.services.recoveries.subject(before.id))


def test_a_source_with_other_ids_does_not_replace_everybody_p8(world, csv, name):
    """A tenant that was moved, or a directory built anew: each user ID would lose its security info."""
    header, everybody = "userPrincipalName,objectId", [name(f"all{number}") for number in range(12)]
    csv(header, *(f"{each},old-{each}" for each in everybody))
    before = [world.account(each) for each in everybody]
    done = csv(header, *(f"{each},new-{each}" for each in everybody))
    assert (done.added, len(done.changes.taken), done.changes.taken_over) == (0, 12, [])
    assert [world.account(each) for each in everybody] == before


@pytest.mark.parametrize(("before", "after"), [("00{}", "{}"), ("{}", "{}.0"), ("00{}.0", "000{}")])
def test_a_number_that_lost_its_zeros_in_a_spreadsheet_is_the_same_persons_p8(world, csv, name, before, after):
    """Else the person would be taken for a successor, and lose everything."""
    header, user_id, number = "userPrincipalName,employeeId", name("zeros"), 77_000 + world.number
    csv(header, f"{user_id},{before.format(number)}")
    one = world.account(user_id)
    assert csv(header, f"{user_id},{after.format(number)}").same == 1
    assert world.account(user_id).id == one.id


def test_an_employee_number_in_another_case_is_the_same_persons_p8(world, csv, name):
    header, old, new = "userPrincipalName,displayName,employeeId", name("case"), name("case.new")
    csv(header, f"{old},Ann,e{world.number}x")
    one = world.account(old)
    assert csv(header, f"{new},Ann,E{world.number}X").changes.moved == [(new, f"was {old}")]
    assert world.account(new).id == one.id


def test_an_id_of_another_maker_makes_nobody_anothers_heir_p8(world, csv, name):
    """Each has ids of its own: by Entra's SCIM, Okta's file and a directory's LDIF, Ann is one person."""
    user_id, number = name("ann"), world.number
    Provisioner(world).send("POST", "/Users", {"userName": user_id, "externalId": f"ann{number}", "active": True})
    one = world.account(user_id)
    assert csv("id,login,firstName,lastName,email,status", f"00u{number},{user_id},Ann,Lee,,ACTIVE").changed == 1
    ldif = (f"dn: uid=ann{number},dc=x", f"uid: {user_id}", f"entryUUID: {number:08x}-0000-4000-8000-00000000000a", "")
    assert csv("version: 1\n", *ldif).changed == 1
    assert world.account(user_id).id == one.id
    assert world.account(user_id).external_id == f"ann{number}"


def test_one_id_that_stayed_outweighs_one_that_changed_p8(world, csv, name):
    """An account that was made anew in Entra has another objectId, but the same employee number and user ID."""
    header, user_id, number = "userPrincipalName,displayName,employeeId,objectId", name("anew"), world.number
    csv(header, f"{user_id},Ann Lee,A{number},{number:08x}-0000-4000-8000-00000000000b")
    one = world.account(user_id)
    row = f"{user_id},Ann Costa,A{number},{number:08x}-0000-4000-8000-00000000000c"
    assert (csv(header, row).changed, csv(header, row).same) == (1, 1)
    assert (world.account(user_id).id, world.account(user_id).display_name) == (one.id, "Ann Costa")


def test_another_id_under_the_same_name_replaces_nobody_p8(world, csv, name):
    """A source that was built anew gives everybody another id; in a small organisation, too few to be noticed."""
    header, user_id = "userPrincipalName,givenName,surname,employeeId", name("same")
    csv(header, f"{user_id},Ann,Lee,old{world.number}")
    one = world.account(user_id)
    done = csv(header, f"{user_id},ann,Lee,new{world.number}")
    assert (done.changes.taken, done.changes.taken_over) == ([user_id], [])
    assert world.account(user_id) == one
    assert csv(header, f"{user_id},Bea,Lee,new{world.number}").changes.taken_over == [user_id]


@pytest.mark.parametrize("nobodys", ["0", "0000", "9999", "TBD", "extern", "Contractor"])
def test_a_word_for_no_number_makes_nobody_anothers_heir_p8(world, csv, name, nobodys):
    header, one, two = (
        "userPrincipalName,displayName,employeeId",
        name(f"one{nobodys}".lower()),
        name(f"two{nobodys}".lower()),
    )
    csv(header, f"{one},One,{nobodys}")
    assert csv(header, f"{two},Two,{nobodys}").added == 1
    assert (world.account(one).display_name, world.account(two).display_name) == ("One", "Two")


def test_whoever_was_removed_and_is_back_has_the_same_id_and_nothing_else_b30(world, csv, name):
    header, user_id = "userPrincipalName,displayName,otherMails,employeeId,password", name("again")
    row = f"{user_id},Ada Gain,a@home.example,R{world.number},"
    csv(header, row + FIRST)
    settled(world, user_id)
    before = world.account(user_id)
    removal.remove(before, ImportNotifier(world.services, "test"))
    assert world.account(user_id) is None
    assert csv(header, row + SECOND).added == 1
    after = world.account(user_id)
    assert after.id == before.id
    assert (world.sign_in(user_id, FIRST).status, world.sign_in(user_id, SECOND).status) == (401, 200)
    assert info_of(world, after) == security_info.SecurityInfo()


def test_a_renamed_person_and_their_successor_may_stand_in_one_file_in_any_order_b30(world, csv, name):
    header, first, moved = "userPrincipalName,displayName,employeeId", name("post"), name("moved")
    for rows in itertools.permutations((f"{moved},One,A{world.number}", f"{first},Two,B{world.number}")):
        csv(header, f"{first},One,A{world.number}")
        one = world.account(first)
        assert csv(header, *rows, dry_run=True).changes.taken_over == []
        done = csv(header, *rows)
        assert (done.added, done.changed, done.changes.taken) == (1, 1, [])
        assert world.account(moved).id == one.id
        assert world.account(first).id != one.id
        for each in (first, moved):
            removal.remove(world.account(each), ImportNotifier(world.services, "test"))


def test_a_successor_without_an_id_does_not_become_the_renamed_person_b30(world, csv, name):
    header, first, moved = "userPrincipalName,displayName,employeeId", name("desk"), name("desk.moved")
    csv(header, f"{first},One,C{world.number}")
    one = world.account(first)
    csv(header, f"{first},Two,", f"{moved},One,C{world.number}")
    assert (world.account(moved).id, world.account(moved).display_name) == (one.id, "One")
    assert world.account(first).display_name == "Two"


@pytest.mark.parametrize("number", [2, 3])
def test_people_may_exchange_their_user_ids_in_one_file_b30(world, csv, name, number):
    """Everybody gets the next one's: in one transaction, so that nobody's password ever opens another's account."""
    header = "userPrincipalName,displayName,employeeId,password"
    everybody = [name(f"ring{number}{place}") for place in range(number)]
    secrets = [FIRST, SECOND, "copper-Meadow-64-kite"]
    rows = [f"P{place},Q{number}{place}x{world.number},{secrets[place]}" for place in range(number)]
    csv(header, *(f"{each},{row}" for each, row in zip(everybody, rows, strict=True)))
    before = [world.account(each) for each in everybody]
    round_ = [f"{everybody[(place + 1) % number]},{row}" for place, row in enumerate(rows)]
    assert len(csv(header, *round_, dry_run=True).changes.moved) == number
    assert [world.account(each) for each in everybody] == before
    done = csv(header, *round_)
    assert (done.changed, len(done.changes.moved), done.changes.taken) == (number, number, [])
    for place, one in enumerate(before):
        there = everybody[(place + 1) % number]
        assert (world.account(there).id, world.account(there).display_name) == (one.id, f"P{place}")
        assert world.sign_in(there, secrets[place]).status == 200
        assert world.sign_in(everybody[place], secrets[place]).status == 401
    assert csv(header, *round_).same == number


def test_a_rename_into_a_name_that_another_holds_is_refused_b30(world, csv, name):
    header, one, two = "userPrincipalName,displayName,employeeId", name("one"), name("two")
    csv(header, f"{one},One,D{world.number}", f"{two},Two,F{world.number}")
    done = csv(header, f"{two},One,D{world.number}")
    assert (done.changed, done.changes.taken) == (0, [two])
    assert (world.account(one).display_name, world.account(two).display_name) == ("One", "Two")


def test_an_id_that_two_rows_share_identifies_nobody_b30(world, csv, name):
    header, own, admin = "userPrincipalName,displayName,employeeId", name("own"), name("adm")
    rows = (f"{own},Ada,G{world.number}", f"{admin},Ada (admin),G{world.number}")
    assert csv(header, *rows).added == 2
    assert csv(header, *rows).same == 2
    assert world.account(own).id != world.account(admin).id
    assert world.account(own).source_ids == ()


def test_ids_that_differ_in_case_only_are_shared_too_b30(world, csv, name):
    header, own, admin = "userPrincipalName,displayName,employeeId,objectId", name("own2"), name("adm2")
    guid = f"{world.number:08x}-0000-4000-8000-0000000000aa"
    rows = (f"{own},Ada,k{world.number},{guid}", f"{admin},Ada (admin),K{world.number},{guid.upper()}")
    assert csv(header, *rows).added == 2
    assert (csv(header, *rows).same, world.account(own).source_ids) == (2, ())


def test_an_account_learns_the_ids_of_later_files_and_keeps_those_that_it_has_b30(world, csv, name):
    user_id, object_id = name("learns"), f"{world.number:08x}-0000-4000-8000-0000000000ff"
    csv("userPrincipalName", user_id)
    first = world.account(user_id)
    csv("userPrincipalName,employeeId", f"{user_id},H{world.number}")
    csv("userPrincipalName,objectId,employeeId", f"{user_id},{object_id.upper()},H{world.number}")
    there = world.account(user_id)
    assert (there.id, there.source_ids) == (first.id, (f"employeeId:h{world.number}", f"objectId:{object_id}"))
    assert csv("userPrincipalName,objectId", f"{name('other')},{object_id}").changes.moved


def test_a_dry_run_says_who_is_renamed_replaced_and_refused_and_changes_nothing_b30(world, csv, name):
    header = "userPrincipalName,displayName,employeeId"
    kept, renamed, leaver = name("kept"), name("renamed"), name("leaver2")
    csv(header, f"{kept},K,J{world.number}", f"{renamed},R,K{world.number}", f"{leaver},L,L{world.number}")
    before = [world.account(each) for each in (kept, renamed, leaver)]
    rows = (f"{name('new')},R,K{world.number}", f"{leaver},N,M{world.number}", f"{leaver[1:]},L,L{world.number}x",
            f"{kept},L,L{world.number}")  # fmt: skip
    told = csv(header, *rows, dry_run=True)
    assert told.changes.moved == [(name("new"), f"was {renamed}")]
    assert told.changes.taken_over == [leaver]
    assert told.changes.taken == [kept]
    assert [world.account(each) for each in (kept, renamed, leaver)] == before


def test_a_life_by_scim_b30(world, name):
    entra, old, new = Provisioner(world), name("scim"), name("scim.new")
    made = entra.create(old, active=True, externalId=f"X{world.number}").body
    path = f"/Users/{made['id']}"
    account = world.account(old)
    assert account.id == made["id"]
    entra.patch(path, {"op": "replace", "path": "userName", "value": new})
    assert (world.account(old), world.account(new).id) == (None, account.id)
    taken = entra.create(name("scim.third"), active=True).body
    refused = entra.patch(f"/Users/{taken['id']}", {"op": "replace", "path": "userName", "value": new})
    assert (refused.status, refused.scim_type) == (409, "uniqueness")
    entra.patch(path, {"op": "replace", "path": "active", "value": False})
    entra.patch(path, {"op": "replace", "path": "active", "value": True})
    assert world.account(new).enabled
    assert entra.send("DELETE", path).status == 204
    stranger = entra.create(new, active=True, externalId=f"Y{world.number}").body
    assert stranger["id"] != made["id"]
    assert entra.send("DELETE", f"/Users/{stranger['id']}").status == 204
    back = entra.create(new, active=True, externalId=f"X{world.number}").body
    assert back["id"] == made["id"]
    assert kinds(world, world.services.recoveries.subject(made["id"])).count("account-added") == 2


def test_a_token_does_not_tell_whose_flow_it_is_b1(world):
    """Neither that two flows are about one account, nor that a user ID has got one in the meantime."""
    user_id = world.person().user_id
    halves = {world.start(user_id).body["flow"][:20] for _ in range(3)}
    assert len(halves) == 3

"""The API told against real servers: slapd with its password policy, and Samba as an Active Directory controller."""

import contextlib
import time

import pytest

from local.directories import samba, slapd
from local.directories.proxy import Proxy
from regain.directories.ldap.connection import Timeouts
from regain.domain import directory_change
from tests.directories.worlds import ActiveDirectoryWorld, OpenLdapWorld
from tests.functions.directory_stand_in import people
from tests.functions.person import Person

pytestmark = pytest.mark.timeout(600)  # the first one provisions a domain

FIRST, NEW, LATER = "the First password 1", "violet-Anchor-27-plum", "copper-Window-58-lake"


@pytest.fixture(scope="module", params=["openldap", "active_directory"])
def there(request, tmp_path_factory):
    """A real server."""
    folder = tmp_path_factory.mktemp("directory") / request.param
    world = (
        OpenLdapWorld(slapd.start(folder)) if request.param == "openldap" else ActiveDirectoryWorld(samba.start(folder))
    )
    yield world
    world.stop()


@pytest.fixture
def domain(world, there):
    with people(world, there.directory, "contoso.example") as found:
        yield found


def newcomer(there, **attributes):
    """Somebody who can be reached by an address of their own."""
    own = f"private{len(there.views)}@home.example"
    name = f"story{newcomer.number}"
    newcomer.number += 1
    reached = (
        {"otherMailbox": own} if isinstance(there, ActiveDirectoryWorld) else {"mail": (f"{name}@contoso.example", own)}
    )
    return there.person(FIRST, name, **reached, **attributes)


newcomer.number = 1


def reset(domain, person, password):
    return domain.world.finish(domain.world.proved(person.user_id).body["flow"], password)


def rules(refused):
    return [each["rule"] for each in refused.body["feedback"]]


def test_the_life_of_a_password_in_a_directory(domain, there):
    person, world = newcomer(there), domain.world
    done = reset(domain, person, NEW)
    assert done.status == 200, done.body
    assert domain.card(person).password == "!"
    session = world.sign_in(person.user_id, NEW).session
    here = Person.signed_in(world, domain.card(person), session)
    same = here.post("password", current_password=NEW, new_password=FIRST)
    assert (same.code, rules(same)) == ("password-not-accepted", ["directory-history"])
    wrong = here.post("password", current_password="not the old one 1", new_password=LATER)
    assert wrong.code == "wrong-current-password"
    changed = here.post("password", current_password=NEW, new_password=LATER)
    assert changed.status == 200, changed.body
    assert world.sign_in(person.user_id, LATER).status == 200
    assert world.sign_in(person.user_id, "not the one at all").code == "wrong-user-id-or-password"
    assert world.sign_in("nobody.at.all@contoso.example", LATER).code == "wrong-user-id-or-password"


def test_a_reset_to_a_password_of_before_says_so_and_keeps_the_flow(domain, there):
    person = newcomer(there)
    assert reset(domain, person, NEW).status == 200
    flow = domain.world.proved(person.user_id).body["flow"]
    again = domain.world.finish(flow, NEW)
    if isinstance(there, ActiveDirectoryWorld):
        assert again.status == 200, "Samba has no control for the history of a reset"
    else:
        assert (again.status, rules(again)) == (422, ["directory-history"])
        assert domain.world.finish(flow, LATER).status == 200


def test_fifty_wrong_passwords_through_the_api_lock_no_account(domain, there):
    person = newcomer(there)
    for number in range(50):
        told = domain.world.sign_in(person.user_id, f"wrong {number}", address=f"198.51.{number}.7")
        assert told.status in (401, 403)
    assert not there.directory.find(person.user_id).locked
    there.directory.verify(person, person.user_id, FIRST)


def test_an_unlock_lifts_a_lockout_that_others_have_brought_about(domain, there):
    person = newcomer(there)
    for _ in range(6):
        with pytest.raises(Exception, match=r"^(locked)?$"):
            there.directory.verify(person, person.user_id, "a wrong password")
    assert there.directory.find(person.user_id).locked
    assert domain.world.sign_in(person.user_id, FIRST).code == "wrong-user-id-or-password"
    flow = domain.world.proved(person.user_id, "unlock").body["flow"]
    assert domain.world.finish(flow, purpose="unlock").status == 200
    assert domain.world.sign_in(person.user_id, FIRST).status == 200


def test_whoever_is_turned_off_or_protected_is_told_after_a_proof_and_not_touched(domain, there):
    off, protected = newcomer(there), newcomer(there)
    there.disable(off)
    there.group("Directors", protected)
    for person, code in ((off, "account-turned-off"), (protected, "not-enabled-for-password-reset")):
        started = domain.world.start(person.user_id).body
        assert domain.world.send(started["flow"]).status == 202
        assert domain.world.verify(started["flow"], domain.world.code(started["reference"])).code == code
    there.directory.verify(protected, protected.user_id, FIRST)


def test_whoever_must_change_signs_in_and_changes_it(domain, there):
    person = newcomer(there)
    there.must_change(person)
    done = domain.world.sign_in(person.user_id, FIRST)
    assert (done.status, done.body["must_change_password"]) == (200, True)
    here = Person.signed_in(domain.world, domain.card(person), done.session)
    here.step_up()
    assert here.post("password", current_password=FIRST, new_password=NEW).status == 200
    assert domain.world.sign_in(person.user_id, NEW).body["must_change_password"] is False


@pytest.mark.parametrize("password", [NEW, LATER], ids=["same", "other"])
def test_an_answer_that_is_lost_on_the_way_is_found_out_by_the_next_try(world, there, password, monkeypatch):
    host, _, port = there.running.url.rpartition("/")[2].partition(":")
    proxy = Proxy(host, (host, int(port or 636)))
    view = there.connect(Timeouts(connect=30, answer=3), url=f"ldaps://{host}:{proxy.port}")
    monkeypatch.setattr(directory_change, "LEASE", 1)
    with people(world, view, "contoso.example") as domain, contextlib.closing(view.service):
        person = newcomer(there)
        flow = world.proved(person.user_id).body["flow"]
        proved = view.service._proved

        def deafened(server):
            ready = proved(server)
            proxy.deaf = True
            return ready

        with monkeypatch.context() as once:
            once.setattr(view.service, "_proved", deafened)
            assert world.finish(flow, NEW).code == "outcome-unknown"
        proxy.deaf = False
        time.sleep(1.1)  # the lease
        assert world.finish(flow, password).status == 200
        there.directory.verify(person, person.user_id, password)
        assert domain.kinds(person).count("password-reset") == domain.kinds(person).count("password-in-doubt") == 1
    proxy.stop()

"""The API told against real servers: slapd with its password policy, and Samba as an Active Directory controller."""

import contextlib
import os
import time
from unittest import mock

import pytest

from local.directories import samba, slapd
from local.directories.proxy import Proxy
from regain.directories.ldap.connection import Timeouts
from regain.domain import directory_change
from regain.recovery import completion
from tests.directories.worlds import ActiveDirectoryWorld, OpenLdapWorld
from tests.functions.directory_stand_in import Killed, people
from tests.functions.person import Person

pytestmark = pytest.mark.timeout(600)  # the first one provisions a domain

EVERY = (
    "lost", "late", "down", "killed before it is asked", "killed before it is recorded", "killed while it is recorded",
)  # fmt: skip
FAULTS = EVERY if os.environ.get("FAULTS") == "every" else EVERY[:1]
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


@pytest.mark.parametrize("state", ["must_change", "expired"])
def test_whoever_must_change_a_password_or_has_an_old_one_signs_in_and_changes_it(domain, there, state):
    person = newcomer(there)
    if state == "expired":
        there.expire_password(person, FIRST)
    else:
        there.must_change(person)
    done = domain.world.sign_in(person.user_id, FIRST)
    assert (done.status, done.body["must_change_password"]) == (200, True)
    here = Person.signed_in(domain.world, domain.card(person), done.session)
    here.step_up()
    assert here.post("password", current_password=FIRST, new_password=NEW).status == 200
    if state == "must_change" or isinstance(there, ActiveDirectoryWorld):  # in the other it is old after a second again
        assert domain.world.sign_in(person.user_id, NEW).body["must_change_password"] is False


@pytest.mark.parametrize("state", ["must_change", "expired"])
def test_whoever_must_change_a_password_or_has_an_old_one_resets_it_by_proofs(domain, there, state):
    person = newcomer(there)
    if state == "expired":
        there.expire_password(person, FIRST)
    else:
        there.must_change(person)
    assert reset(domain, person, NEW).status == 200
    if state == "must_change" or isinstance(there, ActiveDirectoryWorld):
        there.directory.verify(person, person.user_id, NEW)


@contextlib.contextmanager
def broken(fault, there, view, proxy):
    """The way to a directory, on which the next reset meets a fault. Yields how it ends: a problem, or None: killed."""
    proved, reset = view.service._proved, view.reset

    def once_proved(then):
        def wrapped(server):
            ready = proved(server)
            then()
            return ready

        return mock.patch.object(view.service, "_proved", wrapped)

    def killed(done):
        def wrapped(person, password, temporary=False):
            if done:
                reset(person, password, temporary)
            raise Killed

        return mock.patch.object(type(view), "reset", lambda _, *asked: wrapped(*asked))

    patched, problem = {
        "lost": lambda: (once_proved(lambda: setattr(proxy, "deaf", True)), "outcome-unknown"),
        "late": lambda: (once_proved(there.running.freeze), "outcome-unknown"),
        "down": lambda: (once_proved(proxy.stop), "directory-did-not-answer"),
        "killed before it is asked": lambda: (killed(False), None),
        "killed before it is recorded": lambda: (killed(True), None),
        "killed while it is recorded": lambda: (mock.patch.object(completion, "commit", side_effect=Killed), None),
    }[fault]()
    try:
        with patched:
            yield problem
    finally:
        proxy.deaf = False
        if fault == "late":
            there.running.thaw()


@pytest.mark.parametrize("password", [NEW, LATER], ids=["same", "other"])
@pytest.mark.parametrize("fault", FAULTS)
def test_after_each_fault_the_password_that_was_told_last_is_the_one_that_works(
    world, there, fault, password, monkeypatch
):
    """Six faults, with the same or another password afterwards, on both servers: 24 trials in `make directories`."""
    host, _, port = there.running.url.rpartition("/")[2].partition(":")
    target = host, int(port or 636)
    proxy = Proxy(host, target)
    view = there.connect(Timeouts(connect=30, answer=3), url=f"ldaps://{host}:{proxy.port}")
    monkeypatch.setattr(directory_change, "LEASE", 1)
    with people(world, view, "contoso.example") as domain, contextlib.closing(view.service):
        person = newcomer(there)
        flow = world.proved(person.user_id).body["flow"]
        with broken(fault, there, view, proxy) as problem:
            if problem:
                assert world.finish(flow, NEW).code in (problem, "outcome-unknown")
            else:
                with pytest.raises(Killed):
                    world.finish(flow, NEW)
        time.sleep(1.1)  # the lease
        if fault == "down":
            proxy = Proxy(host, target, proxy.port)
        assert world.finish(flow, password).status == 200
        there.directory.verify(person, person.user_id, password)
        assert domain.kinds(person).count("password-reset") == 1
    proxy.stop()

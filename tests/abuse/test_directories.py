"""Passwords in a directory of the organisation's: a real OpenLDAP behind the stack, and what strangers do to it through us."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from local.directories import slapd
from tests.abuse.client import Attacker, Deployment
from tests.abuse.evidence import proved
from tests.directories.sameness import serving
from tests.directories.worlds import OpenLdapWorld

FIRST, NEW = "the First password 1", "violet-Anchor-27-plum"
WRONG = 36
"""Fewer than the wrong passwords of all unknown browsers, however that limit is drawn: 50 less a quarter."""


@pytest.fixture
def mode():
    """No case here differs by mode."""
    return "private"


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """The directory."""
    world = OpenLdapWorld(slapd.start(tmp_path_factory.mktemp("slapd") / "openldap"))
    yield world
    world.stop()


@pytest.fixture(scope="module")
def served(there, tmp_path_factory):
    """The stack in front of it."""
    with serving(there, tmp_path_factory.mktemp("stack"), lockout_threshold=5, protected_groups=["Directors"]) as stack:
        yield stack


@pytest.fixture
def attacker(served):
    """Somebody on a network of their own."""
    return Attacker(Deployment("private", served))


def owner(there, attacker, mark):
    """Somebody in the directory who can be reached."""
    name = f"owner{attacker.number}{mark}"
    return there.person(FIRST, name, mail=(f"{name}@contoso.example", f"{name}@home.example"))


def test_89_a_directory_that_answers_late_never_or_for_another_of_the_same_name_gives_nothing_away(attacker, there):
    """Everything of a person belongs to the id that the directory gave them; who is down says so to everybody alike."""
    former = owner(there, attacker, "a")
    session = attacker.sign_in(former.user_id, FIRST).session
    assert attacker.request("GET", "/api/account", session=session).status == 200
    flow = attacker.proved(former.user_id).body["flow"]
    there.remove(former)
    successor = there.person("the Successors password 1", former.user_id.partition("@")[0])
    assert successor.user_id == former.user_id and successor.key != former.key
    assert attacker.request("GET", "/api/account", session=session).code == "sign-in-needed"
    assert attacker.finish(flow, NEW).code == "session-ended"
    there.directory.verify(successor, successor.user_id, "the Successors password 1")
    late = "test_after_each_fault_the_password_that_was_told_last_is_the_one_that_works"
    assert proved("tests/functions/test_directory_story.py", late)
    down = "test_a_directory_that_is_down_says_so_to_everybody_before_anything_is_spent"
    assert proved("tests/functions/test_directory_reset.py", down)


def test_90_a_service_account_with_a_wrong_password_does_not_lock_itself_by_our_retries():
    """Each secret is tried once in a quarter of an hour on each way, whatever is asked in between."""
    tried = "test_a_secret_that_the_directory_refuses_is_not_tried_again_and_again"
    assert proved("tests/directories/test_faults.py", tried)


def test_91_wrong_passwords_from_everywhere_lock_no_account_in_the_directory(attacker, there):
    """All wrong binds of an account together stay two below the directory's threshold; its owner gets in by proofs."""
    person = owner(there, attacker, "b")

    def guess(number):
        return attacker.sign_in(person.user_id, f"wrong-Password-{number}", address=f"127.{200 + number}.9.7").code

    with ThreadPoolExecutor(8) as many:
        assert set(many.map(guess, range(WRONG))) == {"wrong-user-id-or-password"}
    assert not there.find(person.user_id.partition("@")[0]).locked
    there.directory.verify(person, person.user_id, FIRST)
    assert attacker.finish(attacker.proved(person.user_id).body["flow"], NEW).status == 200
    there.directory.verify(person, person.user_id, NEW)


def test_92_a_protected_account_is_never_changed_and_says_so_after_a_proof_only(attacker, there):
    """Before a proof it is answered like anybody's; after it, before anything is changed, its owner is told whom to ask."""
    person, other = owner(there, attacker, "c"), owner(there, attacker, "d")
    there.group("Directors", person)
    begun = [attacker.start(each.user_id) for each in (person, other)]
    assert [each.status for each in begun] == [201, 201]
    sent = [attacker.send(each.body["flow"]).status for each in begun]
    assert sent == [202, 202]
    flow = begun[0].body["flow"]
    code = attacker.code(begun[0].body["reference"])
    assert attacker.verify(flow, code).code == "not-enabled-for-password-reset"
    assert attacker.finish(flow, NEW).status >= 400
    there.directory.verify(person, person.user_id, FIRST)

"""The API told against a user pool in the embedded engine, and what its functions may do there."""

import pytest

from local.template import read
from regain.directories import cognito
from regain.domain import policy
from tests.directories.worlds import CognitoWorld
from tests.functions.directory_stand_in import people
from tests.functions.permissions import ALL, allowed, recording
from tests.functions.person import Person

FIRST, NEW, LATER = "the-First-password-1", "violet-Anchor-27-plum", "copper-Window-58-lake"
DOMAIN = "contoso.example"


@pytest.fixture(scope="module")
def pool(engine):
    made = CognitoWorld()
    yield made
    made.stop()


@pytest.fixture
def domain(world, pool):
    with people(world, pool.directory, DOMAIN) as found:
        yield found


def newcomer(domain, pool, **attributes):
    name = domain.world.name("c")
    return pool.person(FIRST, name, **{"mail": f"{name}@home.example", **attributes})


def reset(domain, person, password):
    return domain.world.finish(domain.world.proved(person.user_id).body["flow"], password)


def rules(refused):
    return [each["rule"] for each in refused.body["feedback"]]


def test_the_life_of_a_password_in_a_user_pool(domain, pool):
    person, world = newcomer(domain, pool), domain.world
    done = reset(domain, person, NEW)
    assert done.status == 200, done.body
    assert domain.card(person).password == "!"
    session = world.sign_in(person.user_id, NEW).session
    here = Person.signed_in(world, domain.card(person), session)
    wrong = here.post("password", current_password="not-the-old-one-1", new_password=LATER)
    assert wrong.code == "wrong-current-password"
    changed = here.post("password", current_password=NEW, new_password=LATER)
    assert changed.status == 200, changed.body
    assert world.sign_in(person.user_id, LATER).status == 200
    assert world.sign_in(person.user_id, "not the one at all").code == "wrong-user-id-or-password"
    assert world.sign_in(f"nobody.at.all@{DOMAIN}", LATER).code == "wrong-user-id-or-password"
    assert [wait <= 0.5 for wait in domain.waits] and len(domain.waits) >= 3  # at whole steps of time


def test_what_the_pools_policy_refuses_is_told_in_words_and_the_flow_goes_on(domain, pool):
    person = newcomer(domain, pool)
    flow = domain.world.proved(person.user_id).body["flow"]
    refused = domain.world.finish(flow, "violet anchor without any digit")
    assert (refused.status, rules(refused)) == (422, ["directory-classes"])
    assert domain.world.finish(flow, NEW).status == 200


def test_whoever_has_verified_nothing_gets_no_code_and_nobody_can_tell(domain, pool):
    person = pool.person(FIRST, domain.world.name("u"))
    told = [domain.world.start(who) for who in (person.user_id, f"nobody.at.all@{DOMAIN}")]
    shown = [[(each["kind"], each["label"]) for each in started.body["methods"]] for started in told]
    assert shown[0] == shown[1] and [started.status for started in told] == [201, 201]
    for started in told:
        assert domain.world.send(started.body["flow"]).status == 202
        assert [each["channel"] for each in domain.world.outbox(started.body["reference"])] == ["none"]


def test_whoever_is_disabled_is_told_after_a_proof_and_not_touched(domain, pool):
    person = newcomer(domain, pool)
    pool.disable(person)
    started = domain.world.start(person.user_id).body
    assert domain.world.send(started["flow"]).status == 202
    told = domain.world.verify(started["flow"], domain.world.code(started["reference"]))
    assert told.code == "account-turned-off"


def test_a_temporary_password_is_changed_at_the_first_sign_in(domain, pool):
    person = newcomer(domain, pool)
    pool.directory.reset(person, NEW, temporary=True)
    done = domain.world.sign_in(person.user_id, NEW)
    assert (done.status, done.body["must_change_password"]) == (200, True)
    here = Person.signed_in(domain.world, domain.card(person), done.session)
    here.step_up()
    assert here.post("password", current_password=NEW, new_password=LATER).status == 200
    assert domain.world.sign_in(person.user_id, LATER).body["must_change_password"] is False


def test_a_second_factor_of_the_pool_is_named_after_the_right_password_only(domain, pool, monkeypatch):
    person = newcomer(domain, pool)
    asked = {"ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": "s" * 20}
    right = cognito.CognitoDirectory._authenticate

    def challenged(self, name, password):
        return right(self, name, password) and asked

    monkeypatch.setattr(cognito.CognitoDirectory, "_authenticate", challenged)
    assert domain.world.sign_in(person.user_id, FIRST).code == "second-factor-elsewhere"
    assert domain.world.sign_in(person.user_id, "not the one at all").code == "wrong-user-id-or-password"


def test_an_unlock_is_not_offered():
    assert policy.OFFERS["cognito"] == cognito.CognitoDirectory.offers == policy.ABILITIES - {"unlock"}


def test_a_pool_that_is_gone_says_the_same_to_everybody(world, pool):
    gone = pool.connect(pool=f"{pool.pool.partition('_')[0]}_gone")
    with people(world, gone, DOMAIN) as domain:
        told = [domain.world.start(f"{name}@{DOMAIN}") for name in ("maria", "nobody")]
        assert {each.code for each in told} == {"directory-refused"}


READS, JUDGES = "cognito-idp:AdminGetUser", "cognito-idp:AdminInitiateAuth"
SETS, ENDS = "cognito-idp:AdminSetUserPassword", "cognito-idp:AdminUserGlobalSignOut"
ANSWERS = "cognito-idp:AdminRespondToAuthChallenge"


@pytest.fixture
def rights(root, pool):
    """What each function may do in Cognito, and where."""
    arn = f"arn:aws:cognito-idp:eu-west-1:*:userpool/{pool.pool}"
    made = read(root / "template.yaml", {"UserPoolArns": arn})
    found = {f.name: {key for key in allowed(made, f.name) if key[0].startswith("cognito")} for f in made.functions}
    return {
        name: {action for action, where in keys if where == f"userpool/{pool.pool}"} for name, keys in found.items()
    }


def test_each_function_may_do_in_the_pool_what_it_does_and_others_nothing_b19(rights):
    setting = {READS, JUDGES, SETS, ENDS}
    wanted = {"ResetFunction": setting, "AccountFunction": {*setting, ANSWERS}, "AdminFunction": setting}
    assert {name: actions for name, actions in rights.items() if actions} == wanted


def test_the_calls_of_a_reset_and_a_change_are_those_rights_b19(domain, pool, rights, monkeypatch):
    person = newcomer(domain, pool)
    flow = domain.world.proved(person.user_id).body["flow"]
    used = recording(monkeypatch)

    def calls():
        found = {action for action, _ in used if action.startswith("cognito")}
        assert {where for action, where in used if action.startswith("cognito")} == {f"userpool/{pool.pool}"}
        used.clear()
        return found

    assert domain.world.finish(flow, NEW).status == 200
    assert calls() == {READS, SETS, ENDS} < rights["ResetFunction"]
    here = Person.signed_in(domain.world, domain.card(person), domain.world.sign_in(person.user_id, NEW).session)
    assert here.post("password", current_password=NEW, new_password=LATER).status == 200
    assert calls() == {READS, JUDGES, ENDS} < rights["AccountFunction"]
    pool.directory.reset(person, NEW, temporary=True)
    used.clear()
    pool.directory.change(person, NEW, FIRST)
    assert calls() == {JUDGES, ANSWERS, ENDS} < rights["AccountFunction"]


def test_a_stack_without_a_user_pool_may_do_nothing_there(root):
    made = read(root / "template.yaml")
    for function in made.functions:
        assert not [key for key in allowed(made, function.name) if key[0].startswith(("cognito", "ds"))]


def test_managed_directories_are_read_and_set_by_those_who_set_passwords_b19(root):
    arn = "arn:aws:ds:eu-central-1:*:directory/d-90670a1b2c"
    made = read(root / "template.yaml", {"ManagedDirectoryArns": arn})
    found = {
        f.name: {key: kept for key, kept in allowed(made, f.name).items() if key[0].startswith("ds")}
        for f in made.functions
    }
    where = "directory/d-90670a1b2c"
    wanted = {(action, where): {ALL} for action in ("ds:AccessDSData", "ds:ResetUserPassword", "ds-data:DescribeUser")}
    assert {name for name, keys in found.items() if keys} == {"ResetFunction", "AccountFunction", "AdminFunction"}
    assert [keys for keys in found.values() if keys] == [wanted] * 3

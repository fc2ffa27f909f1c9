"""A reset and an unlock of passwords that live in a directory: the sequence, and what it does when things go wrong."""

import contextlib
from dataclasses import replace

import pytest

from notify import app
from regain.adapters import recoveries
from regain.api.contract import FinishReset
from regain.api.request_context import RequestContext
from regain.directories.base import NotAllowed, Requirements, Unanswered
from regain.domain.directory_change import LEASE
from regain.domain.ldap import Ldap
from regain.domain.policy import Domain
from regain.problems import WRONG_CREDENTIALS, Refused
from regain.recovery import in_directory
from reset.flow import finish
from tests.functions.conftest import Context
from tests.functions.directory_stand_in import DOMAIN, Killed, StandIn, people
from tests.functions.person import Person

NEW, OTHER = "violet-Anchor-27-plum", "copper-Window-58-lake"
NOW = 1_800_000_000


@pytest.fixture
def domain(world):
    with people(world, StandIn()) as found:
        yield found


class Flow:
    """Somebody in the directory who has given every proof, at a time that stands still."""

    def __init__(self, domain, clock, purpose="reset", **facts):
        self.domain, self.clock, self.purpose, self.now = domain, clock, purpose, NOW
        self.wait(0)
        self.directory = domain.directory
        self.person = self.directory.add(**facts)
        self.token = domain.world.proved(self.person.user_id, purpose).body["flow"]
        self.directory.calls.clear()

    def wait(self, seconds):
        self.now += seconds
        self.clock.move_to(self.now, tick=False)

    def finish(self, password=NEW):
        return self.domain.world.finish(self.token, password, self.purpose)

    def killed(self, password=NEW):
        self.directory.faults.append("killed")
        with pytest.raises(Killed):
            self.finish(password)

    @property
    def password(self):
        return self.directory.password(self.person)


@pytest.fixture
def flow(domain, time_machine):
    return Flow(domain, time_machine)


def test_a_reset_sets_the_password_there_and_makes_the_card_without_one(flow):
    domain, person = flow.domain, flow.person
    assert domain.card(person) is None, "nothing is made before the first success"
    done = flow.finish()
    assert (done.status, done.body["usable"], flow.password) == (200, "now", NEW)
    assert flow.directory.calls == ["find", "reset"]
    assert done.operations == ("BatchGetItem", "BatchGetItem", "TransactWriteItems", "TransactWriteItems")
    made = domain.card(person)
    assert (made.user_id, made.password, made.generation) == (person.user_id, "!", 1)
    assert {"directory-asked", "password-reset"} <= set(domain.kinds(person))
    assert domain.notices(person) == [("password-reset", person.other_mails[0])]
    assert flow.finish().code == "session-ended"


def test_how_long_until_every_server_knows_the_new_password_is_told(flow):
    domains = flow.domain.world.services.organisation.domains  # `people` takes the domain away again
    domains[DOMAIN] = Domain("ldap", ldap=Ldap("openldap", usable_minutes=15))
    assert flow.finish().body["usable"] == "15"


def test_a_password_that_the_directory_refuses_keeps_the_flow_and_says_what_to_change(flow):
    refused = flow.finish("the First password 1")
    assert (refused.status, refused.code) == (422, "password-not-accepted")
    assert [each["rule"] for each in refused.body["feedback"]] == ["directory-history"]
    assert "had this password before" in refused.body["feedback"][0]["message"]
    assert {"directory-asked", "password-refused"} <= set(flow.domain.kinds(flow.person))
    assert flow.finish().status == 200


def test_our_own_rules_come_first_and_characters_that_stand_for_others_are_refused(flow):
    for password, rule in (("short", "too-short"), ("violet-Anchor²-plum-x", "characters")):
        assert rule in [each["rule"] for each in flow.finish(password).body["feedback"]]
    assert flow.directory.calls == ["find", "find"], "nothing was asked of the directory"
    assert flow.finish("viole\u0301t-Anchor-27-plum").status == 200
    assert flow.password == "viol\u00e9t-Anchor-27-plum", "sent in NFC"


@pytest.mark.parametrize("password", [NEW, OTHER], ids=["same", "other"])
@pytest.mark.parametrize("fault", ["lost", "late", "unknown"])
def test_after_a_lost_answer_the_password_that_was_told_last_is_the_one_that_works(flow, fault, password):
    flow.directory.faults.append(fault)
    lost = flow.finish()
    assert (lost.status, lost.code, lost.body["retry_after"]) == (503, "outcome-unknown", LEASE)
    assert ("password-in-doubt", flow.person.other_mails[0]) in flow.domain.notices(flow.person)
    assert flow.finish(password).code == "being-set"
    flow.wait(LEASE)
    assert flow.finish(password).status == 200
    flow.directory.find(flow.person.user_id)  # whatever was late has come by now
    assert flow.password == password
    assert flow.domain.kinds(flow.person).count("password-reset") == 1


@pytest.mark.parametrize("password", [NEW, OTHER], ids=["same", "other"])
def test_whoever_is_killed_between_act_and_record_leaves_what_the_next_try_needs(flow, password):
    flow.killed()
    assert flow.password == NEW and "password-reset" not in flow.domain.kinds(flow.person)
    flow.wait(LEASE)
    assert flow.finish(password).status == 200
    assert (flow.password, flow.domain.card(flow.person).generation) == (password, 1)


def test_whoever_never_comes_back_is_told_that_their_password_may_have_been_changed(flow):
    told = [("password-in-doubt", flow.person.other_mails[0])]
    flow.killed()
    app.lambda_handler({}, Context())
    assert flow.domain.notices(flow.person) == [], "it may still be under way"
    flow.wait(LEASE + 1)
    for _ in range(2):
        app.lambda_handler({}, Context())
        assert flow.domain.notices(flow.person) == told
    assert flow.domain.kinds(flow.person).count("password-in-doubt") == 1


@pytest.mark.parametrize("fault", ["", "killed", "lost", "down"])
def test_nobody_is_told_twice_or_of_what_has_been_settled(flow, fault):
    flow.directory.faults.append(fault)
    with contextlib.suppress(Killed):
        flow.finish()
    flow.wait(LEASE)
    if fault != "":
        assert flow.finish().status == 200
    app.lambda_handler({}, Context())
    kinds = [kind for kind, _ in flow.domain.notices(flow.person)]
    assert kinds == (["password-in-doubt"] if fault == "lost" else []) + ["password-reset"]


def test_a_doubt_stays_while_later_tries_come_to_nothing(flow):
    flow.killed()
    flow.wait(LEASE)
    flow.directory.faults.append("down")
    assert flow.finish(OTHER).code == "directory-did-not-answer"
    services, subject = flow.domain.world.services, flow.domain.subject(flow.person)
    change = recoveries.change(services.store.batch_get([services.recoveries.key(subject, "change")])[0])
    assert (change.until, change.server) == (NOW + LEASE, "ldaps://one"), "tries in vain make no doubt younger"
    flow.wait(LEASE)
    app.lambda_handler({}, Context())
    assert [kind for kind, _ in flow.domain.notices(flow.person)] == ["password-in-doubt"]


def test_a_flow_that_is_ended_from_elsewhere_in_between_leaves_everything_else_right(flow):
    """By an administrator, for example: the password is set, so sessions end, and its owner hears of it (B5)."""
    services, subject = flow.domain.world.services, flow.domain.subject(flow.person)

    def ended():
        (item,) = services.store.batch_get([services.recoveries.key(subject, "throttle")])
        throttle = recoveries.throttle(item).overtaken()
        services.store.commit([services.recoveries.throttle_write(subject, throttle, services.now)])

    session = flow.domain.world.sign_in(flow.person.user_id, "the First password 1").session
    flow.directory.meanwhile = ended
    assert flow.finish().code == "session-ended"
    flow.directory.meanwhile = lambda: None
    assert (flow.password, flow.domain.card(flow.person).generation) == (NEW, 1)
    assert flow.domain.notices(flow.person) == [("password-reset", flow.person.other_mails[0])]
    assert flow.domain.kinds(flow.person).count("password-reset") == 1
    here = Person.signed_in(flow.domain.world, flow.domain.card(flow.person), session)
    assert here.call("GET", "").code == "sign-in-needed"
    flow.wait(LEASE)
    app.lambda_handler({}, Context())
    assert len(flow.domain.notices(flow.person)) == 1


def test_of_six_finishes_at_once_one_is_done_and_what_works_is_what_it_was_told(flow):
    told = []

    def another():
        for _ in range(5):
            with pytest.raises(Refused) as refused:  # a resolver answers one request at a time
                finish(FinishReset(flow=flow.token, new_password=OTHER), RequestContext("192.0.2.7", "R-0000-0000"))
            told.append(refused.value.problem.code)

    flow.directory.meanwhile = another
    assert flow.finish().status == 200
    assert (told, flow.password) == (["being-set"] * 5, NEW)


def test_where_nothing_was_done_that_is_said_and_the_flow_stays(flow):
    flow.directory.faults.append("down")
    failed = flow.finish()
    assert (failed.status, failed.code) == (503, "directory-did-not-answer")
    assert failed.headers["retry-after"] == str(failed.body["retry_after"])
    assert flow.finish().status == 200, "at once: no lease is left"


def test_a_right_that_is_missing_is_for_the_organisation_to_repair_and_its_code_for_operators(flow):
    flow.directory.reset = lambda *_: (_ for _ in ()).throw(NotAllowed("00002098"))
    assert flow.finish().code == "directory-refused"
    reasons = {event["kind"]: event.get("reason") for event in flow.domain.events(flow.person)}
    assert reasons["directory-refused"] == "00002098"


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"enabled": False}, "account-turned-off"),
        ({"expired": True}, "account-turned-off"),
        ({"protected": True}, "not-enabled-for-password-reset"),
        ({"managed_elsewhere": True}, "contact-your-administrator"),
        ({"key": "another"}, "session-ended"),
        ({"other_mails": ("elsewhere@home.example",)}, "session-ended"),
    ],
)
def test_whoever_may_not_be_changed_any_more_is_told_so_and_nothing_is_changed(
    domain, time_machine, purpose, change, code
):
    flow = Flow(domain, time_machine, purpose)
    flow.directory.update(flow.person, **change)
    assert flow.finish().code == code
    assert (flow.directory.calls, flow.directory.passwords[flow.person.key]) == (["find"], ["the First password 1"])


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"enabled": False}, "account-turned-off"),
        ({"protected": True}, "not-enabled-for-password-reset"),
        ({"managed_elsewhere": True}, "contact-your-administrator"),
    ],
)
def test_whoever_may_not_be_changed_is_told_after_a_proof_and_not_before(domain, facts, code):
    person = domain.directory.add(**facts)
    world = domain.world
    started = world.start(person.user_id)
    assert started.status == 201
    assert world.send(started.body["flow"]).status == 202
    assert world.verify(started.body["flow"], world.code(started.body["reference"])).code == code


def test_start_looks_somebody_up_once_and_the_steps_before_a_proof_not_at_all(domain):
    person = domain.directory.add()
    shapes = set()
    for user_id in (person.user_id, f"nobody@{DOMAIN}"):
        domain.directory.calls.clear()
        started = domain.world.start(user_id)
        sent = domain.world.send(started.body["flow"])
        wrong = domain.world.verify(started.body["flow"], "99999x")
        assert domain.directory.calls == ["find"]
        shapes.add((started.status, started.operations, sent.status, sent.operations, wrong.code, wrong.operations))
    assert len(shapes) == 1
    assert all(0 < wait <= 0.25 for wait in domain.waits) and len(domain.waits) == 2


def test_a_directory_that_is_down_says_so_to_everybody_before_anything_is_spent(domain):
    person, world = domain.directory.add(), domain.world
    domain.directory.down = Unanswered(known=True)
    proof = world.proof()
    for user_id in (person.user_id, f"nobody@{DOMAIN}"):
        told = world.post("/api/reset/start", {"user_id": user_id, "proof": proof})
        assert (told.status, told.code, told.operations) == (503, "directory-did-not-answer", ())
    domain.directory.down = None
    assert world.post("/api/reset/start", {"user_id": person.user_id, "proof": proof}).status == 201


def test_a_new_person_under_an_old_name_has_nothing_of_the_one_before(flow):
    flow.finish()
    before = flow.domain.subject(flow.person)
    new = replace(flow.person, key="a newcomer's")
    flow.directory.people[new.user_id] = new
    assert flow.domain.card(new) is None and flow.domain.subject(new) != before


def test_an_unlock_lifts_the_lockout_there(domain, time_machine):
    flow = Flow(domain, time_machine, "unlock", locked=True)
    assert flow.finish().status == 200
    assert flow.directory.calls == ["find", "unlock"]
    assert not flow.directory.people[flow.person.user_id].locked
    assert domain.notices(flow.person) == [("account-unlocked", flow.person.other_mails[0])]


def test_what_was_registered_in_regain_proves_who_somebody_in_a_directory_is(domain):
    person, world = domain.directory.add(other_mails=()), domain.world
    session = world.sign_in(person.user_id, "the First password 1").session
    here = Person.signed_in(world, domain.card(person), session)
    here.step_up()
    saved = here.register("recovery-code").body["recovery_code"]
    flow = world.start(person.user_id).body["flow"]
    assert world.verify(flow, saved, "recovery-code").status == 200
    done = world.finish(flow, NEW)
    assert (done.status, domain.directory.password(person)) == (200, NEW)
    assert done.body["recovery_code"] != saved, "it is replaced"


@pytest.mark.parametrize(("took", "waits"), [(0.1, 0.15), (0.6, 0.15), (0.251, 0.249)])
def test_answers_wait_for_the_next_whole_step_since_the_request_came_in(domain, monkeypatch, took, waits):
    context = RequestContext("192.0.2.7", "R-0000-0000", arrived=100.0)
    with monkeypatch.context() as once:
        once.setattr(in_directory.time, "monotonic", lambda: 100.0 + took)
        with pytest.raises(Refused), in_directory.at_whole_steps(domain.world.services, f"x@{DOMAIN}", context):
            raise Refused(WRONG_CREDENTIALS)
        with in_directory.at_whole_steps(domain.world.services, "x@contoso.example", context):
            pass
    assert domain.waits == [pytest.approx(waits)], "and in no other domain"


def test_what_the_directory_asks_is_said_before_the_password_is_typed_and_only_after_the_proof(domain):
    person, world = domain.directory.add(), domain.world
    domain.directory.asks = Requirements(20, True, 24)
    started = world.start(person.user_id).body
    world.send(started["flow"])
    assert domain.directory.calls == ["find"], "one search, and nothing more, before the proof"
    proved = world.verify(started["flow"], world.code(started["reference"])).body
    assert domain.directory.calls == ["find", "find", "requirements"]
    said = {rule["rule"]: rule["text"] for rule in proved["password_rules"]}
    assert list(said) == ["length", "classes", "guessable", "history"]
    assert "at least 20 characters" in said["length"] and said["history"] == "Do not use one of your last 24 passwords."
    domain.directory.down = Unanswered(known=True)
    again = world.post("/api/reset/state", {"flow": started["flow"]})
    assert (again.status, again.body.get("password_rules", [])) == (200, []), "the proof is given all the same"


def test_who_may_not_change_a_password_yet_reads_when(domain):
    person = domain.directory.add()
    here = Person.signed_in(domain.world, None, domain.world.sign_in(person.user_id, "the First password 1").session)
    domain.directory.asks = Requirements(changeable_at=domain.world.services.now + 7_000)
    said = {rule["rule"]: rule["text"] for rule in here.get("").body["password_rules"]}
    assert said["age"] == "It can be changed again in 2 hours." and "current" in said

"""The API told against the stand-in for Entra ID: what people are told, by whom it is decided, and when anything changes."""

import time
import types

import pytest

from local.directories.entra_tenant import Response
from local.directories.entra_tokens import AUDIENCE
from regain.directories import kinds
from regain.directories.base import NotAccepted, NotAllowed, Stopped, Unanswered, WrongPassword
from regain.directories.counted import Counted
from regain.directories.entra import https
from regain.domain import directory_change, policy
from regain.domain.entra import Entra
from regain.domain.policy import Domain
from regain.organisation.settings import About, Organisation
from tests.directories.entra_world import EntraWorld
from tests.functions.agent import Agent
from tests.functions.directory_stand_in import people
from tests.functions.test_repudiation import changed, secure

FIRST, NEW, LATER = "the First password 1", "violet-Anchor-27-plum", "copper-Window-58-lake"
DOMAIN = "cloud.example"
FORM = {"Action": "GetWebIdentityToken", "SigningAlgorithm": "RS256", "Audience.member.1": AUDIENCE}


@pytest.fixture(scope="module")
def tenant_world():
    made = EntraWorld()
    made.directory = made.connect(assertion=lambda: made.tenant.aws.token(FORM, time.time()))
    yield made
    made.stop()


@pytest.fixture
def domain(world, tenant_world):
    domains = world.services.organisation.domains
    domains[DOMAIN] = Domain("entra", entra=Entra("t", "c"))
    with people(world, tenant_world.directory, DOMAIN) as found:
        tenant_world.running.asked.clear()
        yield found
    del domains[DOMAIN]
    tenant_world.running.faults.clear()


def newcomer(domain, entra, **properties):
    """Somebody with another address, as Regain finds them."""
    name = f"{domain.world.name('e')}@{DOMAIN}"
    entra.tenant.add(
        name, FIRST, otherMails=[f"{name.partition('@')[0]}@home.example"], givenName="Maria", **properties
    )
    return entra.directory.find(name)


def test_the_life_of_a_password_in_entra_id(domain, tenant_world):
    person, world = newcomer(domain, tenant_world), domain.world
    flow = world.proved(person.user_id).body["flow"]
    tenant_world.running.asked.clear()
    refused = world.finish(flow, "seventeen friendly otters")
    assert (refused.status, [each["rule"] for each in refused.body["feedback"]]) == (422, ["directory-unknown"])
    assert world.finish(flow, NEW).status == 200
    assert tenant_world.running.asked == ["find", "reset", "find", "reset", "revoke"]
    assert tenant_world.signs_in(person, NEW) and tenant_world.tenant.ended[person.key] == 1
    assert (domain.card(person).password, domain.card(person).generation) == ("!", 1)
    assert ("password-reset", person.other_mails[0]) in domain.notices(person)


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"onPremisesSyncEnabled": True}, "contact-your-administrator"), ({"userType": "Guest"}, "contact-your-administrator"),
        ({}, "not-enabled-for-password-reset"),
    ],
    ids=["synchronised", "guest", "administrator"],
)  # fmt: skip
def test_whose_password_is_elsewhere_is_told_after_a_proof_and_nothing_is_changed(
    domain, tenant_world, properties, code
):
    person, world = newcomer(domain, tenant_world, **properties), domain.world
    if not properties:
        tenant_world.tenant.join(person.key, "Global Administrator", "directoryRole")
    ordinary = newcomer(domain, tenant_world)
    tenant_world.running.asked.clear()
    begun = [world.start(each) for each in (person.user_id, ordinary.user_id, f"nobody@{DOMAIN}")]
    shapes = [(each.status, sorted(each.body), [way["kind"] for way in each.body["methods"]]) for each in begun]
    assert shapes[0] == shapes[1] == shapes[2], "nobody can tell before a proof"
    assert tenant_world.running.asked == ["find"] * 3 and len(domain.waits) == 3
    begun = world.start(person.user_id).body
    assert world.send(begun["flow"]).status == 202
    assert world.verify(begun["flow"], world.code(begun["reference"])).code == code
    assert "reset" not in tenant_world.running.asked and tenant_world.signs_in(person, FIRST)


def test_whoever_is_synchronised_after_the_proof_is_refused_before_the_change(domain, tenant_world):
    person = newcomer(domain, tenant_world)
    flow = domain.world.proved(person.user_id).body["flow"]
    tenant_world.change(person, onPremisesSyncEnabled=True)
    assert domain.world.finish(flow, NEW).code == "contact-your-administrator"
    assert "reset" not in tenant_world.running.asked


@pytest.mark.parametrize("password", [NEW, LATER], ids=["same", "other"])
def test_after_a_lost_answer_the_password_that_was_told_last_works_though_nobody_can_sign_in_here(
    domain, tenant_world, monkeypatch, password
):
    monkeypatch.setattr(directory_change, "LEASE", 0)
    person = newcomer(domain, tenant_world)
    flow = domain.world.proved(person.user_id).body["flow"]
    tenant_world.running.faults["reset"] = ["cut"]
    lost = domain.world.finish(flow, NEW)
    assert (lost.status, lost.code) == (503, "outcome-unknown")
    assert domain.world.finish(flow, password).status == 200
    assert tenant_world.signs_in(person, password)
    assert domain.kinds(person).count("password-reset") == 1


def test_microsofts_wish_to_be_left_alone_is_passed_on_to_everybody_alike(domain, tenant_world):
    person = newcomer(domain, tenant_world)
    for who in (person.user_id, f"nobody@{DOMAIN}"):
        tenant_world.running.faults["find"] = [Response(429, None, {"Retry-After": "42"})]
        busy = domain.world.start(who)
        assert (busy.status, busy.code, busy.body["retry_after"]) == (503, "directory-did-not-answer", 42)
        assert busy.headers["retry-after"] == "42"


def test_a_missing_permission_is_for_the_organisation_to_repair(domain, tenant_world):
    person = newcomer(domain, tenant_world)
    flow = domain.world.proved(person.user_id).body["flow"]
    before = tenant_world.tenant.permissions
    tenant_world.tenant.permissions = before - {"User-PasswordProfile.ReadWrite.All"}
    assert domain.world.finish(flow, NEW).code == "directory-refused"
    tenant_world.tenant.permissions = before
    reasons = {event["kind"]: event.get("reason") for event in domain.events(person)}
    assert reasons["directory-refused"] == "graph: 403 Authorization_RequestDenied"
    assert domain.world.finish(flow, NEW).status == 200


def test_nobody_signs_in_or_unlocks_here_and_microsoft_is_not_asked(domain, tenant_world):
    person = newcomer(domain, tenant_world)
    tenant_world.running.asked.clear()
    for who in (person.user_id, f"nobody@{DOMAIN}"):
        assert domain.world.sign_in(who, FIRST).code == "sign-in-elsewhere"
        assert domain.world.start(who, "unlock").code == "cannot-be-unlocked-here"
    assert tenant_world.running.asked == []
    assert policy.OFFERS["entra"] == tenant_world.directory.offers


def test_security_info_belongs_to_the_id_and_not_to_the_name(domain, tenant_world):
    former = newcomer(domain, tenant_world)
    assert domain.world.finish(domain.world.proved(former.user_id).body["flow"], NEW).status == 200
    tenant_world.remove(former)
    tenant_world.tenant.add(former.user_id, FIRST, otherMails=["somebody.else@home.example"])
    latter = tenant_world.directory.find(former.user_id)
    assert domain.account_id(latter) != domain.account_id(former)
    assert domain.card(former) and domain.card(latter) is None


def test_a_temporary_password_and_this_was_not_me_work_there(domain, tenant_world):
    person, victim = newcomer(domain, tenant_world), newcomer(domain, tenant_world)
    made = Agent(domain.world).proved().over(person, "reset")
    assert made.status == 200, made.body
    assert (
        tenant_world.signs_in(person, made.body["temporary_password"]) and tenant_world.tenant.must_change[person.key]
    )
    assert secure(domain.world, changed(domain.world, victim)).body == {"done": True}
    assert not tenant_world.signs_in(victim, NEW) and tenant_world.tenant.ended[victim.key] >= 2


def test_how_calls_end_that_no_function_of_its_own_makes_is_counted_too(monkeypatch):
    counted = []
    monkeypatch.setattr("regain.api.metrics.count", lambda name, **facts: counted.append((name, facts["outcome"])))
    for outcome in (NotAccepted("history"), NotAllowed("x"), Stopped("gone"), Unanswered(True), Unanswered(False), WrongPassword()):  # fmt: skip

        def end(*_, outcome=outcome):
            raise outcome

        with pytest.raises(type(outcome)):
            Counted(types.SimpleNamespace(reset=end)).reset(None, "x")
    assert Counted(types.SimpleNamespace(find=lambda _: None)).find("x") is None
    ends = ["not-accepted", "not-allowed", "stopped", "nothing-done", "unknown", "wrong-password", "done"]
    assert counted == [("Directory", each) for each in ends]


def test_a_domains_directory_is_connected_before_any_request_and_asks_nothing(tenant_world):
    settings = Organisation(About("Contoso"), {DOMAIN: Domain("entra", entra=Entra("t", "c", ("Directors",)))})
    tenant_world.running.asked.clear()
    https.tls.cache_clear()
    made = kinds.directories(settings, {})[DOMAIN]
    assert (made.offers, made.lockout.threshold) == ({"reset", "temporary-password"}, 0)
    assert [each.url for each in (made.asked.graph.origin, made.asked.graph.tokens.login)] == [https.GRAPH, https.LOGIN]
    assert https.tls.cache_info().currsize == 1, "a snapshot holds it"
    assert kinds.directories(settings, tenant_world.running.environment)[DOMAIN].asked.graph.origin.url.startswith(
        "http:"
    )
    with pytest.raises(ValueError, match="hosts only"):
        kinds.directories(settings, {"ENTRA_STAND_IN": "http://10.0.0.1:80"})
    assert tenant_world.running.asked == []

"""One organisation, several directories: staff in Active Directory, students in Cognito, partners in a table of ours."""

import contextlib

import pytest

from hooks import policy_texts
from local.directories import samba
from regain.domain.policy import ABILITIES
from regain.organisation import policies
from regain.organisation.language import Language
from regain.recovery import in_directory
from tests.directories.worlds import ActiveDirectoryWorld, CognitoWorld
from tests.functions.agent import Agent
from tests.functions.directory_stand_in import people
from tests.functions.test_audit import count_events

pytestmark = pytest.mark.timeout(600)  # it provisions a domain
STAFF, STUDENTS, PARTNERS = "staff.example", "students.example", "contoso.example"
FIRST, NEW = "the-First-password-1", "violet-Anchor-27-plum"
LDAP = {"kind": "active-directory", "url": ["ldaps://127.0.0.1:1"], "base": "dc=x", "service_account": "cn=x,dc=x"}
POOL = {"pool": "eu-west-1_students", "client": "regain"}
DOMAINS = {
    STAFF: {"directory": "ldap", "ldap": LDAP},
    STUDENTS: {"directory": "cognito", "cognito": POOL},
    PARTNERS: {},
}


class Everybody:
    """One person of each domain, and the organisation that all of them belong to."""

    def __init__(self, world, ad, pool):
        self.world, self.ad, self.pool = world, ad, pool
        name = world.name("x")
        ad.add(name, FIRST, {"mail": f"{name}@{STAFF}", "otherMailbox": f"{name}@home.example"})
        pool.add(name, FIRST, {"mail": f"{name}@home.example"})
        self.staff, self.student = f"{name}@{STAFF}", f"{name}@{STUDENTS}"
        self.partner = world.person(user_id=f"{name}@{PARTNERS}").user_id

    @property
    def user_ids(self):
        return self.staff, self.student, self.partner

    def account(self, user_id):
        """Their account; of whoever's password lives in a directory, the card."""
        services = self.world.services
        directory = services.directory(user_id)
        if not directory:
            return services.accounts.by_user_id(user_id)
        return services.accounts.get(in_directory.account_id(services, user_id, directory.find(user_id)))

    def events(self, user_id):
        services = self.world.services
        subject = services.recoveries.subject(self.account(user_id).id)
        return services.store.query(services.events.table, "subject", subject, limit=1_000)


@pytest.fixture(scope="module")
def ad(tmp_path_factory):
    made = ActiveDirectoryWorld(samba.start(tmp_path_factory.mktemp("several") / "ad"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def pool(engine):
    made = CognitoWorld(STUDENTS)
    yield made
    made.stop()


@pytest.fixture
def everybody(use, ad, pool):
    world = use(domains=DOMAINS)
    with contextlib.ExitStack() as stack:
        for domain, there in ((STAFF, ad), (STUDENTS, pool)):
            stack.enter_context(people(world, there.directory, domain))
        yield Everybody(world, ad, pool)


def test_a_reset_reaches_the_directory_of_each_and_no_other(everybody):
    world = everybody.world
    for user_id in everybody.user_ids:
        done = world.finish(world.proved(user_id).body["flow"], NEW)
        assert done.status == 200, (user_id, done.body)
        assert world.sign_in(user_id, NEW).status == 200, user_id
    staff, student = everybody.ad.directory.find(everybody.staff), everybody.pool.directory.find(everybody.student)
    everybody.ad.directory.verify(staff, everybody.staff, NEW)
    everybody.pool.directory.verify(student, everybody.student, NEW)
    accounts = [everybody.account(user_id) for user_id in everybody.user_ids]
    assert [account.password == "!" for account in accounts] == [True, True, False]
    assert len({account.id for account in accounts}) == 3


def test_each_is_offered_what_their_directory_does(everybody):
    world = everybody.world
    offered = {user_id: world.start(user_id, "unlock").status for user_id in everybody.user_ids}
    assert offered == {everybody.staff: 201, everybody.student: 403, everybody.partner: 201}
    assert world.start(f"nobody@{STUDENTS}", "unlock").status == 403  # alike for everybody of the domain


def test_a_directory_that_is_down_leaves_the_others_at_work(everybody):
    world = everybody.world
    world.services.directories[STUDENTS] = everybody.pool.connect(pool="eu-west-1_gone")
    told = [world.start(user_id).code for user_id in everybody.user_ids]
    assert told == ["", "directory-refused", ""]


def test_one_report_counts_the_resets_of_all(everybody):
    world = everybody.world
    auditor = Agent(world, role="auditor").proved()

    def report():
        told = auditor.get("/report", days="1").body
        return sum(day["finished"] for day in told["resets"])

    before = report()
    for user_id in everybody.user_ids:
        assert world.finish(world.proved(user_id).body["flow"], NEW).status == 200
        assert count_events(everybody.events(user_id))
    assert report() == before + 3


def test_each_reader_reads_what_is_true_for_their_domain(everybody):
    """The site names the domains where they differ."""
    organisation = everybody.world.services.organisation
    language = Language("en", organisation, "shell", "pages")
    assert policy_texts.variables(organisation, language)["can"] >= ABILITIES
    assert policies.lacking(organisation, "unlock") == (STUDENTS,)
    assert policies.lacking(organisation, "sign-in") == policies.lacking(organisation, "change") == ()

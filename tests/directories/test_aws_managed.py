"""AWS Managed Microsoft AD by the API of AWS Directory Service. No engine has it: botocore's Stubber answers, from its model."""

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.stub import Stubber

from regain.directories.aws_calls import WRITE
from regain.directories.aws_managed import ManagedDirectory, connect
from regain.directories.base import NotAccepted, NotAllowed, Person, Stopped, Unanswered
from regain.directories.trial import trial
from regain.domain.ldap import Ldap
from regain.organisation import policies
from regain.organisation.settings import About, Domain, Organisation
from tests.directories.test_cognito import told

SETTINGS = Ldap("aws-managed", directory_id="d-90670a1b2c", region="eu-central-1")
MARIA = {
    "SID": "S-1-5-21-1", "SAMAccountName": "maria", "Enabled": True, "GivenName": "Maria", "Surname": "Silva",
    "EmailAddress": "maria@home.example",
    "OtherAttributes": {"displayName": {"S": "Maria Silva"}, "mobile": {"S": "+447700900123"}},
}  # fmt: skip
WHO = {"DirectoryId": "d-90670a1b2c", "SAMAccountName": "maria", "OtherAttributes": ["displayName", "mobile", "telephoneNumber"]}  # fmt: skip
PERSON = Person("S-1-5-21-1", "maria", "maria@contoso.example")
NEW = "violet-Anchor-27-plum"
SET = {"DirectoryId": "d-90670a1b2c", "UserName": "maria", "NewPassword": NEW}


class Service:
    """Both APIs, which answer in turn. `described` is what the one says of people, `set` how the other takes a password."""

    def __init__(self):
        made = {"region_name": "eu-central-1", "aws_access_key_id": "x", "aws_secret_access_key": "x", "config": WRITE}
        self.clients = [boto3.client(name, **made) for name in ("ds-data", "ds")]
        self.described, self.set = map(Stubber, self.clients)
        self.described.activate()
        self.set.activate()
        self.directory = ManagedDirectory(SETTINGS, *(lambda client=client: client for client in self.clients))

    def says(self, **changes):
        self.described.add_response("describe_user", {**MARIA, **changes}, WHO)
        return self


@pytest.fixture
def service():
    return Service()


def test_a_person_is_found_by_the_name_of_their_account(service):
    person = service.says().directory.find("maria@contoso.example")
    assert (person.key, person.address, person.user_id) == ("S-1-5-21-1", "maria", "maria@contoso.example")
    assert (person.display_name, person.given_name, person.surname) == ("Maria Silva", "Maria", "Silva")
    assert (person.mail, person.mobile_phone, person.enabled) == ("maria@home.example", "+447700900123", True)


def test_nobody_is_found_where_nobody_is_and_for_a_name_that_no_account_has(service):
    service.described.add_client_error("describe_user", "ResourceNotFoundException", http_status_code=404)
    assert service.directory.find("maria@contoso.example") is None
    for typed in ("a@contoso.example" * 9, "a*@contoso.example", "maría@contoso.example", "@contoso.example"):
        assert service.directory.find(typed) is None  # and nothing is asked


def test_a_reset_sets_the_password_of_the_one_it_is_for(service):
    service.says().set.add_response("reset_user_password", {}, SET)
    service.directory.reset(PERSON, NEW)
    service.set.assert_no_pending_responses()
    service.says(SID="S-1-5-21-2")  # another person has the name now
    assert told(service.directory.reset, PERSON, NEW) == (Stopped, "gone")


def test_a_disabled_account_is_refused_first_because_a_reset_would_enable_it(service):
    service.says(Enabled=False)
    assert told(service.directory.reset, PERSON, NEW) == (Stopped, "disabled")
    assert told(service.directory.reset, PERSON, "a" * 128) == (NotAccepted, "long")
    assert told(lambda: service.directory.reset(PERSON, NEW, temporary=True)) == (NotAllowed, "temporary passwords")


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        ("InvalidPasswordException", 400, (NotAccepted, "unknown")),
        ("UserDoesNotExistException", 400, (Stopped, "gone")),
        ("EntityDoesNotExistException", 400, (NotAllowed, "EntityDoesNotExistException")),
        ("UnsupportedOperationException", 400, (NotAllowed, "UnsupportedOperationException")),
        ("DirectoryUnavailableException", 400, (Unanswered, True)),
        ("ServiceException", 500, (Unanswered, False)),
    ],
)
def test_what_the_service_says_to_a_new_password_has_one_meaning(service, code, status, outcome):
    service.says().set.add_client_error("reset_user_password", code, http_status_code=status)
    assert told(service.directory.reset, PERSON, NEW) == outcome


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("AccessDeniedException", (NotAllowed, "AccessDeniedException")),
        ("ValidationException", (NotAllowed, "ValidationException")),  # a secondary region, another type of directory
        ("ThrottlingException", (Unanswered, True)),
        ("InternalServerException", (Unanswered, True)),
    ],
)
def test_a_look_up_that_fails_says_so_to_everybody(service, code, outcome):
    service.described.add_client_error("describe_user", code)
    assert told(service.directory.find, "maria@contoso.example") == outcome


def test_an_answer_that_is_lost_is_known_to_be_unknown(service, monkeypatch):
    def fails(**_):
        raise ReadTimeoutError(endpoint_url="x")

    monkeypatch.setattr(service.clients[1], "reset_user_password", fails)
    assert told(service.says().directory.reset, PERSON, NEW) == (Unanswered, False)


def test_nothing_else_is_offered(service):
    assert service.directory.offers == {"reset"}
    assert told(service.directory.verify, PERSON, "", NEW) == (NotAllowed, "sign-in")
    assert told(service.directory.change, PERSON, NEW, NEW) == (NotAllowed, "change")
    assert told(service.directory.unlock, PERSON) == (NotAllowed, "unlock")


def test_doctor_tries_only_what_the_directory_can_do(service):
    service.says().says()
    service.set.add_response("reset_user_password", {}, SET)
    found = list(trial(service.directory, PERSON.user_id, lambda: NEW))
    assert [each.state for each in found] == ["ok", "ok"] and found[-1].what == "A new password is set."


def test_the_directory_is_asked_in_its_primary_region():
    organisation = Organisation(About("X"), {"a.example": Domain("ldap", SETTINGS)})
    directory = connect("a.example", organisation, {})
    assert {directory._data().meta.region_name, directory._service().meta.region_name} == {"eu-central-1"}


def test_the_page_says_how_long_a_password_may_be():
    organisation = Organisation(About("X"), {"a.example": Domain("ldap", SETTINGS), "b.example": Domain()})
    longest = [policies.for_domain(organisation, f"x@{name}").passwords.maximum for name in organisation.domains]
    assert longest == [127, 256]


def described(service, access="Enabled", **changes):
    made = {"DirectoryId": SETTINGS.directory_id, "Type": "MicrosoftAD", "Stage": "Active", **changes}
    service.set.add_response("describe_directories", {"DirectoryDescriptions": [made]})
    service.set.add_response("describe_directory_data_access", {"DataAccessStatus": access})
    return [(finding.state, finding.what) for finding in service.directory.check() if finding.state != "ok"]


def test_doctor_names_what_keeps_the_directory_from_working(service):
    assert described(service) == []
    (access,) = described(service, access="Disabled")
    assert access == ("wrong", "Directory Service Data is not turned on: nobody is found.")
    (region,) = described(service, RegionsInfo={"PrimaryRegion": "eu-west-1"})
    assert "eu-central-1 is not its primary region" in region[1]
    assert "is not an AWS Managed Microsoft AD" in described(service, Type="ADConnector")[0][1]
    assert "is impaired" in described(service, Stage="Impaired")[0][1]
    service.set.add_client_error("describe_directories", "EntityDoesNotExistException")
    assert "There is no directory d-90670a1b2c in eu-central-1." in next(iter(service.directory.check())).what

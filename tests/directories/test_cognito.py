"""An Amazon Cognito user pool: what the story of all directories leaves out, and what the embedded engine never says.

What it never says comes from botocore's own model, by its Stubber.
"""

import re
import textwrap
import time
from functools import partial

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from botocore.stub import Stubber

from regain.directories.aws_calls import WRITE
from regain.directories.base import NotAccepted, NotAllowed, Outcome, Person, Stopped, Unanswered, WrongPassword
from regain.directories.cognito import CognitoDirectory, connect
from regain.domain.cognito import Cognito
from regain.organisation.file import read
from regain.organisation.settings import About, Domain, Organisation
from tests.conftest import ROOT
from tests.directories.worlds import CognitoWorld

FIRST, NEXT = "the First password 1", "the-Second-password-2"
PERSON = Person("5f1c", "maria@contoso.example", "maria@contoso.example")
SETTINGS = Cognito("eu-central-1_Ab12Cd34E", "4f9k2m7q1s8t3v6w5x0y2z4a6b")
SIGN_OUT = ("admin_user_global_sign_out", {})


class Played:
    """A directory whose calls are answered in turn: (operation, answer), or (operation, error code, message, status)."""

    def __init__(self, *calls):
        client = boto3.client(
            "cognito-idp", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x", config=WRITE
        )
        self.stubber = Stubber(client)
        for operation, *answer in calls:
            if isinstance(answer[0], dict):
                self.stubber.add_response(operation, answer[0])
            else:
                code, message, status = (*answer, *("", 400)[len(answer) - 1 :])
                self.stubber.add_client_error(operation, code, message, status)
        self.stubber.activate()
        self.directory = CognitoDirectory(SETTINGS, 15, lambda: client, lambda: client)


def told(action, *arguments):
    """An outcome in two words: its kind, and what it says."""
    try:
        action(*arguments)
    except Outcome as outcome:
        said = {NotAccepted: "rule", Stopped: "reason", NotAllowed: "code", Unanswered: "known"}.get(type(outcome), "")
        return type(outcome), getattr(outcome, said, None)
    return None


@pytest.mark.parametrize(
    ("code", "message", "status", "outcome"),
    [
        ("NotAuthorizedException", "Incorrect username or password.", 400, (WrongPassword, None)),
        ("UserNotFoundException", "User does not exist.", 400, (WrongPassword, None)),
        ("NotAuthorizedException", "User is disabled.", 400, (Stopped, "disabled")),
        ("NotAuthorizedException", "Password attempts exceeded", 400, (Stopped, "locked")),
        ("NotAuthorizedException", "Temporary password has expired and must be reset", 400, (Stopped, "locked")),
        ("UserNotConfirmedException", "User is not confirmed.", 400, (Stopped, "locked")),
        ("PasswordResetRequiredException", "Password reset required", 400, (Stopped, "locked")),
        ("UserLambdaValidationException", "PreAuthentication failed", 400, (Stopped, "locked")),
        (
            "NotAuthorizedException",
            "Client is configured with secret",
            400,
            (NotAllowed, "the app client has a secret"),
        ),
        ("InvalidParameterException", "Auth flow not enabled", 400, (NotAllowed, "InvalidParameterException")),
        ("ResourceNotFoundException", "User pool does not exist.", 400, (NotAllowed, "ResourceNotFoundException")),
        ("AccessDeniedException", "not authorized to perform", 400, (NotAllowed, "AccessDeniedException")),
        ("TooManyRequestsException", "Rate exceeded", 400, (Unanswered, True)),
        ("InternalErrorException", "", 500, (Unanswered, True)),
    ],
)
def test_what_a_pool_says_at_sign_in_has_one_meaning_and_only_the_right_password_is_a_proof(
    code, message, status, outcome
):
    played = Played(("admin_initiate_auth", code, message, status))
    assert told(played.directory.verify, PERSON, PERSON.user_id, NEXT) == outcome


@pytest.mark.parametrize(
    ("code", "message", "outcome"),
    [
        ("PasswordHistoryPolicyViolationException", "", (NotAccepted, "history")),
        ("InvalidPasswordException", "did not conform with policy: Password not long enough", (NotAccepted, "length")),
        ("InvalidPasswordException", "Password must have uppercase characters", (NotAccepted, "classes")),
        ("InvalidPasswordException", "cannot be used for security reasons", (NotAccepted, "unknown")),
        ("InvalidParameterException", "Value at 'password' failed", (NotAccepted, "unknown")),
        ("UserNotFoundException", "User does not exist.", (Stopped, "gone")),
        ("ResourceNotFoundException", "User pool does not exist.", (NotAllowed, "ResourceNotFoundException")),
        ("NotAuthorizedException", "", (NotAllowed, "NotAuthorizedException")),
        ("TooManyRequestsException", "", (Unanswered, True)),
        ("InternalErrorException", "", (Unanswered, False)),
    ],
)
def test_what_a_pool_says_to_a_new_password_has_one_meaning(code, message, outcome):
    played = Played(SIGN_OUT, ("admin_set_user_password", code, message))
    assert told(played.directory.reset, PERSON, NEXT) == outcome


def test_a_space_that_the_api_does_not_take_is_named():
    refused = ("admin_set_user_password", "InvalidParameterException", "failed to satisfy constraint")
    assert told(Played(SIGN_OUT, refused).directory.reset, PERSON, "two words of mine") == (NotAccepted, "spaces")


def test_where_sessions_cannot_be_ended_no_password_is_set_and_afterwards_nothing_undoes_it():
    denied = ("admin_user_global_sign_out", "AccessDeniedException")
    played = Played(denied)
    assert told(played.directory.reset, PERSON, NEXT) == (NotAllowed, "AccessDeniedException")
    played = Played(SIGN_OUT, ("admin_set_user_password", {}), denied)
    assert told(played.directory.reset, PERSON, NEXT) is None
    played.stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("challenge", "reason"), [("NEW_PASSWORD_REQUIRED", "must-change"), ("SMS_MFA", "second-factor"), ("MFA_SETUP", "second-factor")]
)  # fmt: skip
def test_a_challenge_proves_the_password_and_another_second_factor_is_not_asked_for(challenge, reason):
    asked = ("admin_initiate_auth", {"ChallengeName": challenge, "Session": "s" * 20})
    assert told(Played(asked).directory.verify, PERSON, PERSON.user_id, FIRST) == (Stopped, reason)
    assert told(Played(asked).directory.verify, None, "nobody@contoso.example", FIRST) == (WrongPassword, None)
    if reason == "second-factor":
        assert told(Played(asked).directory.change, PERSON, FIRST, NEXT) == (Stopped, reason)


def test_a_change_that_a_pool_has_seen_too_often_waits_and_one_with_missing_attributes_is_the_pools_fault():
    signed_in = ("admin_initiate_auth", {"AuthenticationResult": {"AccessToken": "token"}})
    limited = ("change_password", "LimitExceededException", "Attempt limit exceeded, please try after some time.")
    assert told(Played(signed_in, limited).directory.change, PERSON, FIRST, NEXT) == (Stopped, "locked")
    temporary = ("admin_initiate_auth", {"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "s" * 20})
    missing = ("admin_respond_to_auth_challenge", "InvalidParameterException", "Invalid user attributes: name")
    changed = told(Played(temporary, missing).directory.change, PERSON, FIRST, NEXT)
    assert changed == (NotAllowed, "InvalidParameterException")


@pytest.mark.parametrize(
    ("fault", "known"),
    [(ConnectTimeoutError(endpoint_url="x"), True), (ReadTimeoutError(endpoint_url="x"), False)],
    ids=["never sent", "answer lost"],
)
def test_an_answer_that_is_lost_is_known_to_be_unknown(monkeypatch, fault, known):
    played = Played(SIGN_OUT)

    def fails(**_):
        raise fault

    monkeypatch.setattr(played.directory._writing(), "admin_set_user_password", fails)
    assert told(played.directory.reset, PERSON, NEXT) == (Unanswered, known)


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        ("CONFIRMED", {}),
        ("FORCE_CHANGE_PASSWORD", {"must_change": True}),
        ("RESET_REQUIRED", {"must_change": True}),
        ("EXTERNAL_PROVIDER", {"managed_elsewhere": True}),
        ("UNCONFIRMED", {"managed_elsewhere": True}),
        ("COMPROMISED", {"enabled": False}),
    ],
)
def test_the_state_of_a_user_is_read_and_nobody_is_confirmed_by_a_reset(status, changes):
    found = {"Username": "u", "Enabled": True, "UserStatus": status, "UserAttributes": [{"Name": "sub", "Value": "k"}]}
    person = Played(("admin_get_user", found)).directory.find("maria@contoso.example")
    state = {"must_change": False, "managed_elsewhere": False, "enabled": True, **changes}
    assert {name: getattr(person, name) for name in state} == state
    assert (person.key, person.address, person.user_id) == ("k", "u", "maria@contoso.example")


def test_what_a_person_has_not_verified_proves_nothing(cognito):
    person = cognito.person(mail="own@home.example", mobile="+447700900123")
    assert (person.mail, person.mobile_phone) == ("own@home.example", "+447700900123")
    unverified = [{"Name": "email_verified", "Value": "false"}, {"Name": "phone_number_verified", "Value": "false"}]
    cognito.api.admin_update_user_attributes(
        UserPoolId=cognito.pool, Username=person.address, UserAttributes=unverified
    )
    person = cognito.directory.find(person.user_id)
    assert (person.mail, person.mobile_phone) == ("", "")


def test_a_person_is_found_by_an_address_where_the_pool_lets_people_sign_in_with_it(cognito):
    world = CognitoWorld(UsernameAttributes=["email"])
    person = world.person(name="maria")
    assert person.address == person.key != person.user_id == "maria@contoso.example"
    world.directory.reset(person, NEXT)
    world.directory.verify(person, person.user_id, NEXT)
    world.stop()


@pytest.mark.parametrize("action", ["reset", "change"])
def test_a_new_password_ends_the_sessions_that_apps_have(cognito, action):
    person = cognito.person()
    asked = {"UserPoolId": cognito.pool, "ClientId": cognito.client}
    given = {"USERNAME": person.address, "PASSWORD": FIRST}
    tokens = cognito.api.admin_initiate_auth(**asked, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters=given)
    renewing = {"REFRESH_TOKEN": tokens["AuthenticationResult"]["RefreshToken"]}
    renew = partial(cognito.api.admin_initiate_auth, **asked, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=renewing)
    assert renew()["AuthenticationResult"]
    time.sleep(1.1)  # the engine counts in seconds
    getattr(cognito.directory, action)(person, *([NEXT] if action == "reset" else [FIRST, NEXT]))
    with pytest.raises(cognito.api.exceptions.NotAuthorizedException):
        renew()


def test_a_pool_or_a_client_that_is_gone_is_a_fault_of_the_set_up(cognito):
    person = cognito.person()
    gone = cognito.connect(pool=f"{cognito.pool.partition('_')[0]}_gone")
    assert told(gone.find, person.user_id) == (NotAllowed, "ResourceNotFoundException")
    assert told(gone.reset, person, NEXT) == (NotAllowed, "ResourceNotFoundException")
    no_client = cognito.connect(client="gone")
    assert told(no_client.verify, person, person.user_id, FIRST) == (NotAllowed, "ResourceNotFoundException")


def states(directory):
    return [(finding.state, finding.what) for finding in directory.check()]


def test_doctor_finds_nothing_wrong_with_a_pool_as_the_guide_makes_it(cognito):
    rules = {"MinimumLength": 15, **dict.fromkeys(("RequireUppercase", "RequireLowercase", "RequireNumbers", "RequireSymbols"), False)}  # fmt: skip
    world = CognitoWorld(UsernameConfiguration={"CaseSensitive": False}, Policies={"PasswordPolicy": rules})
    assert {state for state, _ in states(world.directory)} == {"ok"}
    world.stop()


def test_doctor_names_what_keeps_a_pool_from_working(cognito):
    trigger = "arn:aws:lambda:eu-west-1:000000000000:function:mail"
    world = CognitoWorld(
        UsernameConfiguration={"CaseSensitive": True},
        Policies={"PasswordPolicy": {"MinimumLength": 20, "RequireUppercase": True, "RequireSymbols": True}},
        MfaConfiguration="OPTIONAL", LambdaConfig={"PostAuthentication": trigger, "CustomMessage": trigger},
    )  # fmt: skip
    app = {"UserPoolId": world.pool, "ClientName": "other"}
    with_secret = world.api.create_user_pool_client(
        **app, GenerateSecret=True, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    )["UserPoolClient"]["ClientId"]
    said = [what for state, what in states(world.connect(client=with_secret)) if state != "ok"]
    wanted = ("case-sensitive", "at least 20 characters, and organisation.yaml of 15", "capitals", "second factor",
              "PostAuthentication, CustomMessage", "has a secret", "does not let Regain ask")  # fmt: skip
    assert [word for word, what in zip(wanted, said, strict=True) if word not in what] == []
    assert states(world.connect(client="gone"))[-1] == ("wrong", "The app client gone is not there.")
    world.stop()
    assert states(world.directory) == [("wrong", f"The user pool {world.pool} is not there.")]


def test_the_pool_is_asked_in_its_own_region_and_not_before_somebody_asks():
    organisation = Organisation(About("X"), {"a.example": Domain("cognito", cognito=SETTINGS)})
    directory = connect("a.example", organisation, {})
    assert directory._writing().meta.region_name == "eu-central-1"
    assert directory.shortest == 15


def test_the_settings_of_the_guide_have_no_mistake(tmp_path):
    guide = (ROOT / "docs" / "admin" / "cognito.md").read_text()
    (settings,) = re.findall(r"^ {8}domains:\n(?: {10}.+\n)+", guide, re.MULTILINE)
    path = tmp_path / "organisation.yaml"
    path.write_text("organisation: {name: Contoso}\n" + textwrap.dedent(settings))
    assert read(path).domains["students.contoso.example"].cognito == SETTINGS
    for flow in ("ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"):
        assert flow in guide

"""What `doctor` asks of a stack on AWS: releases of the live functions, costs, spend limits, the sender (A6, A12-A16)."""

import io
import json
import zipfile
from types import SimpleNamespace

import boto3
import msgspec
import pytest
from botocore.exceptions import ClientError

from cli import deployed, directories, doctor, lookups, sending
from cli.finding import Finding, each
from cli.regions import SUPPORTED
from cli.releases import releases
from cli.stack import Stack
from local.template import raw
from regain.organisation import file as organisation_file
from regain.organisation.settings import Organisation
from tests.conftest import ROOT

FUNCTIONS = [
    name
    for name, made in raw(ROOT / "template.yaml")["Resources"].items()
    if made["Type"].endswith("::Function") and "Serverless" in made["Type"] and "Condition" not in made
]
NEW, OLD = "b" * 64, "a" * 64


@pytest.fixture(scope="module")
def live(engine):
    """The nine functions with an alias `live`, each on the release OLD, in the engine."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "def lambda_handler(event, context): return {}")
    client = boto3.client("lambda", region_name=engine.environment["AWS_REGION"])
    for name in FUNCTIONS:
        client.create_function(
            FunctionName=f"x-{name}", Runtime="python3.13", Role="arn:aws:iam::000000000000:role/x",
            Handler="app.lambda_handler", Code={"ZipFile": packed.getvalue()},
            Environment={"Variables": {"RELEASE": OLD}}, Publish=True,
        )  # fmt: skip
        client.create_alias(FunctionName=f"x-{name}", Name="live", FunctionVersion="1")

    def deploy(name, release):
        """As a stack update does it: the settings, a version, the alias."""
        client.update_function_configuration(FunctionName=f"x-{name}", Environment={"Variables": {"RELEASE": release}})
        version = client.publish_version(FunctionName=f"x-{name}")["Version"]
        client.update_alias(FunctionName=f"x-{name}", Name="live", FunctionVersion=version)
        return client

    return deploy


def asked(status="UPDATE_COMPLETE", release=OLD, functions=FUNCTIONS):
    stack = Stack("regain", ROOT / ".state", ROOT / "organisation.yaml")
    state = lookups.StackState(status, {"Release": release})
    return list(releases(stack, {name: f"x-{name}" for name in functions}, state))


def test_doctor_asks_the_live_functions_which_release_they_run_a12(live):
    (only,) = asked()
    assert (only.state, only.what) == ("ok", f"all {len(FUNCTIONS)} functions run the release {OLD[:12]}.")


def test_a_function_whose_release_is_not_that_of_its_peers_is_a_finding_a13(live):
    live("NotifyFunction", NEW)
    try:
        (only,) = asked()
        assert only.state == "wrong"
        assert only.what == f"NotifyFunction runs the release {NEW[:12]}, and {OLD[:12]} is deployed."
        assert "make deploy STACK=regain" in only.to_do
        assert asked(release="")[0].what.startswith("NotifyFunction")  # the others are the measure then
        (only,) = asked(status="UPDATE_IN_PROGRESS")
        assert only.state == "warning"
        assert {each.what.split()[0] for each in asked(release=NEW)} == set(FUNCTIONS) - {"NotifyFunction"}
    finally:
        live("NotifyFunction", OLD)


def test_what_was_updated_but_not_published_does_not_count(live, engine):
    client = boto3.client("lambda", region_name=engine.environment["AWS_REGION"])
    client.update_function_configuration(FunctionName="x-ResetFunction", Environment={"Variables": {"RELEASE": NEW}})
    assert [each.state for each in asked()] == ["ok"]


def test_a_function_that_does_not_say_is_a_finding(live, engine):
    client = boto3.client("lambda", region_name=engine.environment["AWS_REGION"])
    client.delete_alias(FunctionName="x-AdminFunction", Name="live")
    found = asked()
    client.create_alias(FunctionName="x-AdminFunction", Name="live", FunctionVersion="1")
    assert [each.state for each in found if "AdminFunction did not say" in each.what] == ["wrong"]


def test_the_functions_are_given_the_release_that_doctor_asks_for():
    template = raw(ROOT / "template.yaml")
    assert template["Globals"]["Function"]["Environment"]["Variables"]["RELEASE"] == {"Ref": "Release"}
    assert template["Globals"]["Function"]["AutoPublishAlias"] == "live"


def answering(monkeypatch, **operations):
    """A client whose operations answer what they are told."""
    named = {name: _named(name, answer) for name, answer in operations.items()}
    named["get_paginator"] = lambda operation: SimpleNamespace(paginate=lambda **_: [named[operation]()])
    monkeypatch.setattr(sending.boto3, "client", lambda *_, **__: SimpleNamespace(**named))


def _named(name, answer):
    def operation(**_):
        return answer

    operation.__name__ = name
    return operation


def test_doctor_says_when_texts_end_in_the_middle_of_a_month_a16(monkeypatch):
    def telephone(limit, status="ACTIVE", registration="COMPLETE"):
        answering(
            monkeypatch,
            describe_account_attributes={"AccountAttributes": [{"Name": "ACCOUNT_TIER", "Value": "PRODUCTION"}]},
            describe_spend_limits={
                "SpendLimits": [
                    {"Name": "TEXT_MESSAGE_MONTHLY_SPEND_LIMIT", "EnforcedLimit": limit},
                    {"Name": "VOICE_MESSAGE_MONTHLY_SPEND_LIMIT", "EnforcedLimit": 1_000},
                    {"Name": "MEDIA_MESSAGE_MONTHLY_SPEND_LIMIT", "EnforcedLimit": 1},
                ]
            },
            describe_phone_numbers={"PhoneNumbers": [{"PhoneNumber": "+15555550100", "Status": status}]},
            describe_registrations={
                "Registrations": [{"RegistrationId": "registration-1", "RegistrationStatus": registration}]
            },
        )
        return {each.what: each.state for each in sending.telephone({"OriginationIdentity": "+15555550100"})}

    assert set(telephone(100).values()) == {"ok"}
    found = telephone(1, "PENDING", "REQUIRES_UPDATES")
    assert found["The account may spend 1 US dollars a month on texts."] == "warning"
    assert found["The account may spend 1000 US dollars a month on calls."] == "ok"
    assert found["+15555550100 is pending."] == "warning"
    assert found["registration-1 is requires updates."] == "warning"


def test_doctor_compares_what_the_stack_may_send_as_with_notify_from_a6(monkeypatch, engine):
    answering(monkeypatch, get_account={"ProductionAccessEnabled": True}, get_email_identity={})
    monkeypatch.setattr(sending, "dmarc", lambda _: sending.Finding("ok", ""))
    first, *_ = sending.mail(engine.organisation, {"SenderDomain": "contoso.example"})
    assert first.state == "ok"
    first, *_ = sending.mail(engine.organisation, {"SenderDomain": "fabrikam.example"})
    assert first.state == "wrong"
    assert "may only send as fabrikam.example, and notify.from is at contoso.example" in first.what


def test_doctor_says_that_nobody_hears_of_costs_and_that_the_stack_can_be_deleted_a19_a32(engine):
    stack = Stack("regain", ROOT / ".state", ROOT / "organisation.yaml")
    state = lookups.StackState("CREATE_COMPLETE", {}, "000000000000")
    found = {each.what: each.state for each in deployed._account(stack, {"DataKey": "x"}, state)}
    assert found["Nobody hears when a month becomes expensive."] == "warning"
    assert found["Anybody could delete the stack by mistake."] == "warning"
    client = boto3.client("budgets", region_name="us-east-1")
    limit = {"Amount": "100", "Unit": "USD"}
    budget = {"BudgetName": "account-help", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit}
    client.create_budget(AccountId="000000000000", Budget=budget)
    found = {each.what: each.state for each in deployed._account(stack, {"DataKey": "x"}, state)}
    assert found["A budget watches what the account costs: account-help."] == "ok"


def test_doctor_says_that_a_key_will_be_deleted_and_how_that_is_called_off(engine):
    client = boto3.client("kms")
    used, disabled, doomed = (client.create_key()["KeyMetadata"]["KeyId"] for _ in range(3))
    client.disable_key(KeyId=disabled)
    client.schedule_key_deletion(KeyId=doomed, PendingWindowInDays=30)
    found = list(deployed._keys({"CodeKey": used, "ProofKey": disabled, "ServiceKey": doomed, "DataKey": "nobodys"}))
    assert [each.state for each in found] == ["wrong", "wrong", "warning"]
    assert found[0].what == "ProofKey is not usable: its state is Disabled."
    assert found[0].to_do.endswith(f": aws kms enable-key --key-id {disabled}")
    assert found[1].what == "ServiceKey is not usable: its state is PendingDeletion."
    assert f"aws kms cancel-key-deletion --key-id {doomed}, then aws kms enable-key" in found[1].to_do


def test_what_is_refused_to_one_check_keeps_no_other_from_being_made(monkeypatch, engine):
    def refused(code):
        def check():
            yield Finding("ok", "before")
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "DescribeTable")

        return check

    after = lambda: [Finding("ok", "after")]  # noqa: E731
    found = list(each(refused("AccessDeniedException"), after))
    assert [one.state for one in found] == ["ok", "wrong", "ok"]
    assert found[1].what.startswith("DescribeTable was not answered: ")
    with pytest.raises(ClientError):
        list(each(refused("ExpiredToken"), after))


def test_reading_a_stack_leaves_no_folder_behind_a46(tmp_path):
    """The organisation that services read is packed into a temporary folder, which goes with the process."""
    import os
    import subprocess
    import sys

    program = (
        "import sys; from pathlib import Path; from cli.stack import Stack, _VARIABLES;"
        "Stack.resources = lambda self: {name: name for name in _VARIABLES.values()};"
        "Stack._given = lambda self: {};"
        "found = Stack('regain', Path('.state'), Path(sys.argv[1]))._on_aws();"
        "assert Path(found['ORGANISATION_FILE']).exists()"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": f"{ROOT}/functions:{ROOT}/functions/shared"}
    subprocess.run([sys.executable, "-c", program, ROOT / "organisation.yaml"], env=environment, check=True)
    assert list(tmp_path.iterdir()) == []


def test_the_regions_of_make_validate_are_those_that_setup_takes_a7():
    assert "from cli.regions import SUPPORTED" in (ROOT / "Makefile").read_text()
    assert json.dumps(SUPPORTED)


def test_doctor_says_in_which_languages_a_name_has_no_words_f34(tmp_path):
    def said(portal: str) -> list[str]:
        file = tmp_path / "organisation.yaml"
        shared = (
            "organisation: {name: Contoso, languages: [en, de, fr], portal_name: %s}\ndomains: {contoso.example: {}}\n"
        )
        file.write_text(shared % portal)
        return [each.what for each in doctor._settings(organisation_file.read(file)) if "portal_name" in each.what]

    assert said("the portal") == [
        "organisation.portal_name has no words in de, fr, and is shown there in another language."
    ]
    assert said("{en: the portal, de: das Portal}") == [
        "organisation.portal_name has no words in fr, and is shown there in another language."
    ]
    assert said("{en: the portal, de: das Portal, fr: le portail}") == []
    assert not [
        each for each in doctor._settings(organisation_file.read(ROOT / "organisation.yaml")) if "no words" in each.what
    ]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, []),
        ({"recovery": {"enabled_for": ["staff"]}}, ["students.example: nobody can reset a password"]),
        ({"recovery": {"enabled_for": "none"}}, []),
        ({"administration": {"scope": "same-groups"}}, ["students.example: `groups` and `administration.scope`"]),
        ({"policies": {"p": {}}, "groups": {"Nurses": {"policy": "p"}}}, ["students.example: `groups`"]),
    ],
)  # fmt: skip
def test_doctor_says_where_settings_name_groups_that_are_not_read(settings, said):
    domains = {
        "students.example": {"directory": "cognito", "cognito": {"pool": "x", "client": "y"}},
        "staff.example": {"directory": "entra", "entra": {"tenant": "t", "client": "c"}},
    }
    content = {"organisation": {"name": "X"}, "domains": domains, **settings}
    quiet = SimpleNamespace(check=lambda: iter(()))
    services = SimpleNamespace(
        organisation=msgspec.convert(content, Organisation), directories=dict.fromkeys(content["domains"], quiet)
    )
    found = list(directories.findings(services))
    assert len(found) == len(said) and all(each.what.startswith(start) for each, start in zip(found, said, strict=True))
    assert all(each.state in ("wrong", "warning") and each.to_do for each in found)


SERVER = {"kind": "active-directory", "url": ["ldaps://dc.example"], "base": "DC=x", "service_account": "s@x"}
MANAGED = {"kind": "aws-managed", "directory_id": "d-1234567890", "region": "eu-central-1"}


@pytest.mark.parametrize(
    ("first", "second", "warned"),
    [
        ({**SERVER, "user_id": ["sAMAccountName"]}, {**SERVER, "user_id": ["userPrincipalName", "sAMAccountName"]}, True),
        ({**SERVER, "user_id": ["uid"]}, {**SERVER, "user_id": ["uid"], "base": "OU=Staff,dc=X"}, True),
        (MANAGED, MANAGED, True),
        ({**SERVER, "user_id": ["sAMAccountName"]}, SERVER, True),
        (SERVER, {**SERVER, "user_id": ["sAMAccountName"]}, True),
        ({**SERVER, "base": "OU=A,DC=x", "user_id": ["sAMAccountName"]}, SERVER, False),
        (SERVER, {**SERVER, "user_id": ["mail"]}, False),
        ({**SERVER, "user_id": ["uid"], "base": "OU=A,DC=x"}, {**SERVER, "user_id": ["uid"], "base": "OU=B,DC=x"}, False),
        ({**SERVER, "user_id": ["uid"]}, {**SERVER, "user_id": ["uid"], "url": ["ldaps://other.example"]}, False),
        (MANAGED, {**MANAGED, "directory_id": "d-0987654321"}, False),
        (MANAGED, {**SERVER, "user_id": ["sAMAccountName"]}, False),
    ],
)  # fmt: skip
def test_doctor_says_where_two_domains_give_one_person_two_accounts(first, second, warned):
    domains = {f"{name}.example": {"directory": "ldap", "ldap": ldap} for name, ldap in (("a", first), ("b", second))}
    organisation = msgspec.convert({"organisation": {"name": "X"}, "domains": domains}, Organisation)
    quiet = SimpleNamespace(check=lambda: iter(()))
    services = SimpleNamespace(organisation=organisation, directories=dict.fromkeys(domains, quiet))
    found = [each.what for each in directories.findings(services) if each.state == "warning"]
    assert [each.startswith("b.example: each person") for each in found] == [True] * warned

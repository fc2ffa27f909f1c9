"""`make deploy` without AWS: a stand-in for `sam`, and the engine for the rest (A1, A3, A4, A5)."""

import json
from types import SimpleNamespace

import boto3
import pytest
from botocore.exceptions import ClientError

from cli import deploy, doctor, lookups, publish
from cli.regions import SUPPORTED
from tests.cli.test_setup import CERTIFICATE, change
from tests.conftest import ROOT

FILE, ELSEWHERE = "eu-north-1", "us-east-1"


@pytest.fixture
def aws(engine, folder, monkeypatch):
    """Credentials for the engine, on a machine whose own region is not the stack's."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, engine.environment[name])
    monkeypatch.setenv("AWS_DEFAULT_REGION", ELSEWHERE)
    monkeypatch.setenv("AWS_REGION", ELSEWHERE)


class Deployment:
    """`make deploy` from the point where everything is built."""

    def __init__(self, folder, regain, name, sam):
        self.folder, self.regain, self.name, self.sam = folder, regain, name, sam
        site = folder / "site"
        site.mkdir()
        (site / "index.html").write_text("<h1>Home</h1>")

    def setup(self, *settings, region=FILE):
        status, said = self.regain("setup", "--stack", self.name, "--yes", "--region", region, *settings)
        assert status == 0, said
        return said

    def run(self, *options):
        return self.regain("--stack", self.name, "deploy", "--sam", self.sam, "--release", "a" * 64, *options)

    def calls(self):
        notes = self.folder / "calls"
        return [json.loads(line) for line in notes.read_text().splitlines()] if notes.exists() else []

    def outputs(self, region=FILE):
        (stack,) = boto3.client("cloudformation", region_name=region).describe_stacks(StackName=self.name)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}

    def published(self):
        listed = boto3.client("s3", region_name=FILE).list_objects_v2(Bucket=self.outputs()["SiteBucket"])
        return {each["Key"] for each in listed.get("Contents", ())}

    def invalidations(self):
        distribution = self.outputs()["Distribution"]
        return boto3.client("cloudfront").list_invalidations(DistributionId=distribution)["InvalidationList"][
            "Quantity"
        ]


@pytest.fixture
def deployment(aws, folder, regain, monkeypatch, request, command_line):
    monkeypatch.setattr(deploy, "findings", lambda _: ())  # the doctor's advice at the end is most of the work
    monkeypatch.setenv("STAND_IN", str(folder))
    name = "".join(letter for letter in request.node.name.title() if letter.isalnum())[4:30]
    return Deployment(folder, regain, name, command_line("sam"))


def fails(stack, region=FILE):
    """A stack whose first deployment fails: its condition can never come true."""
    broken = {"Type": "AWS::CloudFormation::WaitCondition", "Properties": {"Count": 0}}
    cloudformation = boto3.client("cloudformation", region_name=region)
    cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps({"Resources": {"Broken": broken}}))
    with pytest.raises(Exception, match="terminal failure"):
        cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 0.1})


def test_it_goes_to_the_region_of_the_file_whatever_the_environment_says_a3(deployment):
    deployment.setup("--set", "AlarmEmail=it@contoso.example")
    status, said = deployment.run()
    assert status == 0, said
    (call,) = deployment.calls()
    assert call[call.index("--region") + 1] == FILE
    assert not {"--guided", "-g"} & set(call)
    assert "--no-fail-on-empty-changeset" in call
    assert "--no-confirm-changeset" in call
    assert 'AlarmEmail="it@contoso.example"' in call
    assert 'DomainName=""' in call  # what is left out would keep the value that it had
    assert {"index.html", publish._STAMP} == deployment.published()


def test_it_ends_well_and_says_what_comes_next_whatever_the_doctor_finds_a5(deployment, monkeypatch):
    monkeypatch.setattr(deploy, "findings", doctor.findings)
    deployment.setup("--set", "AlarmEmail=it@contoso.example")
    status, said = deployment.run()
    assert status == 0
    assert "There is no administrator." in said
    for step in (
        "admin grant USER administrator",
        "AWS has sent to it@contoso.example",
        "sandbox of Amazon SES",
        "--deep",
    ):
        assert step in said, step
    assert said.rstrip().endswith(f"{deployment.name} is deployed.")


def test_pages_are_published_also_where_the_stack_has_not_changed_a4(deployment):
    deployment.setup()
    assert deployment.run()[0] == 0
    (deployment.folder / "site" / "new.html").write_text("New")
    assert deployment.run()[0] == 0
    assert "new.html" in deployment.published()


def test_a_deployment_that_was_cut_off_between_stack_and_publish_goes_on(deployment, monkeypatch):
    deployment.setup()
    with monkeypatch.context() as patch:
        patch.setattr("cli.deploy.publish_site", interrupted)
        assert deployment.run()[0] == 130  # as a shell has it for Ctrl-C
    assert deployment.published() == set()
    status, said = deployment.run()
    assert (status, "1 files changed" in said) == (0, True)


def test_a_publication_that_was_cut_off_before_the_caches_were_emptied_empties_them_next_time(deployment, monkeypatch):
    deployment.setup()

    def cut_off(*arguments):
        publish_files(*arguments)
        raise KeyboardInterrupt

    publish_files = publish.synchronise
    with monkeypatch.context() as patch:
        patch.setattr(publish, "synchronise", cut_off)
        assert deployment.run()[0] == 130  # as a shell has it for Ctrl-C
    assert deployment.published() == {"index.html"}
    before = deployment.invalidations()
    assert "0 files changed" in deployment.run()[1]
    assert deployment.invalidations() == before + 1
    deployment.run()
    assert deployment.invalidations() == before + 1


def interrupted(*_):
    raise KeyboardInterrupt


def test_without_a_site_of_its_own_nothing_is_published_and_nothing_fails(deployment):
    deployment.setup("--set", "Site=none")
    status, said = deployment.run()
    assert status == 0, said
    assert "not published here (Site=none)" in said


def test_a_step_that_fails_is_what_it_ends_with(deployment):
    deployment.setup()
    (deployment.folder / "status").write_text("3")
    status, said = deployment.run()
    assert status == 1
    assert "was not deployed" in said
    (deployment.folder / "status").unlink()
    (deployment.folder / "site" / "index.html").unlink()
    status, said = deployment.run()
    assert status == 1
    assert "make docs" in said


def test_a_stack_that_was_rolled_back_is_named_with_the_reason_and_the_way_out_a10(deployment):
    deployment.setup()
    fails(deployment.name)
    status, said = deployment.run("--check")
    assert status == 1
    assert "is ROLLBACK_COMPLETE" in said
    assert f"aws cloudformation delete-stack --stack-name {deployment.name} --region {FILE}" in said
    assert "Broken: " in said
    assert deployment.calls() == []


def test_the_reason_is_found_however_much_has_happened_since_a10_a14(monkeypatch):
    """Taking 145 resources back is 290 events, newest first: the first page of a hundred has no failure in it."""
    pages = [
        {"StackEvents": [{"LogicalResourceId": f"R{n}", "ResourceStatus": "DELETE_COMPLETE"} for n in range(100)]},
        {"StackEvents": [{"LogicalResourceId": "EmailSet", "ResourceStatus": "CREATE_FAILED",
                          "ResourceStatusReason": "Already exists"}]},
    ]  # fmt: skip
    listing = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: pages))
    monkeypatch.setattr(lookups, "client", lambda *_: listing)
    assert lookups.failures("regain", FILE) == ["EmailSet: Already exists"]


def test_without_credentials_it_stops_before_anything_is_built(deployment, monkeypatch):
    deployment.setup()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    status, said = deployment.run("--check")
    assert (status, "no credentials for AWS" in said) == (1, True)


def test_an_organisation_that_disagrees_with_the_file_is_said_and_stops_it(deployment):
    deployment.setup()
    change(deployment.folder, organisation={"languages": ["en", "de"]}, notify={"from": "help@fabrikam.example"})
    status, said = deployment.run()
    assert status == 1
    assert "by organisation.yaml it would be `en,de`" in said
    assert "by organisation.yaml it would be `fabrikam.example`" in said
    assert deployment.calls() == []
    deployment.setup()
    assert deployment.run("--check")[0] == 0


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (f'region = "{FILE}"', 'region = "ap-east-1"', "does not run in the region `ap-east-1`"),
        (f'region = "{FILE}"', 'region = ""', "does not run in the region ``"),
        ('RequestsPerAddress="0"', 'RequestsPerAddress="2000"', "can only be made in us-east-1"),
        ('Site="cloudfront"', 'Site="apache"', "not one of: cloudfront, none"),
        ('Site="cloudfront"', 'Sight="cloudfront"', "Did you mean Site?"),
    ],
)
def test_a_file_that_was_edited_into_something_impossible_is_refused(deployment, before, after, said):
    deployment.setup()
    path = deployment.folder / f"samconfig.{deployment.name}.toml"
    path.write_text(path.read_text().replace(before, after))
    status, told = deployment.run()
    assert status == 1
    assert said in told
    assert deployment.calls() == []


def test_a_certificate_that_cloudfront_would_not_take_is_said(deployment):
    named = ("--set", "DomainName=account.contoso.example", "--set")
    status, said = deployment.regain(
        "setup", "--stack", "x", "--yes", "--region", FILE, *named, f"CertificateArn={CERTIFICATE}"
    )
    assert (status, "no certificate" in said) == (1, True)
    acm = boto3.client("acm", region_name="us-east-1")
    other = acm.request_certificate(DomainName="help.fabrikam.example")["CertificateArn"]
    status, said = deployment.regain(
        "setup", "--stack", "x", "--yes", "--region", FILE, *named, f"CertificateArn={other}"
    )
    assert (status, "not for account.contoso.example" in said or "not ISSUED" in said) == (1, True)


def test_a_domain_that_ses_has_already_is_used_as_it_is_and_not_made_again_a6(deployment, folder):
    change(folder, notify={"from": "Help <help@woodgrove.example>"})
    deployment.setup()
    boto3.client("sesv2", region_name=FILE).create_email_identity(EmailIdentity="woodgrove.example")
    status, said = deployment.run()
    assert status == 1
    assert "has the identity woodgrove.example already" in said
    assert deployment.calls() == []
    assert "is used as it is (CreateSenderIdentity=no)" in deployment.setup()
    status, said = deployment.run()
    assert status == 0, said
    assert 'CreateSenderIdentity="no"' in deployment.calls()[-1]


def test_a_stack_that_changes_its_domain_does_not_make_an_identity_that_is_there_a6(deployment, folder):
    """An update replaces the identity: what holds for a first deployment holds for a domain that is new."""
    change(folder, notify={"from": "Help <help@adatum.example>"})
    deployment.setup()
    assert deployment.run()[0] == 0
    boto3.client("sesv2", region_name=FILE).create_email_identity(EmailIdentity="lucerne.example")
    change(folder, notify={"from": "Help <help@lucerne.example>"})
    path = folder / f"samconfig.{deployment.name}.toml"
    path.write_text(path.read_text().replace("adatum.example", "lucerne.example"))
    status, said = deployment.run()
    assert (status, "has the identity lucerne.example already" in said) == (1, True)
    assert "is used as it is (CreateSenderIdentity=no)" in deployment.setup()
    assert deployment.run()[0] == 0


def test_an_identity_that_this_stack_has_made_stays_its_own_a6(deployment, folder):
    change(folder, notify={"from": "Help <help@tailspin.example>"})
    deployment.setup()
    assert deployment.run()[0] == 0
    boto3.client("sesv2", region_name=FILE).create_email_identity(EmailIdentity="tailspin.example")  # as the stack does
    deployment.setup()
    assert deployment.run()[0] == 0
    assert 'CreateSenderIdentity="yes"' in deployment.calls()[-1]


def test_never_both_keys_of_cloudfront_in_one_deployment(deployment):
    deployment.setup()
    assert deployment.run()[0] == 0
    deployment.setup("--set", "OriginKeyA=2", "--set", "OriginKeyB=2")
    status, said = deployment.run("--check")
    assert (status, "Never both in one deployment" in said) == (1, True)
    deployment.setup("--set", "OriginKeyA=2", "--set", "OriginKeyB=1")
    assert deployment.run()[0] == 0
    deployment.setup("--set", "OriginKeyB=2")
    assert deployment.run()[0] == 0


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId"])
def test_credentials_that_aws_does_not_take_are_said(deployment, monkeypatch, code):
    deployment.setup()
    answer = ClientError({"Error": {"Code": code, "Message": "no"}}, "GetCallerIdentity")
    monkeypatch.setattr("cli.lookups.account", raising(answer))
    status, said = deployment.run("--check")
    assert (status, f"does not take these credentials ({code})" in said) == (1, True)


def raising(error):
    def call(*_):
        raise error

    return call


def test_two_stacks_of_one_name_are_told_apart_by_their_region(deployment, folder):
    deployment.setup()
    assert deployment.run()[0] == 0
    (folder / f"samconfig.{deployment.name}.toml").unlink()
    status, said = deployment.regain("--stack", deployment.name, "publish", "--site", folder / "site")
    assert status == 1
    assert f"no stack {deployment.name} in this account in {ELSEWHERE}" in said
    assert "--region" in said
    assert deployment.regain("publish", "--site", folder / "site", "--stack", deployment.name, "--region", FILE)[0] == 0


def test_a_lost_file_is_made_again_from_the_live_stack(deployment, folder):
    deployment.setup("--set", "AlarmEmail=it@contoso.example", "--set", "OriginKeyA=4")
    assert deployment.run()[0] == 0
    path = folder / f"samconfig.{deployment.name}.toml"
    before = path.read_text()
    path.unlink()
    deployment.setup()
    assert path.read_text() == before


def test_the_regions_of_the_guide_are_those_that_setup_takes():
    text = (ROOT / "docs" / "admin" / "deploy.md").read_text()
    assert all(f"`{region}`" in text for region in SUPPORTED)

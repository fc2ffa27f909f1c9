"""`setup`: what it asks, what it derives, what it refuses, and the file that it writes (A1, A2, A11, A18)."""

import re
import tomllib

import pytest
import yaml

from cli import answers, samconfig
from cli.regions import SUPPORTED
from cli.template_parameters import parameters
from tests.conftest import ROOT

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4444-8888-123456789abc"


def written(folder, stack="regain"):
    """The file as SAM reads it: region and values."""
    return samconfig.read(folder / f"samconfig.{stack}.toml")


def change(folder, **changes):
    """Changes `organisation.yaml`."""
    content = yaml.safe_load((folder / "organisation.yaml").read_text())
    content["domains"]["lab.contoso.example"]["reset"] = "off"
    for section, values in changes.items():
        content[section] = {**content.get(section, {}), **values}
    (folder / "organisation.yaml").write_text(yaml.safe_dump(content))


def test_with_yes_it_asks_nothing_and_takes_what_organisation_yaml_knows_a2(folder, regain):
    change(folder, organisation={"languages": ["en", "de"], "embed_from": ["https://a.example", "https://b.example"]})
    status, said = regain("setup", "--stack", "regain", "--yes", "--region", "us-east-1", "--set", "SnapStart=None")
    assert status == 0, said
    made = written(folder)
    assert made.region == "us-east-1"
    assert made.parameters["SenderDomain"] == "contoso.example"
    assert made.parameters["Languages"] == "en,de"
    assert made.parameters["EmbedFrom"] == "https://a.example https://b.example"
    assert made.parameters["SnapStart"] == "None"
    assert set(made.parameters) == set(parameters()) - set(answers.NOT_KEPT)
    assert "make deploy STACK=regain" in said


def test_sam_reads_the_file_as_one_of_its_own(folder, regain):
    regain("setup", "--stack", "regain", "--yes", "--region", "eu-north-1")
    content = tomllib.loads((folder / "samconfig.regain.toml").read_text())
    settings = content["default"]["deploy"]["parameters"]
    assert settings["stack_name"] == "regain"
    assert settings["region"] == "eu-north-1"
    assert settings["capabilities"] == "CAPABILITY_IAM"
    assert 'Site="cloudfront" ' in settings["parameter_overrides"]
    assert "\n" not in settings["parameter_overrides"]


@pytest.mark.parametrize(
    "shape",
    [
        '"A=\\"x y\\" B=2"',
        '["A=\\"x y\\"", "B=2"]',
        '{A = "x y", B = 2}',
        '"ParameterKey=A,ParameterValue=\\"x y\\" ParameterKey=B,ParameterValue=2"',
    ],
    ids=["text", "list", "table", "keys"],
)
def test_a_file_that_sam_has_written_is_read_in_each_of_its_shapes(tmp_path, shape):
    path = tmp_path / "samconfig.old.toml"
    path.write_text(
        f'[default.global.parameters]\nregion = "eu-west-1"\n[default.deploy.parameters]\nparameter_overrides = {shape}\n'
    )
    assert samconfig.read(path) == samconfig.Samconfig("eu-west-1", {"A": "x y", "B": "2"})


def test_each_question_is_explained_and_an_answer_that_cannot_be_used_is_asked_for_again(folder, regain):
    typed = [
        "eu-nowhere-1",
        "eu-north-1",
        "perhaps",
        "no",
        "",
        "",
        "https://account.contoso.example",
        "account.contoso.example",
    ]
    typed += [CERTIFICATE.replace("us-east-1", "eu-west-1"), CERTIFICATE, "", "nobody", "it@contoso.example", *[""] * 9]
    status, said = regain("setup", "--stack", "regain", typed="\n".join(typed) + "\n")
    assert status == 0, said
    assert "Where the service runs and where your data is." in said
    assert parameters()["DomainName"].description[:60] in " ".join(said.split())
    assert "`perhaps` is not one of: yes, no" in said  # A6: asked where AWS cannot be
    assert "is not a host name" in said
    assert "must be the ARN of a certificate in us-east-1" in said
    assert "is not an e-mail address" in said
    made = written(folder)
    assert (made.region, made.parameters["DomainName"]) == ("eu-north-1", "account.contoso.example")
    assert made.parameters["CreateSenderIdentity"] == "no"
    assert made.parameters["CertificateArn"] == CERTIFICATE
    assert made.parameters["AlarmEmail"] == "it@contoso.example"


def test_what_organisation_yaml_knows_and_what_a_build_decides_is_not_asked_a18(folder, regain):
    said = regain("setup", "--stack", "regain", "--region", "eu-west-1", typed="\n" * 30)[1]
    for name in (
        "SenderDomain",
        "Languages",
        "EmbedFrom",
        "Architecture",
        "OriginKeyA",
        "Release",
        "RequestsPerAddress",
    ):
        assert not re.search(rf"^{name}( \(|:|$)", said, re.MULTILINE), name
    assert "OriginationIdentity" in said


def test_a_telephone_is_asked_about_only_where_the_organisation_offers_one(folder, regain):
    change(folder, recovery={"methods": ["email", "authenticator"]})
    assert (
        "OriginationIdentity" not in regain("setup", "--stack", "regain", "--region", "eu-west-1", typed="\n" * 30)[1]
    )


def test_a_stop_half_way_leaves_no_file_that_would_count_as_an_answer_a1(folder, regain):
    status, said = regain("setup", "--stack", "regain", typed="eu-west-1\n")
    assert status == 1
    assert "nothing was written" in said
    assert [path.name for path in folder.iterdir()] == ["organisation.yaml"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("RequestsPerAddress=9", "0 for no WAF, or at least 10"),
        ("RequestsPerAddress=many", "not a whole number"),
        ("RequestsPerAddress=20000001", "out of range: from 0 to 20000000"),
        ("ProofOfWorkRounds=999", "out of range: from 1000 to 500000"),
        ("SnapStart=Sometimes", "not one of: PublishedVersions, None"),
        ("SnapStrat=None", "Did you mean SnapStart?"),
        ("AlarmEmail=nobody", "an e-mail address"),
        ("DomainName=https://x.example", "without https://"),
        ("DomainName=account.contoso.example", "needs a CertificateArn"),
        (
            f"CertificateArn={CERTIFICATE.replace('us-east-1', 'eu-west-1')}",
            "must be the ARN of a certificate in us-east-1",
        ),
        (
            "EventBusArn=arn:aws:events:us-west-2:123456789012:event-bus/siem",
            "it is in us-west-2, and this stack is in us-east-1",
        ),
        ("EntraKeyArn=arn:aws:kms:eu-west-1:123456789012:key/1234", "it is in eu-west-1"),
        ("DirectorySecretArn=arn:aws:secretsmanager:eu-west-1:123456789012:secret:ad-AbCdEf", "it is in eu-west-1"),
        ("OriginationIdentity=arn:aws:sms-voice:eu-west-1:123456789012:pool/pool-1", "it is in eu-west-1"),
        ("Languages=de", "organisation.yaml"),
        ("Release=abc", "works it out"),
        ("nonsense", "Parameter=value"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_before_anything_is_deployed_a11(folder, regain, given, said):
    status, told = regain("setup", "--stack", "regain", "--yes", "--region", "us-east-1", "--set", given)
    assert status == 1
    assert said in told
    assert not (folder / "samconfig.regain.toml").exists()


@pytest.mark.parametrize(
    ("given", "considered"),
    [
        ("RequestsPerAddress=2000", "an office behind one address would be blocked"),  # A20
        ("RequestsPerAddress=10000", ""),
        ("DomainName=contoso.example", "every name below it"),  # A31
        ("DomainName=account.contoso.example", ""),
    ],
)
def test_a_value_that_would_be_regretted_is_taken_and_said(folder, regain, given, considered):
    values = ("--set", given, "--set", f"CertificateArn={CERTIFICATE}")
    status, said = regain("setup", "--stack", "regain", "--yes", "--region", "us-east-1", *values)
    assert status == 0, said
    assert considered in said if considered else "Consider:" not in said


def test_waf_is_refused_where_cloudfront_cannot_have_it(folder, regain):
    status, said = regain(
        "setup", "--stack", "regain", "--yes", "--region", "eu-west-1", "--set", "RequestsPerAddress=10000"
    )
    assert status == 1
    assert "can only be made in us-east-1" in said
    assert (
        regain("setup", "--stack", "regain", "--yes", "--region", "us-east-1", "--set", "RequestsPerAddress=10000")[0]
        == 0
    )


@pytest.mark.parametrize("region", ["ap-east-1", "ap-southeast-5", "cn-north-1", "us-gov-west-1", "eu-west-9", ""])
def test_a_region_without_a_service_is_refused_with_those_that_have_all_a7(folder, regain, region):
    status, said = regain("setup", "--stack", "regain", "--yes", "--region", region or "mars")
    assert status == 1
    assert f"does not run in the region `{region or 'mars'}`" in said
    assert "eu-north-1" in said
    assert "eu-north-1" in SUPPORTED


@pytest.mark.parametrize("name", ["", "1st", "a_b", "x" * 40])
def test_a_stack_needs_a_name_that_aws_takes(folder, regain, name):
    assert regain("setup", *(("--stack", name) if name else ()), "--yes")[0] == 1


def test_setting_up_again_keeps_the_answers_and_follows_organisation_yaml(folder, regain):
    regain("setup", "--stack", "regain", "--yes", "--region", "eu-north-1", "--set", "AlarmEmail=it@contoso.example")
    change(folder, organisation={"languages": ["en", "de"]}, notify={"from": "Help <help@mail.contoso.example>"})
    status, said = regain("setup", "--stack", "regain", "--yes")
    assert status == 0, said
    assert "Changed: Languages is `en,es," in said
    made = written(folder)
    assert (made.region, made.parameters["AlarmEmail"]) == ("eu-north-1", "it@contoso.example")
    assert made.parameters["Languages"] == "en,de"
    assert made.parameters["SenderDomain"] == "contoso.example"  # the identity of the domain above sends for it too


def test_a_parameter_that_the_template_no_longer_has_is_left_out_and_named(folder, regain):
    regain("setup", "--stack", "regain", "--yes", "--region", "eu-north-1")
    path = folder / "samconfig.regain.toml"
    path.write_text(path.read_text().replace('Site="cloudfront"', 'Site="cloudfront" Former="1"'))
    assert "Left out: Former." in regain("setup", "--stack", "regain", "--yes")[1]
    assert "Former" not in path.read_text()


def test_a_second_stack_of_one_name_in_another_region_needs_another_name(folder, regain):
    regain("setup", "--stack", "regain", "--yes", "--region", "eu-north-1")
    status, said = regain("setup", "--stack", "regain", "--yes", "--region", "us-east-1")
    assert status == 1
    assert "says that regain is in eu-north-1" in said
    assert written(folder).region == "eu-north-1"


def test_a_file_that_cannot_be_read_is_named(folder, regain):
    (folder / "samconfig.regain.toml").write_text("version = [")
    status, said = regain("setup", "--stack", "regain", "--yes")
    assert (status, "samconfig.regain.toml cannot be read" in said) == (1, True)


def test_options_of_every_command_may_stand_before_it_or_behind_it(folder, regain):
    assert regain("--stack", "one", "--region", "eu-west-1", "setup", "--yes")[0] == 0
    assert regain("setup", "--yes", "--stack=two", "--organisation=organisation.yaml", "--region", "eu-west-1")[0] == 0
    assert written(folder, "one").region == written(folder, "two").region == "eu-west-1"


def test_the_supported_regions_are_regions_that_sam_knows():
    """That each has every resource type, `make validate` says."""
    assert len(SUPPORTED) == len(set(SUPPORTED)) >= 20
    assert list(SUPPORTED) == sorted(SUPPORTED)
    assert answers.WAF_REGION in SUPPORTED


def test_every_parameter_explains_itself():
    for name, parameter in parameters().items():
        assert len(parameter.description) > 30, name
        assert not parameter.mistake(parameter.default), name


def test_samconfig_of_the_project_says_nothing_that_deploying_ignores_a44():
    assert "confirm_changeset" not in (ROOT / "samconfig.toml").read_text()

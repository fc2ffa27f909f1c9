"""The reader of template.yaml: resolves what it supports, and rejects the rest."""

import json

import pytest

from local.template import TemplateError, raw, read
from regain.api.headers import SITE_HEADERS, site_headers

HEAD = """
Parameters: {Size: {Type: String, Default: small}}
Mappings: {Sizes: {small: {memory: 128}, large: {memory: 1024}}}
Conditions:
  Large: !Equals [!Ref Size, large]
  Small: !Not [!Condition Large]
  Both: !And [!Condition Large, !Condition Small]
  Either: !Or [!Condition Large, !Condition Small]
Globals: {Function: {Timeout: 7, Environment: {Variables: {SHARED: "yes", OVER: global}}}}
Resources:
  Table: {Type: AWS::DynamoDB::Table, Properties: {}}
  Extra: {Type: AWS::SQS::Queue, Condition: Large, Properties: {}}
  One:
    Type: AWS::Serverless::Function
    Properties:
      Handler: one.app.lambda_handler
      Environment: {Variables: {VALUE: %s, OVER: own}}
      Events:
        Get: {Type: HttpApi, Properties: {Method: get, Path: /api/one}}
"""


def value(tmp_path, expression, **parameters):
    path = tmp_path / "template.yaml"
    path.write_text(HEAD % expression)
    return read(path, parameters).functions[0].environment["VALUE"]


@pytest.mark.parametrize(
    ("expression", "small", "large"),
    [
        ("!Ref Table", "Table", "Table"),
        ("!Ref Size", "small", "large"),
        ('!Sub "${Size}-${AWS::Region}-${Table}"', "small-eu-west-1-Table", "large-eu-west-1-Table"),
        ('!Sub ["${A}!", {A: !Ref Size}]', "small!", "large!"),
        ("!If [Large, big, little]", "little", "big"),
        ("!If [Both, x, !If [Either, y, z]]", "y", "y"),
        ("!FindInMap [Sizes, !Ref Size, memory]", "128", "1024"),
        ('!Join ["-", [a, !Ref Size]]', "a-small", "a-large"),
        ('!Select [1, !Split ["-", "a-b"]]', "b", "b"),
        ("!GetAtt Table.StreamArn", "local:Table.StreamArn", "local:Table.StreamArn"),
        ("{'Fn::Sub': '${Size}'}", "small", "large"),
    ],
)
def test_every_function_is_resolved(tmp_path, expression, small, large):
    assert value(tmp_path, expression) == small
    assert value(tmp_path, expression, Size="large") == large


@pytest.mark.parametrize("expression", ["!Ref Nothing", "!ImportValue x", "!If [Nothing, a, b]", "!GetAtt Nothing.Arn"])
def test_what_is_not_known_stops_the_stack(tmp_path, expression):
    with pytest.raises(TemplateError):
        value(tmp_path, expression)


def test_an_unknown_parameter_stops_the_stack(tmp_path):
    with pytest.raises(TemplateError, match="no parameter Colour"):
        value(tmp_path, "x", Colour="red")


def test_globals_are_merged_and_conditions_leave_resources_out(tmp_path):
    path = tmp_path / "template.yaml"
    path.write_text(HEAD % "x")
    template = read(path)
    (function,) = template.functions
    assert function.environment == {"SHARED": "yes", "OVER": "own", "VALUE": "x"}
    assert (function.timeout, function.routes) == (7, (("GET", "/api/one"),))
    assert template.of_type("AWS::SQS::Queue") == {}


def test_functions_of_our_template_need_only_references(root):
    template = read(root / "template.yaml")
    assert {f.name for f in template.functions} == {
        "ServiceFunction", "ResetFunction", "UnlockFunction", "AccountFunction", "NotifyFunction",
        "ContactFunction", "AdminFunction", "ReportFunction", "ReceiptsFunction",
        "ProvisioningFunction",
    }  # fmt: skip
    for function in template.functions:
        assert not any("local:" in value for value in function.environment.values()), function.name


def headers(root, **parameters):
    """The headers that each of CloudFront's policies adds to an answer."""
    policies = read(root / "template.yaml", parameters).of_type("AWS::CloudFront::ResponseHeadersPolicy")
    return {name: sent(policy["ResponseHeadersPolicyConfig"]) for name, policy in policies.items()}


def sent(policy):
    security = policy["SecurityHeadersConfig"]
    hsts = security["StrictTransportSecurity"]
    assert (hsts["IncludeSubdomains"], hsts["Preload"]) == (True, False)  # A31: the preload list is theirs to enter
    assert security["ContentTypeOptions"] == {"Override": True}
    framed = {"x-frame-options": security["FrameOptions"]["FrameOption"]} if "FrameOptions" in security else {}
    return {
        "content-security-policy": security["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "strict-transport-security": f"max-age={hsts['AccessControlMaxAgeSec']}; includeSubDomains",
        "x-content-type-options": "nosniff",
        "referrer-policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        **framed,
        **{item["Header"]: item["Value"] for item in policy["CustomHeadersConfig"]["Items"]},
    }


def test_cloudfront_sends_the_headers_that_the_embedded_stack_sends(root):
    assert headers(root) == {"SiteHeaders": SITE_HEADERS}


def test_cloudfront_lets_those_frame_the_form_whom_the_embedded_stack_lets(root):
    origins = ("https://intranet.contoso.example", "https://portal.contoso.example:8443")
    assert headers(root, EmbedFrom=" ".join(origins)) == {
        "SiteHeaders": site_headers("/account/", origins),
        "FormHeaders": site_headers("/de/reset/", origins),
        "EmbedHeaders": site_headers("/embed.js", origins),
    }
    assert site_headers("/account/", origins) == SITE_HEADERS


def test_every_table_is_encrypted_backed_up_and_cannot_be_deleted_by_mistake(root):
    """Attack 65. What holds people's data survives the stack; what expires anyway does not."""
    resources = raw(root / "template.yaml")["Resources"]
    tables = {name: made for name, made in resources.items() if made["Type"] == "AWS::DynamoDB::Table"}
    kept = {"AccountTable", "IdentifierTable", "SecurityInfoTable", "EventTable", "ProvisioningTable"}
    assert {name for name, made in tables.items() if made["DeletionPolicy"] == "Retain"} == kept
    for name, made in tables.items():
        properties = made["Properties"]
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["SSESpecification"]["KMSMasterKeyId"] == {"Ref": "DataKey"}, name
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert properties.get("DeletionProtectionEnabled", False) is (name in kept), name


def test_what_a_role_may_do_fits_into_what_iam_takes(root):
    """Inline policies of a role: 10,240 characters, spaces not counted."""
    template = read(root / "template.yaml")
    for name, made in template.of_type("AWS::IAM::Role").items():
        assert len(json.dumps(made["Policies"], separators=(",", ":"))) < 9_000, name


def test_each_parameter_says_what_it_is_for(root):
    template = raw(root / "template.yaml")
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(template["Parameters"])
    assert all(made["Description"] and "Default" in made for made in template["Parameters"].values())


def test_each_resource_has_a_sentence_that_says_what_it_is_for(root):
    lines = (root / "template.yaml").read_text().split("\n")
    resources = range(lines.index("Resources:"), lines.index("Outputs:"))
    named = [
        number for number in resources if lines[number].startswith("  ") and lines[number][2:].rstrip(":").isalnum()
    ]
    bare = [lines[number].strip() for number in named if not lines[number - 1].lstrip().startswith("# ")]
    assert bare == ["OriginSecretB:"]  # the second of a pair

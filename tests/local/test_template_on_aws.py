"""What a first deployment on AWS stumbles over, entry by entry (A6 to A42). No account is needed: the template says it."""

import json
import re

import pytest

from local.template import raw, read
from regain.problems import SERVICE_BUSY

LONGEST_STACK, LONGEST_REGION = "s" * 32, "ap-northeast-1"
"""`./regain setup` takes no longer name for a stack."""
FILES, REQUESTS, VISITS = 12, 5, 300
"""Of one visit; and how many the product itself lets begin from one network in ten minutes (A20)."""
GLOBAL = {
    "AWS::CloudFront::CachePolicy": "CachePolicyConfig.Name",
    "AWS::CloudFront::Function": "Name",
    "AWS::CloudFront::OriginAccessControl": "OriginAccessControlConfig.Name",
    "AWS::CloudFront::OriginRequestPolicy": "OriginRequestPolicyConfig.Name",
    "AWS::CloudFront::ResponseHeadersPolicy": "ResponseHeadersPolicyConfig.Name",
    "AWS::CloudWatch::Dashboard": "DashboardName",
}
"""Types whose names are one in all regions of an account, and where the name stands."""


@pytest.fixture(scope="module")
def template(root):
    return raw(root / "template.yaml")


def of_type(template, kind):
    return {name: made for name, made in template["Resources"].items() if made["Type"] == kind}


def test_an_identity_that_ses_has_already_is_left_alone_a6(root, template):
    """A second stack, or an organisation that sends with SES already: creating it again would fail the whole stack."""
    with_own = read(root / "template.yaml").resources
    assert "SenderIdentity" in with_own
    assert "SenderIdentity" not in read(root / "template.yaml", {"CreateSenderIdentity": "no"}).resources
    outputs = template["Outputs"]
    assert {outputs[name].get("Condition") for name in ("Dkim1", "Dkim2", "Dkim3")} == {"NewIdentity"}
    identity = template["Resources"]["SenderIdentity"]
    assert (identity["DeletionPolicy"], identity["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    assert "ConfigurationSetAttributes" not in identity["Properties"]  # others may send as it


def test_receipts_wait_until_the_services_may_tell_their_topic_a8(template):
    for name in ("EmailReceipts", "MessageSet"):
        assert template["Resources"][name]["DependsOn"] == "ReceiptsTopicPolicy", name


def test_names_that_are_global_in_an_account_carry_the_region_and_fit_a9(template):
    named = 0
    for kind, place in GLOBAL.items():
        for name, made in of_type(template, kind).items():
            value = made["Properties"]
            for part in place.split("."):
                value = value[part]
            text = value["Fn::Sub"]
            assert {"${AWS::StackName}", "${AWS::Region}"} <= set(re.findall(r"\$\{[\w:]+\}", text)), name
            whole = text.replace("${AWS::StackName}", LONGEST_STACK).replace("${AWS::Region}", LONGEST_REGION)
            assert len(whole) <= 64 and re.fullmatch(r"[A-Za-z0-9_-]+", whole), name
            named += 1
    assert named == 9
    assert template["Outputs"]["DashboardUrl"]["Value"]["Fn::Sub"].endswith("/${AWS::StackName}-${AWS::Region}")


def test_a_first_deployment_that_fails_leaves_no_key_and_no_bucket_behind_a10(template):
    """Tables stay: they are protected from deletion, so that CloudFormation could not take them back anyway."""
    kept = {name: made for name, made in template["Resources"].items() if "Retain" in made.get("DeletionPolicy", "")}
    for name, made in kept.items():
        table = made["Type"] == "AWS::DynamoDB::Table"
        assert made["DeletionPolicy"] == ("Retain" if table else "RetainExceptOnCreate"), name
        assert made["UpdateReplacePolicy"] == "Retain", name
        assert not table or made["Properties"]["DeletionProtectionEnabled"], name
    assert {"ServiceKey", "ProofKey", "PasswordKey", "DataKey", "ArchiveBucket", "AccountTable"} <= set(kept)


def test_the_guides_say_what_stays_when_a_stack_is_deleted_a10(root, template):
    kept = {
        name: made["Type"] for name, made in template["Resources"].items() if "Retain" in made.get("DeletionPolicy", "")
    }
    assert sum(kind == "AWS::DynamoDB::Table" for kind in kept.values()) == 5
    guide = (root / "docs" / "admin" / "remove.md").read_text()
    assert (
        "delete the five tables" in guide
        and "except for up to five tables" in (root / "docs/admin/deploy.md").read_text()
    )
    assert {name for name, kind in kept.items() if kind == "AWS::KMS::Key"} <= set(re.findall(r"`(\w+Key)`", guide))
    assert "archive bucket" in guide and "delete-email-identity" in guide


def test_each_route_with_limits_of_its_own_is_a_route_a11(root, template):
    """API Gateway refuses the update where one is not: a route that is renamed is renamed in both places."""
    routes = {
        f"{method} {path}" for function in read(root / "template.yaml").functions for method, path in function.routes
    }
    assert set(template["Resources"]["Api"]["Properties"]["RouteSettings"]) <= routes | {"$default"}


def operands(node):
    """What conditions compare."""
    if isinstance(node, list):
        for part in node:
            yield from operands(part)
    elif isinstance(node, dict):
        yield from node.get("Fn::Equals", ())
        for part in node.values():
            yield from operands(part)


def test_conditions_compare_texts_only_a11(template):
    compared = list(operands([template["Conditions"], template["Rules"]]))
    assert len(compared) > 10
    assert all(isinstance(each, str | dict) for each in compared)


@pytest.mark.parametrize(
    ("parameter", "value", "taken"),
    [
        ("CertificateArn", "", True),
        ("CertificateArn", "arn:aws:acm:us-east-1:123456789012:certificate/0aaa-1", True),
        ("CertificateArn", "arn:aws:acm:eu-west-1:123456789012:certificate/0aaa-1", False),
        ("CertificateArn", "certificate/0aaa-1", False),
        ("WebAclArn", "", True),
        ("WebAclArn", "arn:aws:wafv2:us-east-1:123456789012:global/webacl/site/1-2", True),
        ("WebAclArn", "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/site/1-2", False),
        ("SenderDomain", "contoso.example", True),
        ("SenderDomain", "xn--bcher-kva.xn--p1ai", True),
        ("SenderDomain", "help@contoso.example", False),
        ("SenderDomain", "", False),
        ("DomainName", "", True),
        ("DomainName", "account.contoso.example", True),
        ("DomainName", "https://account.contoso.example", False),
        ("DomainName", "Account.contoso.example", False),
        ("AlarmEmail", "", True),
        ("AlarmEmail", "it@contoso.example", True),
        ("AlarmEmail", "IT <it@contoso.example>", False),
        ("Release", "", True),
        ("Release", "0" * 64, True),
        ("Release", "a release", False),
    ],
)
def test_a_value_that_only_a_resource_would_refuse_is_refused_at_once_a11(template, parameter, value, taken):
    described = template["Parameters"][parameter]
    assert bool(re.fullmatch(described["AllowedPattern"], value)) is taken
    assert described["ConstraintDescription"]


def test_functions_run_on_what_the_layer_is_built_for_a18_a40(root, template):
    layer = template["Resources"]["SharedLayer"]
    kinds = [template["Globals"]["Function"]["Architectures"], layer["Properties"]["CompatibleArchitectures"]]
    assert [*kinds, [layer["Metadata"]["BuildArchitecture"]]] == [["arm64"]] * 3
    assert "LAYER_PLATFORM ?= aarch64-" in (root / "functions" / "shared" / "Makefile").read_text()
    assert "Architecture" not in template["Parameters"]


def test_the_firewalls_limit_that_is_recommended_is_above_the_products_own_a20(template):
    described = template["Parameters"]["RequestsPerAddress"]["Description"]
    recommended = int(re.search(r"(\d{4,}) lets it make (\d+) visits", described)[1])
    assert recommended >= VISITS * (FILES + REQUESTS)
    assert f"about {FILES + REQUESTS} requests" in described
    assert int(re.search(r"lets it make (\d+) visits", described)[1]) <= recommended / (FILES + REQUESTS)


def test_the_form_understands_the_firewall_a20(template):
    """A bare 403 of CloudFront would be a network that does not answer; this is a problem of the catalogue."""
    firewall = template["Resources"]["WebAcl"]["Properties"]
    said = json.loads(firewall["CustomResponseBodies"]["problem"]["Content"])
    known = (SERVICE_BUSY.code, SERVICE_BUSY.status, SERVICE_BUSY.title, f"/errors/{SERVICE_BUSY.code}/")
    assert (said["code"], said["status"], str(said["title"]), said["type"]) == known
    limits = [rule for rule in firewall["Rules"] if "RateBasedStatement" in rule["Statement"]]
    assert len(limits) == 2
    for rule in limits:
        answer = rule["Action"]["Block"]["CustomResponse"]
        assert (answer["ResponseCode"], answer["CustomResponseBodyKey"]) == (SERVICE_BUSY.status, "problem")
        assert answer["ResponseHeaders"] == [{"Name": "retry-after", "Value": str(said["retry_after"])}]


def test_nothing_is_a_budgets_a7_a19_a30(root):
    """The type is missing in some twenty regions, and mail and texts carry no stack's tag: a budget is the account's."""
    text = (root / "template.yaml").read_text()
    assert "AWS::Budgets" not in text and "budgets.amazonaws.com" not in text


def test_delays_are_among_the_receipts_a25(template):
    told = template["Resources"]["EmailReceipts"]["Properties"]["EventDestination"]["MatchingEventTypes"]
    assert told == ["delivery", "deliveryDelay", "bounce", "complaint", "reject"]


def test_texts_leave_by_the_numbers_of_the_region_that_are_the_accounts_or_shared_with_it_a29(root):
    role = read(root / "template.yaml").resources["NotifyRole"]
    said = {each["Sid"]: each for each in role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]}
    assert said["SendTextAndVoice"]["Resource"] == "arn:aws:sms-voice:eu-west-1:*:*"


def test_nothing_is_paid_for_that_nobody_reads_a35_a36(template):
    assert template["Resources"]["Api"]["Properties"]["DefaultRouteSettings"]["DetailedMetricsEnabled"] is False
    behaviors = template["Resources"]["Distribution"]["Properties"]["DistributionConfig"]["CacheBehaviors"]
    uncached = [each for each in behaviors if str(each.get("CachePolicyId")).startswith("4135ea2d")]
    assert len(uncached) == 2 and not any(each["Compress"] for each in uncached)


def test_the_token_of_scim_reaches_the_api_and_no_answer_is_kept(template):
    """CloudFront passes Authorization on as a part of the cache's key only, or with every header, Host included."""
    behaviors = template["Resources"]["Distribution"]["Properties"]["DistributionConfig"]["CacheBehaviors"]
    patterns = [each.get("PathPattern") for each in behaviors]
    assert patterns.index("/api/scim/*") < patterns.index("/api/*")
    scim, api = (behaviors[patterns.index(pattern)] for pattern in ("/api/scim/*", "/api/*"))
    assert scim["CachePolicyId"] == {"Ref": "ScimCache"}
    assert {name: scim[name] for name in scim if name not in ("PathPattern", "CachePolicyId")} == {
        name: api[name] for name in api if name not in ("PathPattern", "CachePolicyId")
    }
    policy = template["Resources"]["ScimCache"]["Properties"]["CachePolicyConfig"]
    assert (policy["MinTTL"], policy["DefaultTTL"]) == (0, 0)  # so that `no-store` is obeyed
    keyed = policy["ParametersInCacheKeyAndForwardedToOrigin"]
    assert keyed["HeadersConfig"] == {"HeaderBehavior": "whitelist", "Headers": ["Authorization"]}
    assert keyed["QueryStringsConfig"] == {"QueryStringBehavior": "all"}


def test_labels_of_the_dashboard_are_words_a37(template):
    body = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    labels = set(re.findall(r'"label": "\w+Table (\w+)"', body))
    assert labels == {"read", "write"}


def test_what_the_queue_of_lost_things_cannot_send_back_is_told_apart_a23(root, template):
    """A message that came from another queue goes back there; what a function's failure put in has no queue to go to."""
    lost = {"Fn::GetAtt": ["LostQueue", "Arn"]}
    sent_back, stranded = set(), set()
    for name, made in template["Resources"].items():
        properties = made.get("Properties", {})
        if properties.get("RedrivePolicy", {}).get("deadLetterTargetArn") == lost:
            sent_back.add(name)
        sources = [
            properties.get("EventInvokeConfig", {}),
            *(e["Properties"] for e in properties.get("Events", {}).values()),
        ]
        if any(each.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination") == lost for each in sources):
            stranded.add(name)
    assert (sent_back, stranded) == ({"UnsentQueue", "UncountedQueue", "UnforwardedQueue"}, {"ReceiptsFunction"})
    alarm = template["Resources"]["SomethingLost"]["Properties"]
    assert alarm["Dimensions"][0]["Value"] == {"Fn::GetAtt": ["LostQueue", "QueueName"]}
    said = alarm["AlarmDescription"]
    assert "start-message-move-task" in said and "Receipts (requestContext.functionArn) stay" in said
    guide = " ".join((root / "docs" / "admin" / "observe.md").read_text().split())
    assert "Delivery receipts" in guide and "aws sqs purge-queue" in guide


def test_an_alarm_about_tables_watches_every_table_a19(template):
    """One that watches some of them cannot ring for the others. CloudWatch takes ten metrics, and expressions beside them."""
    metrics = template["Resources"]["TablesThrottled"]["Properties"]["Metrics"]
    watched = [
        each["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Ref"] for each in metrics if "MetricStat" in each
    ]
    assert sorted(watched) == sorted(of_type(template, "AWS::DynamoDB::Table"))
    assert len(watched) <= 10


def test_queues_say_what_becomes_of_them_a41(template):
    for name, made in of_type(template, "AWS::SQS::Queue").items():
        assert made["DeletionPolicy"] == made["UpdateReplacePolicy"] == "Delete", name


def test_each_line_of_the_access_log_is_json_whatever_went_wrong_a42(template):
    """`$context.error.message` is prose that is not escaped; a type of error is a word."""
    written = template["Resources"]["Api"]["Properties"]["AccessLogSettings"]["Format"]
    assert "error.message" not in written
    assert json.loads(re.sub(r"\$context\.[\w.]+", "-", written))["error"] == "-"

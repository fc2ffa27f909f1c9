"""Cloud: what only AWS does. These cases check the template and name the tests that prove them."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError

from local.template import raw, read
from tests.abuse.evidence import proved
from tests.conftest import ROOT

BEHIND_THE_API = {"Service", "Reset", "Unlock", "Account", "Contact", "Admin"}


@pytest.fixture
def mode():
    """One mode: the template does not know of modes."""
    return "private"


@pytest.fixture
def resources():
    """The template's resources as they are written."""
    return raw(ROOT / "template.yaml")["Resources"]


def of_type(resources, kind):
    return {name: made["Properties"] for name, made in resources.items() if made["Type"] == kind}


def test_64_a_role_may_do_what_its_function_does_and_nothing_else():
    """Each function has a role of its own, without a wildcard; recorded calls and the template are equal both ways."""
    template = read(ROOT / "template.yaml")
    functions = template.of_type("AWS::Serverless::Function")
    roles = [made["Role"] for made in functions.values()]
    assert len(set(roles)) == len(functions) == 10
    for name, made in template.of_type("AWS::IAM::Role").items():
        for policy in made.get("Policies", ()):
            for statement in policy["PolicyDocument"]["Statement"]:
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                assert not [action for action in actions if "*" in action], name
                if statement["Resource"] == "*":  # what has no resource of its own on AWS
                    assert statement["Sid"] in ("Trace", "ListStreams", "SendTextAndVoice"), (name, statement)
    assert proved("tests/functions/test_permissions.py", "test_reset_and_unlock_may_do_what_they_do",
                  "test_the_account_function_may_do_what_it_does", "test_notify_may_do_what_it_does",
                  "test_the_provisioning_function_may_do_what_it_does",
                  "test_the_report_function_may_do_what_it_does", "test_the_receipts_function_may_do_what_it_does",
                  "test_a_change_of_a_role_is_found", "test_who_writes_accounts_reads_passwords_and_sends")  # fmt: skip
    assert proved("tests/functions/test_permissions_desk.py", "test_the_contact_function_may_do_what_it_does",
                  "test_the_admin_function_may_do_what_it_does")  # fmt: skip


def test_65_tables_are_encrypted_kept_and_stream_no_code(attacker, resources):
    """A customer key that rotates, PITR on each table, deletion protection on what people own; codes are derived."""
    for name, table in of_type(resources, "AWS::DynamoDB::Table").items():
        assert table["SSESpecification"] == {
            "SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Ref": "DataKey"},
        }, name  # fmt: skip
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        kept = name in ("AccountTable", "IdentifierTable", "SecurityInfoTable", "EventTable", "ProvisioningTable")
        assert table.get("DeletionProtectionEnabled", False) is kept, name
    assert of_type(resources, "AWS::KMS::Key")["DataKey"]["EnableKeyRotation"] is True
    begun = attacker.start(attacker.person().user_id).body
    attacker.send(begun["flow"])
    code = attacker.code(begun["reference"])
    (message,) = attacker.outbox(begun["reference"])
    assert message["kind"] == "code"
    assert code not in json.dumps(message)
    assert proved(
        "tests/local/test_template.py", "test_every_table_is_encrypted_backed_up_and_cannot_be_deleted_by_mistake"
    )


def test_66_the_bucket_is_private_and_the_api_is_reached_through_the_site_only(resources):
    """Only the distribution reads the files; a request that does not show CloudFront's key is not answered (404)."""
    for name, bucket in of_type(resources, "AWS::S3::Bucket").items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
    statements = resources["SiteBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    (allowed,) = (each for each in statements if each["Effect"] == "Allow")
    assert (allowed["Principal"], allowed["Action"]) == ({"Service": "cloudfront.amazonaws.com"}, "s3:GetObject")
    assert "distribution/${Distribution}" in json.dumps(allowed["Condition"])
    for name in BEHIND_THE_API:
        variables = resources[f"{name}Function"]["Properties"]["Environment"]["Variables"]
        assert "OriginSecretA" in json.dumps(variables["ORIGIN_KEYS"]), name
    for part in ("test_what_did_not_is_not_answered", "test_the_limits_follow_the_address_that_cloudfront_saw"):
        assert proved("tests/functions/test_trusted_proxy.py", part)
    assert proved(
        "tests/local/test_cloudfront_functions.py",
        "test_the_api_is_told_the_host_that_was_asked_for_whatever_the_client_says",
    )


def test_67_no_route_starves_the_others_and_a_flood_costs_little(resources):
    """Every route is throttled; senders are two at a time; WAF and alarms watch the rest.

    Only routes that nobody in need asks for have a low limit that all share, so a stranger starves nobody (X21).
    """
    api = resources["Api"]["Properties"]
    usual = api["DefaultRouteSettings"]["ThrottlingRateLimit"]
    assert 0 < usual <= 1_000
    seldom = {route: each["ThrottlingRateLimit"] for route, each in api["RouteSettings"].items()}
    assert set(seldom) == {"GET /api/openapi.json", "$default"}
    assert all(rate <= usual / 10 for rate in seldom.values())
    for name in ("NotifyFunction", "ReportFunction"):
        again = resources[name]["Properties"]["Events"]["Again"]["Properties"]
        assert again["ScalingConfig"]["MaximumConcurrency"] == 2, name
    rules = {each["Name"] for each in resources["WebAcl"]["Properties"]["Rules"]}
    assert {"EachAddress", "EachAddressAtTheApi"} <= rules
    watched = json.dumps(of_type(resources, "AWS::CloudWatch::Alarm"), default=str)
    assert "Throttles" in watched and "ThrottlingRateLimit" not in watched
    assert all(made["BillingMode"] == "PAY_PER_REQUEST" for made in of_type(resources, "AWS::DynamoDB::Table").values())


def test_68_lag_retries_and_duplicates_of_dynamodb_change_nothing(attacker, deployment):
    """Nothing is decided on an index or by TTL; a retried transaction is one; a stream's record that comes twice too."""
    client = deployment.client("dynamodb")
    shape = client.meta.service_model.operation_model("TransactWriteItems").input_shape
    assert shape.members["ClientRequestToken"].metadata["idempotencyToken"] is True  # botocore's retries carry the same
    token, key = str(uuid.uuid4()), {"id": {"S": f"retried#{uuid.uuid4()}"}}
    add = {"Update": {"TableName": "LimitTable", "Key": key, "UpdateExpression": "ADD #count :one",
                      "ExpressionAttributeNames": {"#count": "count"}, "ExpressionAttributeValues": {":one": {"N": "1"}}}}  # fmt: skip
    for _ in range(3):
        client.transact_write_items(TransactItems=[add], ClientRequestToken=token)
    assert client.get_item(TableName="LimitTable", Key=key)["Item"]["count"] == {"N": "1"}
    with pytest.raises(ClientError):
        client.transact_write_items(
            TransactItems=[{"Delete": {"TableName": "LimitTable", "Key": key}}], ClientRequestToken=token
        )
    begun = attacker.start(attacker.person().user_id).body["flow"]
    attacker.age(begun, 4 * 86_400)  # past the time at which TTL may remove it, and still stored
    assert attacker.send(begun).code == "session-ended"
    decides = [file.name for file in (ROOT / "functions").rglob("*.py") if "index=" in file.read_text()]
    assert sorted(decides) == ["dynamodb.py", "events.py"], "an index lags: only lists may be read from one"
    assert proved("tests/functions/test_notify.py", "test_a_record_that_comes_again_is_not_sent_again",
                  "test_a_sender_that_died_is_taken_over_when_its_lease_ends")  # fmt: skip

"""What a function does on AWS, and what its role lets it do, in the same terms: (action, resource) → attributes."""

import os
import re
from collections import defaultdict

from botocore.client import BaseClient

from local.template import Template

ALL = "*"
"""In the place of attributes: every one of an item, or a call that has none."""
PLATFORM = {"WriteLogs", "Trace", "OpenTables", "ReadStream", "ReadStreams", "ListStreams", "TryAgain", "ReportFailures", "SealTheArchive"}  # fmt: skip
"""Statements for what Lambda, DynamoDB and S3 do in the function's name."""
_PARTS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
_PREFIX = {"kms": "kms", "s3": "s3", "sesv2": "ses", "pinpoint-sms-voice-v2": "sms-voice"}


class Used(defaultdict):
    """(action, resource) → the attributes that calls have named."""

    def __init__(self) -> None:
        super().__init__(set)

    def note(self, service: str, operation: str, params: dict) -> None:
        """One call of botocore."""
        if service != "dynamodb":
            for resource in _resources(params) if service in _PREFIX else ():
                self[f"{_PREFIX[service]}:{operation}", resource].add(ALL)
        elif operation == "BatchGetItem":
            for table, part in params["RequestItems"].items():
                self._add("BatchGetItem", table, part, part["Keys"][0])
        elif operation == "TransactWriteItems":
            for verb, part in ((verb, part) for item in params["TransactItems"] for verb, part in item.items()):
                self._add(_PARTS[verb], part["TableName"], part, {**part.get("Key", {}), **part.get("Item", {})})
        else:
            index = f"/{params['IndexName']}" if "IndexName" in params else ""
            named = {**params.get("Key", {}), **params.get("Item", {})}
            self._add(operation, params["TableName"] + index, params, named)

    def _add(self, action: str, table: str, request: dict, named: dict) -> None:
        reads = action in ("GetItem", "BatchGetItem", "Query", "DeleteItem")
        whole = reads and "ProjectionExpression" not in request
        self[f"dynamodb:{action}", table] |= {ALL} if whole else {*named, *_named(request)}


def _named(request: dict) -> set[str]:
    """The attributes that the expressions of a request name."""
    names = dict(request.get("ExpressionAttributeNames", {}))
    words = " ".join(
        request.get(part, "") for part in ("UpdateExpression", "ConditionExpression", "ProjectionExpression")
    )
    words = re.sub(r"\b(SET|ADD|REMOVE|AND|OR|attribute_not_exists|attribute_exists)\b|:\w+", " ", words)
    return {names.get(word, word) for word in re.findall(r"#?[A-Za-z_]\w*", words)}


def _resources(params: dict) -> list[str]:
    if "FromEmailAddress" in params:
        domain = params["FromEmailAddress"].rpartition("@")[2].rstrip(">")
        return [f"identity/{domain}", f"configuration-set/{params['ConfigurationSetName']}"]
    if "Bucket" in params:
        return [f"ArchiveBucket/{params['Key'].partition('/')[0]}/*"]
    if "KeyId" in params:
        names = {"CODE_KEY": "CodeKey", "SERVICE_KEY": "ServiceKey", "PASSWORD_KEY": "PasswordKey"}
        return [name for variable, name in names.items() if os.environ[variable] == params["KeyId"]]
    return [ALL]


def recording(monkeypatch) -> Used:
    """What every call on AWS from now on is noted in."""
    used, call = Used(), BaseClient._make_api_call

    def note(self, operation: str, params: dict):
        used.note(self.meta.service_model.service_name, operation, params)
        if self.meta.service_model.service_name == "pinpoint-sms-voice-v2":
            return {"MessageId": "1"}  # the engine has no telephone
        return call(self, operation, params)

    monkeypatch.setattr(BaseClient, "_make_api_call", note)
    return used


def allowed(template: Template, function: str) -> dict:
    """What the template lets a function do, without what the platform does in its name."""
    role = template.resources[function]["Properties"]["Role"].removeprefix("local:").partition(".")[0]
    found: dict = {}
    for policy in template.resources[role]["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            if statement["Sid"] in PLATFORM:
                continue
            condition = statement.get("Condition", {})
            attributes = condition.get("ForAllValues:StringEquals", {}).get("dynamodb:Attributes", [ALL])
            for action in _list(statement["Action"]):
                for resource in _list(statement["Resource"]):
                    key = action, _name(resource)
                    assert key not in found, f"{function}: {key} is allowed twice"
                    found[key] = set(attributes)
    return found


def _name(resource: str) -> str:
    """`local:AccountTable.Arn/index/by_role` as `AccountTable/by_role`."""
    return re.sub(r"^local:(\w+)\.\w+(?:/index)?|^arn:aws:ses:[^:]*:[^:]*:", r"\1", resource)


def _list(value: str | list) -> list:
    return [value] if isinstance(value, str) else value

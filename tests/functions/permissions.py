"""The AWS calls of a function and the permissions of its role, in the same form: (action, resource) → attributes."""

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import product

from local.template import Template
from tests.functions import calls, iam_conditions
from tests.functions.iam_conditions import Context

ALL = "*"
"""In the place of attributes: every one of an item, or a call that has none."""
PLATFORM = {"WriteLogs", "Trace", "OpenTables", "ReadStream", "ReadStreams", "ListStreams", "TryAgain", "ReportFailures", "SealTheArchive", "JoinNetwork", "OpenSecret"}  # fmt: skip
"""Statements for what Lambda, DynamoDB and S3 do in the function's name."""
_PARTS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
_PREFIX = {"kms": "kms", "s3": "s3", "sesv2": "ses", "pinpoint-sms-voice-v2": "sms-voice", "lambda": "lambda", "secretsmanager": "secretsmanager", "cognito-idp": "cognito-idp", "ds": "ds", "ds-data": "ds-data", "sts": "sts"}  # fmt: skip
_OWN = "ChangePassword"
"""A person's own call on Cognito: it needs their token, and no right."""
_ACTIONS = {"Invoke": "InvokeFunction"}
"""Operations that IAM calls otherwise."""


class Used(defaultdict):
    """(action, resource) → the attributes that calls have named; and each call as IAM's conditions see it."""

    def __init__(self) -> None:
        super().__init__(set)
        self.calls: list[tuple[str, str, Context]] = []

    def clear(self) -> None:
        """Forgets every call."""
        super().clear()
        self.calls.clear()

    def note(self, service: str, operation: str, params: dict) -> None:
        """One call of botocore."""
        if service != "dynamodb":
            for resource in _resources(params) if service in _PREFIX and operation != _OWN else ():
                action = f"{_PREFIX[service]}:{_ACTIONS.get(operation, operation)}"
                self[action, resource].add(ALL)
                shown = iam_conditions.SHOWN[operation](params) if operation in iam_conditions.SHOWN else {}
                self.calls.append((action, resource, shown))
        elif operation == "BatchGetItem":
            for table, part in params["RequestItems"].items():
                self._add("BatchGetItem", table, part, part["Keys"][0])
        elif operation == "TransactWriteItems":
            for verb, part in ((verb, part) for item in params["TransactItems"] for verb, part in item.items()):
                named = {**part.get("Key", {}), **part.get("Item", {})}
                self._add(_PARTS[verb], part["TableName"], part, named, "TransactWriteItems")
        else:
            index = f"/{params['IndexName']}" if "IndexName" in params else ""
            named = {**params.get("Key", {}), **params.get("Item", {})}
            self._add(operation, params["TableName"] + index, params, named)

    def _add(self, action: str, table: str, request: dict, named: dict, enclosing: str = "") -> None:
        reads = action in ("GetItem", "BatchGetItem", "Query", "DeleteItem")
        whole, attributes = reads and "ProjectionExpression" not in request, {*named, *_named(request)}
        self[f"dynamodb:{action}", table] |= {ALL} if whole else attributes
        shown = iam_conditions.of_dynamodb(action, request, attributes, enclosing)
        self.calls.append((f"dynamodb:{action}", table, shown))


def _named(request: dict) -> set[str]:
    """The attributes that the expressions of a request name."""
    names = dict(request.get("ExpressionAttributeNames", {}))
    words = " ".join(
        request.get(part, "") for part in ("UpdateExpression", "ConditionExpression", "ProjectionExpression")
    )
    words = re.sub(
        r"\b(SET|ADD|REMOVE|AND|OR|attribute_not_exists|attribute_exists|list_append|if_not_exists)\b|:\w+", " ", words
    )
    return {names.get(word, word) for word in re.findall(r"#?[A-Za-z_]\w*", words)}


def _resources(params: dict) -> list[str]:
    if "FromEmailAddress" in params:  # the sender's identity, in the sandbox the recipient's too
        return ["identity/*", f"configuration-set/{params['ConfigurationSetName']}"]
    if "Bucket" in params:
        return [f"ArchiveBucket/{params['Key'].partition('/')[0]}/*"]
    kinds = {"FunctionName": "", "SecretId": "", "UserPoolId": "userpool/", "DirectoryId": "directory/"}
    if named := [f"{kind}{params[key]}" for key, kind in kinds.items() if key in params]:
        return named
    if "KeyId" in params:
        names = {
            "CODE_KEY": "CodeKey", "PROOF_KEY": "ProofKey", "PASSWORD_KEY": "PasswordKey", "SERVICE_KEY": "ServiceKey",
        }  # fmt: skip
        own = [name for variable, name in names.items() if os.environ.get(variable) == params["KeyId"]]
        return own or [params["KeyId"]]
    return [ALL]


def recording(monkeypatch) -> Used:
    """What every call on AWS from now on is noted in."""
    used = Used()

    def note(client, operation: str, params: dict, ask):
        used.note(client.meta.service_model.service_name, operation, params)
        if client.meta.service_model.service_name == "pinpoint-sms-voice-v2":
            return {"MessageId": "1"}  # the engine has no telephone
        return ask()

    calls.watch(monkeypatch.setattr, note)
    return used


def allowed(template: Template, function: str) -> dict:
    """What the template lets a function do, without what the platform does in its name."""
    found: dict = {}
    for key, condition in statements(template, function):
        assert key not in found, f"{function}: {key} is allowed twice"
        found[key] = set(condition.get("ForAllValues:StringEquals", {}).get("dynamodb:Attributes", [ALL]))
    return found


def denied(template: Template, function: str, calls: list[tuple[str, str, Context]]) -> set[tuple[str, str, str]]:
    """The calls that a condition denies, each with the key whose absence does it; "" where it is denied anyway."""
    conditions = dict(statements(template, function))
    return {
        (action, resource, left_out)
        for action, resource, context in calls
        for left_out, shown in iam_conditions.thinner(context)
        if not iam_conditions.holds(conditions.get((action, resource), {}), shown)
    }


def statements(template: Template, function: str) -> Iterator[tuple[tuple[str, str], dict]]:
    """Each (action, resource) of a function's role, with the condition on it."""
    role = template.resources[function]["Properties"]["Role"].removeprefix("local:").partition(".")[0]
    for policy in template.resources[role]["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            if statement["Sid"] not in PLATFORM:
                for action, resource in product(_list(statement["Action"]), _list(statement["Resource"])):
                    yield (action, _name(resource)), statement.get("Condition", {})


def _name(resource: str) -> str:
    """`local:AccountTable.Arn/index/by_role` as `AccountTable/by_role`."""
    return re.sub(
        r"^local:(\w+)\.\w+(?:/index)?|^arn:aws:ses:[^:]*:[^:]*:|^arn:aws:(?:sms-voice|cognito-idp|ds):[^:]*:\*:",
        r"\1",
        resource,
    )


def _list(value: str | list) -> list:
    return [value] if isinstance(value, str) else value

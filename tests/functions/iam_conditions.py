"""IAM's conditions, as far as the template's roles have some: what a call shows of itself, and whether that is enough.

AWS documents which keys a call *may* have, and not always that it has them: for `dynamodb:Select` of GetItem its two pages
contradict each other (A21). A condition that allows must therefore not depend on a key that may be absent, but where denying
without it is the point.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

Context = dict[str, tuple[str, ...]]
"""Condition key → its values, in one call."""

PRESENT = {
    "dynamodb:EnclosingOperation", "dynamodb:LeadingKeys", "ses:FromAddress", "sts:IdentityTokenAudience",
    "sts:SigningAlgorithm", "sts:DurationSeconds", "kms:SigningAlgorithm",
}  # fmt: skip
"""Keys that AWS's own examples of "Allow" rely on: each part of a transaction, each written item, and each mail has its own;
tokens for others, and signatures, are asked for with all of these."""

_PARTITION_KEYS = {"OutboxTable": "id", "LimitTable": "id", "AccountTable": "id", "IdentifierTable": "identifier", "ReportTable": "part",
                   "ProvisioningTable": "part"}  # fmt: skip


def of_dynamodb(operation: str, request: Mapping[str, Any], attributes: set[str], enclosing: str = "") -> Context:
    """What DynamoDB shows IAM of one call, or of one part of it."""
    context: Context = {"dynamodb:Attributes": tuple(sorted(attributes))}
    if operation in ("GetItem", "BatchGetItem", "Query"):
        whole = "ALL_PROJECTED_ATTRIBUTES" if "IndexName" in request else "ALL_ATTRIBUTES"
        context["dynamodb:Select"] = ("SPECIFIC_ATTRIBUTES" if "ProjectionExpression" in request else whole,)
    if operation in ("PutItem", "UpdateItem", "DeleteItem"):
        context["dynamodb:ReturnValues"] = (request.get("ReturnValues", "NONE"),)
        item = request.get("Item") or request.get("Key") or {}
        context["dynamodb:LeadingKeys"] = (item[_PARTITION_KEYS.get(request["TableName"], "subject")]["S"],)
    return {**context, "dynamodb:EnclosingOperation": (enclosing,)} if enclosing else context


def of_ses(request: Mapping[str, Any]) -> Context:
    """What SES shows IAM of a mail: the address of the sender, without the name beside it."""
    return {"ses:FromAddress": (request["FromEmailAddress"].rpartition("<")[2].rstrip(">"),)}


def of_sts(request: Mapping[str, Any]) -> Context:
    """What STS shows IAM of a token for others."""
    return {
        "sts:IdentityTokenAudience": tuple(request["Audience"]),
        "sts:SigningAlgorithm": (request["SigningAlgorithm"],),
        "sts:DurationSeconds": (str(request["DurationSeconds"]),),
    }


def of_signing(request: Mapping[str, Any]) -> Context:
    """What KMS shows IAM of a signature."""
    return {"kms:SigningAlgorithm": (request["SigningAlgorithm"],)}


SHOWN = {"SendEmail": of_ses, "GetWebIdentityToken": of_sts, "Sign": of_signing}
"""Operations on which the template has conditions, besides DynamoDB's."""


def holds(condition: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Whether a statement with this condition applies to a call."""
    return all(
        _OPERATORS[operator](context.get(key), tuple(wanted if isinstance(wanted, list) else [wanted]))
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def thinner(context: Context) -> Iterator[tuple[str, Context]]:
    """The same call as AWS may show it: with every key, and without each of those that it may leave out."""
    yield "", context
    for key in context.keys() - PRESENT:
        yield key, {name: values for name, values in context.items() if name != key}


_OPERATORS = {
    "StringEquals": lambda values, wanted: values is not None and values[0] in wanted,
    "StringEqualsIfExists": lambda values, wanted: values is None or values[0] in wanted,
    "StringLike": lambda values, wanted: values is not None and any(fnmatchcase(values[0], each) for each in wanted),
    "ForAllValues:StringLike": lambda values, wanted: all(
        any(fnmatchcase(value, each) for each in wanted) for value in values or ()
    ),
    "ForAllValues:StringEquals": lambda values, wanted: set(values or ()) <= set(wanted),
    "NumericLessThanEquals": lambda values, wanted: values is not None and int(values[0]) <= int(wanted[0]),
    "Null": lambda values, wanted: (values is None) == (wanted[0] == "true"),
    "ForAnyValue:StringEquals": lambda values, wanted: bool(set(values or ()) & set(wanted)),
}

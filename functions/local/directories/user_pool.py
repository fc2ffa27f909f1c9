"""A user pool of Amazon Cognito in the embedded engine, with people in it, for `make serve DIRECTORY=cognito`."""

from collections.abc import Iterable, Mapping
from typing import Any

import boto3

from regain.domain.cognito import Cognito
from regain.people.rows import Person

_CLASSES = ("RequireUppercase", "RequireLowercase", "RequireNumbers", "RequireSymbols")
_ANY = {"MinimumLength": 6, **dict.fromkeys(_CLASSES, False)}
_RULES = {**_ANY, "MinimumLength": 8, "RequireNumbers": True}
"""What it asks of new passwords. Those that people come with are taken as they are."""
_FLOWS = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


def serve(domain: str, people: Iterable[Person]) -> tuple[Cognito, int]:
    """The pool of a domain, made at the first start, and how many people were added to it now."""
    api = boto3.client("cognito-idp")
    pool = _pool(api, domain)
    api.update_user_pool(UserPoolId=pool, Policies={"PasswordPolicy": _ANY})
    added = sum(_add(api, pool, person) for person in people)
    api.update_user_pool(UserPoolId=pool, Policies={"PasswordPolicy": _RULES})
    return Cognito(pool, _client(api, pool)), added


def _pool(api: Any, name: str) -> str:
    pools = api.get_paginator("list_user_pools").paginate(PaginationConfig={"PageSize": 60})
    known = {each["Name"]: each["Id"] for page in pools for each in page["UserPools"]}
    if name in known:
        return str(known[name])
    made = api.create_user_pool(PoolName=name, UsernameConfiguration={"CaseSensitive": False})
    return str(made["UserPool"]["Id"])


def _client(api: Any, pool: str) -> str:
    for known in api.list_user_pool_clients(UserPoolId=pool, MaxResults=60)["UserPoolClients"]:
        return str(known["ClientId"])
    made = api.create_user_pool_client(UserPoolId=pool, ClientName="regain", ExplicitAuthFlows=_FLOWS)
    return str(made["UserPoolClient"]["ClientId"])


def _add(api: Any, pool: str, person: Person) -> bool:
    """Whether the person was not there yet."""
    who = {"UserPoolId": pool, "Username": person.account.user_id}
    attributes = [{"Name": name, "Value": value} for name, value in _attributes(person).items()]
    try:
        api.admin_create_user(**who, UserAttributes=attributes, MessageAction="SUPPRESS")
    except api.exceptions.UsernameExistsException:
        return False
    if person.password:
        api.admin_set_user_password(**who, Password=person.password, Permanent=True)
    if not person.account.enabled:
        api.admin_disable_user(**who)
    return True


def _attributes(person: Person) -> Mapping[str, str]:
    """What the pool knows of a person. A pool has one address: the one at which a code reaches them without it."""
    account = person.account
    given = {
        "name": account.display_name, "given_name": account.given_name, "family_name": account.surname,
        "email": next(iter(account.other_mails), account.mail), "phone_number": account.mobile_phone,
    }  # fmt: skip
    verified = {f"{name}_verified": "true" for name in ("email", "phone_number") if given[name]}
    return {**{name: value for name, value in given.items() if value}, **verified}

"""AWS Managed Microsoft AD by its API, in the words of `worlds`: a stand-in, because no engine has it.

What is asked is held against botocore's model, and answered as AWS documents it. What a real directory refuses beyond a
password that is too short, nobody can see here.
"""

import itertools
import json
from types import SimpleNamespace

import boto3

from regain.directories.aws_calls import READ
from regain.directories.aws_managed import ManagedDirectory
from regain.domain.ldap import Ldap

_DOMAIN = "contoso.example"
_OTHER = {"displayName": "displayName", "mobile": "mobile", "telephoneNumber": "telephoneNumber"}
_numbers = itertools.count(1_001)


class ManagedWorld:
    """One directory, and Regain's view of it."""

    marks_changes = False
    """Nothing that the API tells of a person says when their password was changed."""

    def __init__(self):
        self.users, self.passwords = {}, {}
        made = {"region_name": "eu-central-1", "aws_access_key_id": "x", "aws_secret_access_key": "x", "config": READ}
        data, service = (boto3.client(name, **made) for name in ("ds-data", "ds"))
        data.meta.events.register("before-call.directory-service-data.DescribeUser", self._describe)
        service.meta.events.register("before-call.directory-service.ResetUserPassword", self._reset)
        settings = Ldap("aws-managed", directory_id="d-90670a1b2c", region="eu-central-1")
        self.directory = ManagedDirectory(settings, lambda: data, lambda: service)

    def stop(self):
        """Nothing runs."""

    def person(self, password="the First password 1", name="", **attributes):
        """A new person, as Regain finds them."""
        number = next(_numbers)
        name = name or f"person{number}"
        self.users[name] = {
            "SID": f"S-1-5-21-1004336348-1177238915-682003330-{number}", "SAMAccountName": name, "Enabled": True,
            "GivenName": attributes.get("givenName", ""), "Surname": attributes.get("sn", ""),
            "EmailAddress": attributes.get("mail", ""),
            "OtherAttributes": {each: {"S": attributes[each]} for each in _OTHER if each in attributes},
        }  # fmt: skip
        self.passwords[name] = password
        return self.find(name)

    def find(self, name):
        return self.directory.find(f"{name}@{_DOMAIN}")

    def signs_in(self, person, password):
        return self.users[person.address]["Enabled"] and self.passwords[person.address] == password

    def disable(self, person):
        self.users[person.address]["Enabled"] = False

    def remove(self, person):
        del self.users[person.address]

    def _describe(self, params, **_):
        user = self.users.get(_asked(params)["SAMAccountName"])
        return (SimpleNamespace(status_code=200), user) if user else _error("ResourceNotFoundException")

    def _reset(self, params, **_):
        asked = _asked(params)
        if len(asked["NewPassword"]) < 12:
            return _error("InvalidPasswordException")
        self.users[asked["UserName"]]["Enabled"] = True  # as AWS says of it
        self.passwords[asked["UserName"]] = asked["NewPassword"]
        return SimpleNamespace(status_code=200), {}


def _asked(params):
    body = params["body"]
    return body if isinstance(body, dict) else json.loads(body)


def _error(code):
    return SimpleNamespace(status_code=400), {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {}}

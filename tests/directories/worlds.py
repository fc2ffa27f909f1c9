"""A running directory with people in it, and what its administrators can do to them: the same words for each kind."""

import itertools
import os
import subprocess
import time

import boto3

from local.directories import ldif
from regain.adapters import aws
from regain.directories.aws_calls import READ, WRITE
from regain.directories.base import WrongPassword
from regain.directories.cognito import CognitoDirectory
from regain.directories.ldap.active_directory import ActiveDirectory
from regain.directories.ldap.connection import Timeouts
from regain.directories.ldap.openldap import OpenLdap
from regain.directories.ldap.service import Service
from regain.domain.cognito import Cognito
from regain.domain.ldap import Ldap

PATIENT = Timeouts(connect=30, answer=30)  # a busy machine is no fault
_IN_COGNITO = {"givenName": "given_name", "sn": "family_name", "mail": "email", "mobile": "phone_number"}
_numbers = itertools.count(1)
_LAST_SET = """
import sys, ldb
from samba.auth import system_session
from samba.dsdb import DSDB_CONTROL_BYPASS_PASSWORD_HASH_OID
from samba.param import LoadParm
from samba.samdb import SamDB
store, dn, when = sys.argv[1:]
there = SamDB(url=store, session_info=system_session(), lp=LoadParm())
change = ldb.Message(ldb.Dn(there, dn))
change["pwdLastSet"] = ldb.MessageElement(when, ldb.FLAG_MOD_REPLACE, "pwdLastSet")
there.modify(change, [f"local_oid:{DSDB_CONTROL_BYPASS_PASSWORD_HASH_OID}:0"])
"""
"""Sets when a password was set, which no LDAP client may do."""


def signs_in(directory, person, password):
    """Whether a password signs in, as a directory says."""
    try:
        directory.verify(person, person.user_id, password)
    except WrongPassword:
        return False
    return True


class World:
    """One directory. `directory` is Regain's view of it."""

    user_id: tuple
    marks_changes = True
    """Whether it tells when a password was changed."""

    def __init__(self, running):
        self.running = running
        self.views = []
        self.directory = self.connect()

    @property
    def host(self):
        """The address that the server listens on."""
        return self.running.url.rpartition("/")[2].partition(":")[0]

    def stop(self):
        """Ends the server, and every connection to it."""
        for view in self.views:
            view.service.close()
        self.running.stop()

    def connect(self, timeouts=PATIENT, url="", secret=None, **settings):
        """Another view of the same directory."""
        running = self.running
        given = {
            "kind": running.kind, "url": (url or running.url,), "base": running.base, "user_id": self.user_id,
            "service_account": running.service_account, "protected_groups": ("Directors",),
            "ca": running.certificate.ca_file.read_text(), **settings,
        }  # fmt: skip
        service = Service(Ldap(**given), secret or (lambda _: running.service_password), timeouts)
        self.views.append(self.adapter(service))
        return self.views[-1]

    def person(self, password="the First password 1", name="", **attributes):
        """A new person, as Regain finds them."""
        name = name or f"person{next(_numbers)}"
        self.add(name, password, attributes)
        return self.find(name)

    def find(self, name):
        return self.directory.find(f"{name}@contoso.example")

    def signs_in(self, person, password):
        """Whether a password signs in, as the directory says."""
        return signs_in(self.directory, person, password)

    def replace(self, person, attribute, *values, relax=False):
        ldif.apply(self.running, [ldif.replacement(person.address, attribute, values)], relax)

    def group(self, name, person):
        attributes = {"objectClass": self.group_class, "cn": name, "member": person.address}
        ldif.apply(self.running, [ldif.record(f"CN={name},{self.running.base}", attributes)])

    def rename(self, person, relative):
        changes = {"newrdn": relative, "deleteoldrdn": "1"}
        ldif.apply(self.running, [ldif.record(person.address, changes, "modrdn")])

    def remove(self, person):
        ldif.apply(self.running, [ldif.record(person.address, {}, "delete")])


class OpenLdapWorld(World):
    adapter, user_id, group_class = OpenLdap, ("mail", "uid"), "groupOfNames"

    def add(self, name, password, attributes):
        given = {
            "objectClass": "inetOrgPerson", "cn": name, "sn": name, "userPassword": password,
            **({"mail": f"{name}@contoso.example"} if name.isascii() else {}), **attributes,
        }  # fmt: skip
        ldif.apply(self.running, [ldif.record(f"uid={ldif.escaped(name)},{self.running.base}", given)])

    def disable(self, person):
        self.replace(person, "pwdAccountLockedTime", "000001010000Z")

    def must_change(self, person):
        self.replace(person, "pwdReset", "TRUE")

    def expire_password(self, person, password):
        policy = f"cn=old{next(_numbers)},dc=contoso,dc=example"
        classes = ("organizationalRole", "pwdPolicy")
        rules = {"objectClass": classes, "pwdAttribute": "userPassword", "pwdMaxAge": "1", "pwdLockout": "TRUE"}
        ldif.apply(self.running, [ldif.record(policy, rules)])
        self.replace(person, "pwdPolicySubentry", policy)
        self.replace(person, "userPassword", password)
        time.sleep(2.1)  # the least that it knows is a second

    def forbid_early_changes(self, person, **also):
        policy = f"cn=young{next(_numbers)},dc=contoso,dc=example"
        classes = ("organizationalRole", "pwdPolicy")
        rules = {"objectClass": classes, "pwdAttribute": "userPassword", "pwdMinAge": "86400", **also}
        ldif.apply(self.running, [ldif.record(policy, rules)])
        self.replace(person, "pwdPolicySubentry", policy)
        return policy


class ActiveDirectoryWorld(World):
    adapter, user_id, group_class = ActiveDirectory, ("userPrincipalName", "mail", "sAMAccountName"), "group"

    def add(self, name, password, attributes):
        given = {
            "objectClass": "user", "userPrincipalName": f"{name}@contoso.example", "displayName": name,
            "sAMAccountName": f"account{next(_numbers)}", "userAccountControl": "512",
            "unicodePwd": f'"{password}"'.encode("utf-16-le"), **attributes,
        }  # fmt: skip
        ldif.apply(self.running, [ldif.record(f"CN={ldif.escaped(name)},{self.running.base}", given)])

    def disable(self, person):
        self.replace(person, "userAccountControl", "514")

    def must_change(self, person):
        self.replace(person, "pwdLastSet", "0")

    def expire(self, person):
        self.replace(person, "accountExpires", "130000000000000000")  # in 2012

    def expire_password(self, person, password):
        """The domain's passwords are good for 42 days. Only the store itself takes such a time; nobody waits for it."""
        store = f"{self.running.folder}/private/sam.ldb"
        command = ["/usr/bin/python3", "-c", _LAST_SET, store, person.address, "130000000000000000"]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": ""})

    def forbid_early_changes(self, person):
        self.replace(type(person)(person.key, "DC=ad,DC=contoso,DC=example", ""), "minPwdAge", "-864000000000")


class CognitoWorld:
    """A user pool in the embedded engine. Its people have the attributes that they would have in LDAP."""

    marks_changes = False

    def __init__(self, domain="contoso.example", **pool):
        self.domain = domain
        self.api = boto3.client("cognito-idp")
        rules = {"MinimumLength": 12, **dict.fromkeys(("RequireUppercase", "RequireSymbols"), False)}
        given = {"PoolName": "people", "Policies": {"PasswordPolicy": rules}, **pool}
        self.pool = self.api.create_user_pool(**given)["UserPool"]["Id"]
        flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        made = self.api.create_user_pool_client(UserPoolId=self.pool, ClientName="regain", ExplicitAuthFlows=flows)
        self.client = made["UserPoolClient"]["ClientId"]
        self.passwords = {}
        self.directory = self.connect()

    def connect(self, pool="", client=""):
        settings = Cognito(pool or self.pool, client or self.client)
        clients = [lambda config=config: aws.client("cognito-idp", config, settings.region) for config in (READ, WRITE)]
        return CognitoDirectory(settings, 15, *clients)

    def person(self, password="the First password 1", name="", **attributes):
        """A new person, as Regain finds them. What they can be reached at is verified."""
        name = name or f"person{next(_numbers)}"
        self.add(name, password, attributes)
        return self.find(name)

    def find(self, name):
        return self.directory.find(f"{name}@{self.domain}")

    def add(self, name, password, attributes):
        told = {_IN_COGNITO[key]: value for key, value in attributes.items() if key in _IN_COGNITO}
        told |= {f"{key}_verified": "true" for key in ("email", "phone_number") if key in told}
        who = self._of(f"{name}@{self.domain}")
        given = [{"Name": key, "Value": value} for key, value in told.items()]
        self.api.admin_create_user(**who, UserAttributes=given, MessageAction="SUPPRESS", TemporaryPassword=password)
        self.api.admin_set_user_password(**who, Password=password, Permanent=True)
        self.passwords[who["Username"]] = password

    def signs_in(self, person, password):
        return signs_in(self.directory, person, password)

    def disable(self, person):
        self.api.admin_disable_user(**self._of(person.address))

    def must_change(self, person):
        password = self.passwords[person.address]
        self.api.admin_set_user_password(**self._of(person.address), Password=password, Permanent=False)

    def unverify(self, person):
        told = [{"Name": f"{name}_verified", "Value": "false"} for name in ("email", "phone_number")]
        self.api.admin_update_user_attributes(**self._of(person.address), UserAttributes=told)

    def remove(self, person):
        self.api.admin_delete_user(**self._of(person.address))

    def stop(self):
        self.api.delete_user_pool(UserPoolId=self.pool)

    def _of(self, name):
        return {"UserPoolId": self.pool, "Username": name}

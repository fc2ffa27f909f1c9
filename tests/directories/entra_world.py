"""The stand-in for Entra ID in the words of `worlds`: Microsoft's own runs nowhere but at Microsoft."""

import itertools

from local.directories.entra import StandIn
from local.directories.entra_tenant import CLIENT, TENANT
from regain.directories.entra.assertions import from_aws
from regain.directories.entra.directory import EntraDirectory
from regain.directories.entra.graph import Graph
from regain.directories.entra.https import Origin, Timeouts
from regain.directories.entra.tokens import Tokens
from regain.domain.entra import Entra

PATIENT = Timeouts(connect=30, answer=30)  # a busy machine is no fault
_NAMES = {"sn": "surname", "mobile": "mobilePhone"}
_LISTS = {"mail": "otherMails", "telephoneNumber": "businessPhones"}
_numbers = itertools.count(1)


class EntraWorld:
    """One tenant, and Regain's view of it."""

    marks_changes = True

    def __init__(self):
        self.running = StandIn().start()
        self.tenant = self.running.tenant
        self.directory = self.connect()

    def stop(self):
        self.running.close()

    def connect(self, timeouts=PATIENT, assertion=from_aws, **settings):
        given = Entra(TENANT, CLIENT, **{"protected_groups": ("Directors",), **settings})
        origin = Origin(self.running.url, timeouts)
        return EntraDirectory(given, Graph(origin, Tokens(given, origin, assertion)))

    def person(self, password="the First password 1", name="", **attributes):
        """A new person, as Regain finds them."""
        name = name or f"person{next(_numbers)}"
        given = {_NAMES.get(each, each): value for each, value in attributes.items() if each not in _LISTS}
        given |= {_LISTS[each]: [value] for each, value in attributes.items() if each in _LISTS}
        self.tenant.add(f"{name}@contoso.example", password, **given)
        return self.find(name)

    def find(self, name):
        return self.directory.find(f"{name}@contoso.example")

    def signs_in(self, person, password):
        return self.tenant.signs_in(person.key, password)

    def change(self, person, **properties):
        """What an administrator of the tenant changes."""
        self.tenant.users[person.key].update(properties)

    def disable(self, person):
        self.change(person, accountEnabled=False)

    def group(self, name, person):
        self.tenant.join(person.key, name)

    def remove(self, person):
        del self.tenant.users[person.key]

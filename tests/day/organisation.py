"""The organisation that lives the day: staff and a branch in Regain's own table, a plant in OpenLDAP, an administrator."""

import json
import os
import signal
import subprocess
import sys
import urllib.parse
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from local.directories import slapd
from regain.adapters.store import unmarshal
from regain.organisation.file import read
from tests.abuse.client import Attacker, Deployment
from tests.conftest import ROOT, Stack, free_port, launch
from tests.directories.worlds import OpenLdapWorld
from tests.functions.agent import Agent
from tests.load.attack import Owner
from tests.waiting import until

_FAILURES = 10
"""Wrong passwords that lock an account of the directory."""
FIRST = "maple-Cedar-93-window"
STAFF, PLANT = "contoso.example", "plant.contoso.example"
_COLUMNS = "userPrincipalName,displayName,givenName,surname,mail,otherMails,mobilePhone,password,groups"
_HIRED = 800
"""The number of the first who is hired on the day."""
_FRESH = 120  # seconds
_READY, _OFF, _UNREACHABLE, _LAB = range(4)
"""Of the branch: who is registered, who is turned off, whom no mail reaches, and who is in the lab too."""


class Organisation:
    """One third of so many people work at the plant, an eighth or at least eight at a branch, and the rest are staff.

    Nobody at the branch has registered anything, but one. A `warm` stack starts every function first.
    """

    def __init__(self, folder: Path, people: int, warm: bool = False) -> None:
        self.folder, self.site, self.warm = folder, folder / "site", warm
        self.site.mkdir(parents=True)
        self.port = free_port()
        self.directory = OpenLdapWorld(slapd.start(folder / "slapd", policy=slapd.PasswordPolicy(failures=_FAILURES)))
        self.file = self._settings()
        plant, branch = people // 3, max(8, people // 8)
        staff = people - plant - branch
        self._rows = [self._row(number) for number in range(staff)] + [_bare(number) for number in range(branch)]
        self._set(notify={"invitations_per_hour": 60 * ((branch - _LAB) // 2)})
        for number in range(plant):
            self._hire(number)
        self.stack = self._launch("--people", str(self._people_file()))
        self.deployment = Deployment("private", self.stack)
        self.staff = [self._owner(number, f"s{number:03}@{STAFF}") for number in range(staff)]
        self.branch = [self._owner(staff + number, f"b{number:03}@{STAFF}") for number in range(branch)]
        self.plant = [self._owner(people + number, f"w{number:03}@{PLANT}") for number in range(plant)]
        self.hired: list[Owner] = []
        self.administrator = Agent(Attacker(self.deployment), "administrator")
        self.colleague = self.administrator.world.person(role="administrator")
        self.token = json.loads(self.run("--json", "scim", "token", "create", "Okta"))["token"]

    @property
    def everybody(self) -> list[Owner]:
        return [*self.staff, *self.branch, *self.plant, *self.hired]

    @property
    def turned_off(self) -> Owner:
        """Who is turned off before the branch is invited."""
        return self.branch[_OFF]

    def cut_off(self) -> None:
        """Gives somebody at the branch an address that mail cannot reach, as a directory would."""
        person = self.branch[_UNREACHABLE]
        person.world.alter(person.user_id, mail=f"bö@{STAFF}")

    @property
    def to_be_asked(self) -> list[Owner]:
        """Those of the branch whom an invitation may ask."""
        return self.branch[_LAB:]

    def desk(self) -> Agent:
        """The administrator, with a second factor that is good for some minutes more."""
        if self.administrator.get().body["proved_for"] < _FRESH:
            self.administrator.proved()
        return self.administrator

    def progress(self, invitation_ids: list[str]) -> list[Counter[str]]:
        """What these invitations have counted."""
        return [Counter(each) for each in self.deployment.services.invitations.counts(invitation_ids)]

    def wake(self) -> None:
        """What is on a schedule, and what waits in a stream, is done now."""
        for path in ("/local/schedule", "/local/wake"):
            self.administrator.world.post(path)

    def outbox(self) -> list[dict[str, Any]]:
        """Every message that was written."""
        services = self.deployment.services
        scan = services.store.client.get_paginator("scan")
        pages = scan.paginate(TableName=services.outbox.table, ConsistentRead=True)
        return [unmarshal(item) for page in pages for item in page["Items"] if "kind" in item]

    def stop(self) -> None:
        """Ends the stack and the directory."""
        self.stack.stop()
        self.directory.stop()

    def restart(self, **settings: dict[str, Any]) -> None:
        """Starts the stack again where it was with other settings, as a deployment starts every function anew.

        A message that is being sent then goes out first: a deployment lets what has begun end.
        """
        self._set(**settings)
        until(lambda: all(each["state"] != "sending" for each in self.outbox()))
        self.stack.stop()
        self.stack = self._launch()
        self.deployment.stack = self.stack
        for known in ("services", "_known"):
            self.deployment.__dict__.pop(known, None)
        for world in (*(each.world for each in self.everybody), self.administrator.world):
            world.stack = self.stack

    def pause_directory(self) -> None:
        """The directory answers nobody: its process does not run."""
        self.directory.running.process.send_signal(signal.SIGSTOP)

    def resume_directory(self) -> None:
        self.directory.running.process.send_signal(signal.SIGCONT)

    def import_more(self, number: int) -> list[Owner]:
        """Imports the people file again, with so many new people."""
        numbers = range(_HIRED, _HIRED + number)
        self._rows += [self._row(each) for each in numbers]
        self.run("people", "import", str(self._people_file()))
        return self._employ([f"s{each:03}@{STAFF}" for each in numbers])

    def provision_more(self, number: int) -> list[Owner]:
        """So many new people come from the identity provider. They have no password yet."""
        names = [f"okta{each}" for each in range(number)]
        for name in names:
            self.provision("POST", "/Users", _resource(f"{name}@{STAFF}", f"{name}@home.example"))
        return self._employ([f"{name}@{STAFF}" for name in names])

    def _employ(self, user_ids: list[str]) -> list[Owner]:
        first = _HIRED + len(self.hired)
        new = [self._owner(first + number, user_id) for number, user_id in enumerate(user_ids)]
        self.hired += new
        return new

    def provision(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """What the identity provider sends (SCIM 2.0)."""
        world = self.administrator.world
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/scim+json"}
        answer = world.request(method, f"/api/scim/v2{path}", json.dumps(body), headers=headers)
        assert answer.status in (200, 201), answer
        return answer.body if "text" not in answer.body else json.loads(answer.body["text"])

    def resource(self, user_id: str) -> str:
        """The address of somebody, as the identity provider finds it."""
        world = self.administrator.world
        query = urllib.parse.urlencode({"filter": f'userName eq "{user_id}"'})
        headers = {"authorization": f"Bearer {self.token}"}
        answer = world.request("GET", f"/api/scim/v2/Users?{query}", headers=headers)
        found = answer.body if "Resources" in answer.body else json.loads(answer.body["text"])
        return f"/Users/{found['Resources'][0]['id']}"

    def run(self, *arguments: str) -> str:
        """A command, in a process of its own. Returns what it says."""
        paths = os.pathsep.join(str(ROOT / part) for part in ("functions", "functions/shared"))
        command = [sys.executable, "-m", "cli", "--state", str(self.stack.state), *arguments]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": paths, "COLUMNS": "200"},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _settings(self) -> Path:
        running = self.directory.running
        content = yaml.safe_load((ROOT / "organisation.yaml").read_text())
        content["organisation"]["languages"] = ["en"]
        content["organisation"]["site_url"] = f"http://127.0.0.1:{self.port}/"
        ldap = {
            "kind": running.kind, "url": [running.url], "base": running.base, "user_id": list(self.directory.user_id),
            "service_account": running.service_account, "ca": running.certificate.ca_file.read_text(),
            "lockout_threshold": _FAILURES,
        }  # fmt: skip
        content["domains"] = {STAFF: {"directory": "dynamodb"}, PLANT: {"directory": "ldap", "ldap": ldap}}
        file = self.folder / "organisation.yaml"
        file.write_text(yaml.safe_dump(content))
        return file

    def _set(self, **settings: dict[str, Any]) -> None:
        """Changes settings of the file, which a stack reads when it starts."""
        content = yaml.safe_load(self.file.read_text())
        for group, changed in settings.items():
            content[group] = {**content.get(group, {}), **changed}
        self.file.write_text(yaml.safe_dump(content))
        read(self.file)

    def _hire(self, number: int) -> None:
        name = f"w{number:03}"
        attributes: dict[str, Any] = {
            "mail": [f"{name}@{PLANT}", f"{name}@home.example"], "mobile": f"+44770090{5_000 + number}",
        }  # fmt: skip
        self.directory.add(name, FIRST, attributes)

    def _row(self, number: int) -> str:
        name = f"s{number:03}"
        return f"{name}@{STAFF},Sam Staff {number},Sam,Staff,,{name}@home.example,+44770090{number:04},{FIRST},staff"

    def _people_file(self) -> Path:
        file = self.folder / f"people-{len(self._rows)}.csv"
        file.write_text("\n".join((_COLUMNS, *self._rows)) + "\n")
        return file

    def _owner(self, number: int, user_id: str) -> Owner:
        world = Attacker(self.deployment)
        mailbox = f"{user_id.partition('@')[0]}@home.example"
        return Owner(world, user_id, mailbox, world.address, number)

    def _launch(self, *options: str) -> Stack:
        os.environ["REGAIN_DIRECTORY_SECRET"] = self.directory.running.service_password
        try:
            options = ("--organisation", str(self.file), *options)
            stack = launch(self.folder / "state", self.site, *options, port=self.port, warm=self.warm)
        finally:
            del os.environ["REGAIN_DIRECTORY_SECRET"]
        if stack.said[-1:] != ["ready"]:
            raise RuntimeError("\n".join(stack.said))
        return stack


def _bare(number: int) -> str:
    """Somebody at the branch: with nothing by which they could prove who they are, but one."""
    name = f"b{number:03}"
    other = f"{name}@home.example" if number == _READY else ""
    groups = "branch;lab" if number == _LAB else "branch"
    return f"{name}@{STAFF},Bo Branch {number},Bo,Branch,,{other},,{FIRST},{groups}"


def _resource(user_id: str, mail: str) -> dict[str, Any]:
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": user_id, "active": True,
        "displayName": "New Person", "name": {"givenName": "New", "familyName": "Person"},
        "emails": [{"value": mail, "type": "home"}],
    }  # fmt: skip

"""The organisation that lives the day: staff in Regain's own table, a plant in a real OpenLDAP, and its administrators."""

import json
import os
import signal
import subprocess
import sys
import urllib.parse
from pathlib import Path
from typing import Any

import yaml

from local.directories import slapd
from regain.organisation.file import read
from tests.abuse.client import Attacker, Deployment
from tests.conftest import ROOT, Stack, free_port, launch
from tests.directories.worlds import OpenLdapWorld
from tests.functions.agent import Agent
from tests.load.attack import Owner

_FAILURES = 10
"""Wrong passwords that lock an account of the directory."""
FIRST = "maple-Cedar-93-window"
STAFF, PLANT = "contoso.example", "plant.contoso.example"
_COLUMNS = "userPrincipalName,displayName,givenName,surname,otherMails,mobilePhone,password,groups"


class Organisation:
    """Two thirds of so many people are staff, one third works at the plant. A `warm` stack starts every function first."""

    def __init__(self, folder: Path, people: int, warm: bool = False) -> None:
        self.folder, self.site, self.warm = folder, folder / "site", warm
        self.site.mkdir(parents=True)
        self.port = free_port()
        self.directory = OpenLdapWorld(slapd.start(folder / "slapd", policy=slapd.PasswordPolicy(failures=_FAILURES)))
        self.file = self._settings()
        plant = people // 3
        self._rows = [self._row(number) for number in range(people - plant)]
        self._imported = 0
        for number in range(plant):
            self._hire(number)
        self.stack = self._launch("--people", str(self._people_file()))
        self.deployment = Deployment("private", self.stack)
        self.staff = [self._owner(number, f"s{number:03}@{STAFF}") for number in range(people - plant)]
        self.plant = [self._owner(people + number, f"w{number:03}@{PLANT}") for number in range(plant)]
        self.administrator = Agent(Attacker(self.deployment), "administrator")
        self.token = json.loads(self.run("--json", "scim", "token", "create", "Okta"))["token"]

    @property
    def everybody(self) -> list[Owner]:
        return [*self.staff, *self.plant]

    def stop(self) -> None:
        """Ends the stack and the directory."""
        self.stack.stop()
        self.directory.stop()

    def restart(self) -> None:
        """Starts the stack again where it was, as a deployment starts every function anew."""
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

    def import_more(self, number: int) -> list[str]:
        """Imports the people file again, with so many new people. Returns their user IDs."""
        first = 800 + self._imported
        self._imported += number
        self._rows += [self._row(first + each) for each in range(number)]
        self.run("people", "import", str(self._people_file()))
        return [f"s{first + each:03}@{STAFF}" for each in range(number)]

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
        read(file)
        return file

    def _hire(self, number: int) -> None:
        name = f"w{number:03}"
        attributes: dict[str, Any] = {
            "mail": [f"{name}@{PLANT}", f"{name}@home.example"], "mobile": f"+44770090{5_000 + number}",
        }  # fmt: skip
        self.directory.add(name, FIRST, attributes)

    def _row(self, number: int) -> str:
        name = f"s{number:03}"
        return f"{name}@{STAFF},Sam Staff {number},Sam,Staff,{name}@home.example,+44770090{number:04},{FIRST},staff"

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

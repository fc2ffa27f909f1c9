"""The target: an embedded stack of its own, with limits raised so that the code behind them is reached."""

import json
import os
import secrets
import subprocess
import time
from pathlib import Path

import altcha.v2 as altcha
import msgspec
from botocore.session import Session

from regain.adapters.keys import Keys
from regain.organisation.file import read
from tests.conftest import ROOT, Stack, launch
from tests.functions.conftest import solve

SCHEMATHESIS = ROOT / ".venv" / "fuzz" / "bin" / "schemathesis"
PASSWORD = "kettle-Magnet-41-harp"
WHO = {"nobody": "", "person": "fuzz.person", "administrator": "fuzz.admin"}
"""As whom requests are sent: each has an account of their own. What is done is done to the victims."""
ADMINISTRATORS_PHONE = "+447700900999"
_VICTIMS = 20
_HIGH = 1_000_000


def fuzzed(folder: Path, organisation: dict) -> Stack:
    """The stack with people to send requests as and people to send them about."""
    (folder / "organisation.yaml").write_text(json.dumps(organisation))  # JSON is YAML
    (folder / "people.csv").write_text(_people())
    (folder / "site").mkdir()
    options = ("--people", str(folder / "people.csv"), "--organisation", str(folder / "organisation.yaml"))
    stack = launch(folder / "state", folder / "site", *options)
    while stack.said[-1:] != ["ready"] and (line := stack.process.stdout.readline()):  # a busy machine takes longer
        stack.said.append(line.strip())
    if stack.said[-1:] != ["ready"]:
        raise RuntimeError("\n".join(stack.said))
    return stack


def organisation(disclosure: str) -> dict:
    """Our own organisation with every method, and limits that nobody reaches."""
    given = msgspec.to_builtins(read(ROOT / "organisation.yaml"))
    methods = ["email", "sms", "call-mobile", "call-office", "authenticator", "recovery-code", "passkey"]
    given["recovery"] = {"methods": methods, "disclosure": disclosure, "gates": 1, "resend_seconds": 5}
    per = "failed_proofs_per_day failed_proofs_of_all_per_day failed_proofs_of_all_per_month phone_messages_per_hour "
    per += (
        "phone_messages_of_all_per_hour phone_messages_per_day emails_per_hour emails_of_all_per_hour contacts_per_day"
    )
    rates = "accounts starts_per_network failures_per_network sign_in_failures sign_in_failures_of_all right_passwords_per_hour help_mails_per_hour admin_lookups_per_hour admin_changes_per_hour"
    given["limits"] = dict.fromkeys(f"{per} {rates}".split(), _HIGH)
    return given


def fuzz(stack: Stack, who: str, seed: int, *options: str, proofs: int = 1_500) -> subprocess.CompletedProcess:
    """Runs schemathesis against the stack, as somebody. `proofs` is how many challenges are solved for it."""
    solved = stack.state / f"proofs-{who}.json"
    solved.write_text(json.dumps(_proofs(stack, proofs)))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHONPATH"))},
        "SCHEMATHESIS_HOOKS": str(ROOT / "tests" / "fuzz" / "hooks.py"), "FUZZ_ORIGIN": stack.origin, "FUZZ_WHO": WHO[who] and f"{WHO[who]}@contoso.example", "FUZZ_PASSWORD": PASSWORD, "FUZZ_PROOFS": str(solved),
        "FUZZ_PHONE": ADMINISTRATORS_PHONE,
        "FUZZ_VICTIMS": json.dumps([f"victim{n:02}@contoso.example" for n in range(_VICTIMS)]),
    }  # fmt: skip
    command = [
        str(SCHEMATHESIS), "--config-file", str(ROOT / "tests" / "fuzz" / "schemathesis.toml"), "run",
        f"{stack.origin}/api/openapi.json", "--url", stack.origin, "--seed", str(seed), *options,
    ]  # fmt: skip
    return subprocess.run(
        command,
        cwd=stack.state,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def faults(stack: Stack) -> list[str]:
    """What the functions call a fault in their logs, also those that no request waits for."""
    logs = sorted((stack.state / "log").glob("*.log"))
    lines = [f"{log.stem}: {line}" for log in logs for line in log.read_text(errors="replace").splitlines()]
    return [line for line in lines if '"level":"ERROR"' in line or "Traceback" in line]


def _proofs(stack: Stack, number: int) -> list[str]:
    """Solved challenges: signed with the stack's own key, but cheap to solve and good for an hour."""
    known = json.loads((stack.state / "stack.json").read_text())
    client = Session().create_client(
        "kms", region_name=known["AWS_DEFAULT_REGION"], endpoint_url=known["AWS_ENDPOINT_URL"],
        aws_access_key_id=known["AWS_ACCESS_KEY_ID"], aws_secret_access_key=known["AWS_SECRET_ACCESS_KEY"],
    )  # fmt: skip
    keys = Keys(client, known["SERVICE_KEY"])
    made = [
        altcha.create_challenge(
            "PBKDF2/SHA-256", 1, counter=1, expires_at=int(time.time()) + 3_600, data={"action": "start"},
            hmac_secret=keys.derive("challenge"), hmac_key_secret=keys.derive("challenge-solution"),
        )
        for _ in range(number)
    ]  # fmt: skip
    return [solve(each.to_dict()) for each in made]


def _people() -> str:
    rows = [
        "userPrincipalName,displayName,givenName,surname,mail,otherMails,mobilePhone,telephoneNumber,accountEnabled,password,role,groups"
    ]
    for name, phone, role in ((WHO["person"], "", ""), (WHO["administrator"], ADMINISTRATORS_PHONE, "administrator")):
        rows.append(
            f"{name}@contoso.example,Robin Fuzz,Robin,Fuzz,,{name}@home.example,{phone},,True,{PASSWORD},{role},staff"
        )
    for number in range(_VICTIMS):
        name, phone = f"victim{number:02}", f"+4477009010{number:02},+44207946{number:04}"
        enabled = number % 7 != 3  # some are turned off
        rows.append(f"{name}@contoso.example,Vic Tim,Vic,Tim,,{name}@home.example,{phone},{enabled},{PASSWORD},,staff")
    return "\n".join(rows) + "\n"


def seed() -> int:
    """A seed that is short enough to be typed again."""
    return secrets.randbelow(1_000_000)

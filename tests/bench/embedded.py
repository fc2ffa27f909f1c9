"""What the embedded stack takes: until it is ready, idle, and for a whole reset (B42). `make bench` runs it too.

Memory is the proportional set size, CPU time that of all its processes. The floor is a fresh process that imports boto3
and reads one item of the stack's engine.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from tests.abuse.client import Attacker, Deployment
from tests.codes import code_in
from tests.conftest import ROOT, Stack, launch
from tests.load import memory
from tests.load.attack import Owner
from tests.waiting import until

TARGETS = {"idle: MB": 400.0, "idle: processes": 8, "ready: CPU over the floor": 11.0, "idle: CPU, % of a core": 0.2,
           "a reset: gateway and engine over functions": 1.0}  # fmt: skip
_FLOOR = "import boto3; boto3.client('dynamodb').get_item(TableName='AccountTable', Key={'id': {'S': 'nobody'}})"
_SETTLED, _IDLE = 75, 120
"""Seconds until everything on a schedule has run once, and those of which the CPU time is taken then."""
_WARM, _RESETS = 6, 24
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Measures, prints a table, and returns the exit status: 1 where a target is missed."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        site.mkdir()
        stack = launch(Path(folder) / "state", site, "--people", str(ROOT / "people.csv"), "--watch")
        try:
            found = _measure(stack)
        finally:
            stack.stop()
    table = Table("embedded stack", *(Column(name, justify="right") for name in ("measured", "at most")))
    for name, value in found.items():
        table.add_row(name, f"{value:.4g}", f"{TARGETS[name]:g}" if name in TARGETS else "")
    Console(width=150).print(table)
    return int(any(found[name] > most for name, most in TARGETS.items()))


def _measure(stack: Stack) -> dict[str, float]:
    root = stack.process.pid
    ready, floor = sum(cpu(root).values()), statistics.median(_floor(stack) for _ in range(7))
    found = {"ready: CPU over the floor": ready / floor, "the floor: CPU, ms": floor * 1e3}
    found |= {"at once: MB": pss(root), "at once: processes": len(processes(root))}
    time.sleep(_SETTLED)
    before = sum(cpu(root).values())
    time.sleep(_IDLE)
    found["idle: CPU, % of a core"] = (sum(cpu(root).values()) - before) / _IDLE * 100
    found |= {"idle: MB": pss(root), "idle: processes": len(processes(root))}
    people = _people(Deployment("private", stack))
    for person in people[:_WARM]:
        _reset(person)
    start = cpu(root)
    for person in people[_WARM:]:
        _reset(person)
    spent = {kind: seconds / _RESETS * 1e3 for kind, seconds in (cpu(root) - start).items()}
    beside = spent["gateway"] + spent["engine"]
    found |= {f"a reset: CPU of the {kind}, ms": spent[kind] for kind in ("gateway", "engine", "functions")}
    found["a reset: gateway and engine over functions"] = beside / spent["functions"]
    return found | {"used: MB": pss(root), "used: processes": len(processes(root))}


def _floor(stack: Stack) -> float:
    known = json.loads((stack.state / "stack.json").read_text())
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, **{name: value for name, value in known.items() if name.startswith("AWS_")}}
    subprocess.run([sys.executable, "-c", _FLOOR], env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _people(deployment: Deployment) -> list[Owner]:
    worlds = [Attacker(deployment) for _ in range(_WARM + _RESETS)]
    accounts = [world.person() for world in worlds]
    return [
        Owner(world, account.user_id, account.other_mails[0], world.address, number)
        for number, (world, account) in enumerate(zip(worlds, accounts, strict=True))
    ]


def _reset(person: Owner) -> None:
    """From the user ID to the sign-in. Whoever reads the mail asks nothing of the stack."""
    flow = person._ask("reset/start", user_id=person.user_id).body["flow"]
    person._ask("reset/send", flow=flow, method="email")
    code = until(lambda: _code(person), every=0.2)
    person._ask("reset/verify", flow=flow, method="email", code=code)
    person._ask("reset/finish", flow=flow, new_password=person.new_password)
    signed_in = person._ask("account/sign-in", user_id=person.user_id, password=person.new_password)
    assert signed_in.status == 200, signed_in


def _code(person: Owner) -> str:
    """The code in their newest mail; "" before it is there."""
    written = person.world.stack.state / "messages.jsonl"
    messages = map(json.loads, written.read_text().splitlines()) if written.exists() else ()
    letters = [each["body"] for each in messages if each["to"] == person.mailbox]
    return code_in(letters[-1]) if letters else ""


def processes(root: int) -> list[int]:
    """The stack's processes."""
    return [root, *memory.descendants(root)]


def pss(root: int) -> float:
    """MB of all processes, what they share counted once."""
    rollups = (Path(f"/proc/{process}/smaps_rollup").read_text() for process in processes(root))
    kilobytes = (int(line.split()[1]) for text in rollups for line in text.splitlines() if line.startswith("Pss:"))
    return sum(kilobytes) * 1_024 / 1e6


def cpu(root: int) -> Counter[str]:
    """CPU seconds by kind, `gateway`, `engine` and `functions`, with those of children that have ended."""
    found: Counter[str] = Counter()
    for process in processes(root):
        kind = memory.kind_of(process)
        ticks = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:15]
        found[kind if kind in ("gateway", "engine") else "functions"] += sum(map(int, ticks)) / _TICKS
    return found


if __name__ == "__main__":
    sys.exit(main())

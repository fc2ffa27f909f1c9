"""How long a reset takes whose password lives in a real directory, and which share of it is the directory's.

`python -m tests.directories.times` measures both servers, as a part of `make directories`; with `--people 100000` an OpenLDAP
with so many people, loaded by slapadd. The functions and the embedded engine run on this machine, and nobody waits for whole
steps of time. Compare shares and multiples within a run, never milliseconds between runs.
"""

import argparse
import contextlib
import io
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

import msgspec
import rich.table
from rich.console import Console

from local.directories import ldif, samba, slapd
from local.directories.entries import hashed
from local.directories.running import bring_up_loopback
from local.engine import Engine
from local.resources import create
from regain.directories.base import MOST_FOUND
from regain.organisation import file
from tests.conftest import MINISTACK, ROOT, free_port
from tests.directories.worlds import ActiveDirectoryWorld, OpenLdapWorld

PASSWORD, NEW = "the First password 1", "violet-Anchor-27-plum"
STEPS = ("start", "send", "verify", "finish", "sign-in")
CALLS = ("find", "search", "verify", "reset", "requirements")


class Clock:
    """Seconds in the functions and, within them, in the directory: by the step that is made."""

    def __init__(self):
        self.step, self.depth, self.all, self.there = "", 0, {}, {}

    def timed(self, kept, call):
        """The same call; what it takes is added to a step's."""

        def made(*arguments, **named):
            inside, self.depth = self.depth, self.depth + (kept is self.there)
            began = time.perf_counter()
            try:
                return call(*arguments, **named)
            finally:
                self.depth = inside
                if self.step and not inside:
                    kept[self.step][-1] += time.perf_counter() - began

        return made

    def measure(self, step, call):
        """Makes one step, and notes both."""
        for kept in (self.all, self.there):
            kept.setdefault(step, []).append(0.0)
        self.step = step
        try:
            return call()
        finally:
            self.step = ""


@contextlib.contextmanager
def functions(folder):
    """The functions of this process over an embedded engine."""
    engine = Engine(MINISTACK, folder / "engine", free_port())
    engine.start()
    try:
        os.environ.update(engine.environment)
        template = create(ROOT / "template.yaml", {"Site": "none", "OriginationIdentity": "+15555550100"})
        packed = folder / "organisation.json"
        packed.write_bytes(msgspec.json.encode(file.read(ROOT / "organisation.yaml")))
        os.environ.update({**template.variables, "ORGANISATION_FILE": str(packed), "POWERTOOLS_LOG_LEVEL": "CRITICAL"})
        yield
    finally:
        engine.stop()


def resets(there, times):
    """The seconds of each step of so many resets: in all, and in the directory."""
    from tests.functions import conftest
    from tests.functions.directory_stand_in import people

    clock, find = Clock(), conftest.handler
    timed = {name: clock.timed(clock.there, getattr(there.directory, name)) for name in CALLS}
    patched = mock.patch.multiple(there.directory, create=True, **timed)
    handled = mock.patch.object(conftest, "handler", lambda path: clock.timed(clock.all, find(path)))
    with (
        patched,
        handled,
        people(conftest.World(), there.directory, "contoso.example"),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        for number in range(-1, times):  # the first one connects
            if not number:
                clock.all.clear()
                clock.there.clear()
            _reset(clock, conftest.World(), there, f"timed{number + 1}")
    return clock.all, clock.there


def _reset(clock, world, there, name):
    own = f"{name}@home.example"
    reached = (
        {"otherMailbox": own} if isinstance(there, ActiveDirectoryWorld) else {"mail": (f"{name}@contoso.example", own)}
    )
    person = there.person(PASSWORD, name, **reached)
    begun = clock.measure("start", lambda: world.start(person.user_id)).body
    clock.measure("send", lambda: world.send(begun["flow"]))
    code = world.code(begun["reference"])
    clock.measure("verify", lambda: world.verify(begun["flow"], code))
    done = clock.measure("finish", lambda: world.finish(begun["flow"], NEW))
    assert done.status == 200, done.body
    assert clock.measure("sign-in", lambda: world.sign_in(person.user_id, NEW)).status == 200


def shown(title, all_of_it, there):
    """Milliseconds of each step, and the directory's share."""
    made = rich.table.Table("step", "ms", "in the directory", "share", title=title)
    for step in STEPS:
        made.add_row(step, *_row(statistics.median(all_of_it[step]), statistics.median(there[step])))
    medians = [sum(statistics.median(kept[step]) for step in STEPS) for kept in (all_of_it, there)]
    made.add_row("a whole reset", *_row(*medians))
    return made


def _row(all_of_it, there):
    return f"{all_of_it * 1_000:.1f}", f"{there * 1_000:.1f}", f"{there / all_of_it:.0%}"


def crowd(size):
    """So many people as LDIF for slapadd, with one hash."""
    secret = hashed(PASSWORD)
    for number in range(size):
        given = {
            "objectClass": "inetOrgPerson", "cn": f"Crowd{number:06} Person", "sn": "Person", "givenName": f"Crowd{number:06}",
            "mail": f"crowd{number:06}@contoso.example", "userPassword": secret,
        }  # fmt: skip
        yield ldif.record(f"uid=crowd{number:06},{slapd.BASE}", given)


def calls(there, name, times):
    """Milliseconds of a look-up, of one of nobody, of a search for a beginning, and of the doctor."""
    directory = there.directory
    asked = {
        "find somebody": lambda: directory.find(f"{name}@contoso.example"),
        "find nobody": lambda: directory.find("nobody.at.all@contoso.example"),
        "search for a beginning": lambda: directory.search([name[:5]], "contoso.example"),
        "search for nobody": lambda: directory.search(["zzz"], "contoso.example"),
    }
    assert asked["find somebody"]() and len(asked["search for a beginning"]()) <= MOST_FOUND
    taken = {what: statistics.median(_seconds(call) for _ in range(times)) for what, call in asked.items()}
    return {**taken, "doctor": _seconds(lambda: list(directory.check()))}


def _seconds(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def main():
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m tests.directories.times", description=__doc__)
    parser.add_argument("--people", type=int, default=0, help="an OpenLDAP with so many, in place of both servers")
    parser.add_argument("--times", type=int, default=15)
    arguments = parser.parse_args()
    bring_up_loopback()
    console = Console(width=120)
    with tempfile.TemporaryDirectory() as name, functions(Path(name)):
        folder = Path(name)
        if arguments.people:
            _crowded(console, folder, arguments)
            return
        for make, server, title in (
            (OpenLdapWorld, slapd, "OpenLDAP"),
            (ActiveDirectoryWorld, samba, "Active Directory (Samba)"),
        ):
            there = make(server.start(folder / make.__name__))
            try:
                console.print(shown(title, *resets(there, arguments.times)))
            finally:
                there.stop()


def _crowded(console, folder, arguments):
    for size in (100, arguments.people):
        began = time.perf_counter()
        there = OpenLdapWorld(slapd.start(folder / f"crowd{size}", "\n".join(crowd(size))))
        console.print(f"{size:,} people: loaded and started in {time.perf_counter() - began:.1f} s")
        try:
            for what, seconds in calls(there, f"crowd{size - 1:06}", arguments.times).items():
                console.print(f"  {what:24} {seconds * 1_000:8.2f} ms")
            for finding in there.directory.check():
                if finding.what.startswith("People below"):
                    console.print(f"  doctor: {finding.what}")
            console.print(shown(f"{size:,} people in OpenLDAP", *resets(there, arguments.times)))
        finally:
            there.stop()


if __name__ == "__main__":
    sys.exit(main())

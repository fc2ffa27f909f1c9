"""An organisation of so many people: imported, counted and indexed, and what a few acts in it cost."""

import contextlib
import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from cli.accounts import accounts
from regain.adapters.search_index import Indexed
from regain.adapters.store import Write, batched
from regain.domain.account import Account
from regain.domain.security_info import SecurityInfo
from regain.runtime import services as composition
from report import index
from report.flow import count_people
from tests.bench.warm import Recorder, reset_by_email
from tests.conftest import ROOT
from tests.functions.agent import Agent
from tests.functions.conftest import World
from tests.scale.figures import ACTS, Act, Import, Size

_COLUMNS = (
    "userPrincipalName", "displayName", "givenName", "surname", "mail", "otherMails", "mobilePhone",
    "telephoneNumber", "accountEnabled", "role", "groups",
)  # fmt: skip
_GIVEN = ("Maria", "Ben", "Aisha", "Lukas", "Noor", "Tomás", "Ines", "Omar", "Yuki", "Zofia", "Paul")
_SURNAMES = ("Okafor", "Haddad", "Rossi", "Tanaka", "Novak", "Berg", "Costa", "Mensah")
_PAGE = 20
_WRITES = 100  # of a transaction


def measure(folder: Path, people: int, rounds: int) -> Size:
    """Imports so many people (whole hundreds), and plays each act so many times. Needs the environment of a function."""
    imported = _import(folder, people)
    _follow([account for account in accounts(composition.services()) if account.user_id.startswith(f"p{people}-")])
    return Size(people, imported, _acts(people, rounds))


def _user_id(people: int, number: int) -> str:
    return f"p{people}-{number:07}@contoso.example"


def _surname(people: int, number: int) -> str:
    """One person in nine has a surname that is this organisation's alone, and is searched for."""
    surnames = (*_SURNAMES, f"Silva{people}")
    return surnames[number % len(surnames)]


def _import(folder: Path, people: int) -> Import:
    file, state = folder / f"{people}.csv", folder / "state"
    state.mkdir(exist_ok=True)
    with file.open("w", newline="") as written:
        csv.writer(written).writerows([_COLUMNS, *(_row(people, number) for number in range(people))])
    running = {"SITE_URL": "http://127.0.0.1:9/"}  # no gateway polls streams here: nobody needs to be woken
    (state / "stack.json").write_text(json.dumps(running))
    paths = os.pathsep.join(str(ROOT / part) for part in ("functions", "functions/shared", "."))
    done = subprocess.run(
        [sys.executable, "-m", "tests.scale.importing", "--state", str(state), "people", "import", str(file)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    told = json.loads(done.stdout.splitlines()[-1])
    pages = told["operations"].pop("Scan")
    for_a_hundred = {name: number * 100 / people for name, number in told["operations"].items()}
    return Import(told["seconds"], told["megabytes"], for_a_hundred, pages)


def _row(people: int, number: int) -> tuple[str, ...]:
    given, surname = _GIVEN[number % len(_GIVEN)], _surname(people, number)
    user_id, phone = _user_id(people, number), f"{number:06}"
    return (
        user_id, f"{given} {surname}", given, surname, user_id, f"p{people}-{number:07}@home.example",
        f"+447701{phone}", f"+442079{phone}", "True", "", "staff",
    )  # fmt: skip


def _follow(everybody: list[Account]) -> None:
    """Counts and indexes people as `report` does behind the stream, but indexes many in one transaction."""
    services = composition.services()
    for part in batched([account.id for account in everybody], 1_000):
        count_people("id", part)
    for writes in _transactions(map(_entries, everybody)):
        services.store.commit(writes)


def _entries(account: Account) -> list[Write]:
    services, nothing = composition.services(), SecurityInfo()
    states = index._states(account, nothing, services)
    return services.search_index.writes(account.id, Indexed(), index._entries(account, nothing, states))


def _transactions(people: Iterator[list[Write]]) -> Iterator[list[Write]]:
    together: list[Write] = []
    for writes in people:
        if len(together) + len(writes) > _WRITES:
            yield together
            together = []
        together += writes
    yield together


def _acts(people: int, rounds: int) -> dict[str, Act]:
    recorder = Recorder()
    acts = {name: Act([], []) for name in ACTS}
    with recorder.installed(), contextlib.redirect_stdout(io.StringIO()):  # what the functions say
        agent = Agent(World()).proved()
        for number in range(rounds + 1):
            user_id = _user_id(people, number * people // (rounds + 2))
            played = {
                "search": partial(_search, agent, people),
                "report": partial(_report, agent, people),
                "reset": partial(reset_by_email, recorder, World(), user_id),
            }
            for name, play in played.items():
                recorder.requests.clear()
                play()
                requests = [one for found in recorder.requests.values() for one in found]
                if number:  # the first time draws keys and fills caches
                    acts[name].seconds.append(sum(one.total for one in requests))
                    acts[name].operations.append(sum(one.operations for one in requests))
    return acts


def _search(agent: Agent, people: int) -> None:
    """A whole page: the costliest answer."""
    answer = agent.do("/people/search", {"q": f"silva{people}"})
    assert len(answer.body["people"]) == _PAGE, answer


def _report(agent: Agent, people: int) -> None:
    answer = agent.get("/report")
    assert answer.body["people"]["accounts"] >= people, answer

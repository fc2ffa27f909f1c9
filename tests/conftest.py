"""Fixtures for all tests: the engine with fresh tables, and the embedded stack as a process of its own."""

import contextlib
import fcntl
import functools
import gc
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

import msgspec
import pytest
from botocore.loaders import JSONFileLoader

from hooks.catalogues import files
from local.engine import Engine
from local.resources import create
from regain.adapters import aws
from regain.organisation import settings as organisations
from regain.organisation.file import read
from regain.organisation.language import Language
from regain.organisation.settings import Organisation
from regain.phrases import Phrase
from regain.runtime import services as composition
from tests.codes import code_in
from tests.functions.tables import Tables
from tests.order import pytest_collection_modifyitems, pytest_xdist_make_scheduler  # noqa: F401 - hooks
from tests.waiting import until

ROOT = Path(__file__).parent.parent
MINISTACK = ROOT / ".venv" / "ministack" / "bin" / "python"


def english(phrase: Phrase) -> str:
    """A phrase as `organisation.yaml` and its authors put it."""
    return _english().translate(phrase)


@functools.cache
def _english() -> Language:
    return Language("en", read(ROOT / "organisation.yaml"))


def pytest_configure() -> None:
    """Compiles the translations before any test reads them; AWS's descriptions of its services are read once a process."""
    files.compile_stale()
    load = functools.cache(JSONFileLoader().load_file)
    JSONFileLoader.load_file = lambda _, path: load(path)


def pytest_collection_finish():
    """Tests, modules and models of AWS stay until the end: the collector need not look at them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


def pytest_terminal_summary(terminalreporter):
    """Prints the totals of the numbers that tests have recorded as `user_properties`."""
    noted = Counter()
    for report in terminalreporter.getreports("passed"):
        told = report.user_properties if report.when == "call" else ()
        noted.update({name: number for name, number in told if isinstance(number, int)})
    for name, number in noted.items():
        terminalreporter.write_line(f"{name}: {number}")


@pytest.fixture(scope="session")
def root() -> Path:
    """The top folder of the project."""
    return ROOT


@dataclass(frozen=True)
class Running:
    """An engine with the template's tables and keys in it."""

    endpoint: str
    environment: dict[str, str]
    organisation: Organisation

    def check_clients(self) -> None:
        """No test before has left clients of another engine."""
        asked = composition.services().store.client.meta.endpoint_url
        assert asked == self.endpoint, f"a test has left clients of {asked}: it needs `own_process`"


_ENGINES: list[Engine] = []


def pytest_runtest_setup(item):
    """An engine that has died is named once, and the run ends, instead of an obscure error for each test after it."""
    for engine in _ENGINES:
        if not engine.alive:
            item.session.shouldfail = "The engine has died."
            pytest.fail(f"The engine has died. {engine.last_words()}", pytrace=False)


@pytest.fixture(scope="session")
def engine(tmp_path_factory):
    """MiniStack with everything that the template describes, for tests that call handlers in this process."""
    running = Engine(MINISTACK, tmp_path_factory.mktemp("engine"), free_port())
    running.start()
    _ENGINES.append(running)
    os.environ.update(running.environment)
    template = create(ROOT / "template.yaml", {"OriginationIdentity": "+15555550100", "Site": "none"})
    yield Running(running.endpoint, {**running.environment, **template.variables}, read(ROOT / "organisation.yaml"))
    _ENGINES.remove(running)
    running.stop()


@pytest.fixture(scope="session")
def tables(engine) -> Iterator[Tables]:
    """The tables of the engine."""
    opened = Tables(engine.endpoint)
    yield opened
    opened.close()


@contextlib.contextmanager
def own_process() -> Iterator[None]:
    """Runs a command's code as in a process of its own: the environment and the clients that it made end with it."""
    kept = dict(os.environ)
    _forget_clients()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)
        _forget_clients()


def _forget_clients() -> None:
    """What a process keeps of its environment, and the next one does not know."""
    for cached in (composition.services, organisations.current, aws.client, aws._session):
        cached.cache_clear()


@dataclass
class Stack:
    """The embedded stack in a process of its own, as `make serve` starts it."""

    origin: str
    state: Path
    process: subprocess.Popen
    said: list[str]
    heard: deque[str]
    listener: threading.Thread

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """A GET request: status, headers, body."""
        return fetch(f"{self.origin}{path}")

    def messages(self, to: str = "") -> list[dict]:
        """The messages in the outbox."""
        return json.loads(self.get(f"/local/outbox.json?to={to}")[2])

    def codes(self, to: str) -> list[str]:
        """The codes that went to a place, newest first."""
        return [code for message in self.messages(to) if (code := code_in(message["body"]))]

    def code(self, to: str, number: int = 1) -> str:
        """The newest code that went to a place, once there are `number`.

        The tests of one worker share a stack. Whoever takes the demo's people counts first what others have sent them.
        """
        return until(lambda: len(found := self.codes(to)) >= number and found)[0]

    def stop(self) -> int:
        """Stops it as Ctrl-C does. Returns its exit status."""
        self.process.terminate()
        try:
            return self.process.wait(20)
        finally:
            self.listener.join(5)
            self.process.stdout.close()

    def kill(self) -> None:
        """Ends it as a crash does: the engine hears of it from the kernel, writes its state, and ends too."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        started = [Path(f"/proc/{pid}/stat") for task in tasks for pid in task.read_text().split()]
        self.process.kill()
        self.process.wait()
        until(lambda: not any(map(_runs, started)))


def _runs(process: Path) -> bool:
    try:
        return process.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def fetch(url: str, data: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """One request, whatever its status."""
    request = urllib.request.Request(url, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, _headers(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _headers(error.headers), error.read()


def _headers(told: Message) -> dict[str, str]:
    """Headers by lower-case name. A repeated one, such as `set-cookie`, has one line for each."""
    return {name.lower(): "\n".join(told.get_all(name, [])) for name in told}


def launch(state: Path, site: Path, *options: str, port: int = 0, warm: bool = False) -> Stack:
    """Starts the embedded stack and waits until it is ready or has ended. `warm`: as it is measured, with every function started."""
    port = port or free_port()
    command = [sys.executable, "-m", "local", "--port", str(port), "--state", str(state), "--site", str(site), *options]
    command += ["--warm"] if warm else ["--light"]
    paths = os.pathsep.join(str(ROOT / part) for part in ("functions", "functions/shared"))
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**environment, "PYTHONPATH": paths}
    )
    said: list[str] = []
    until = time.monotonic() + 100
    for line in process.stdout:
        said.append(line.rstrip())
        if line.strip() == "ready" or time.monotonic() > until:
            break
    heard: deque[str] = deque(maxlen=200)  # what it says from now on: a pipe that nobody reads would stop it
    listener = threading.Thread(target=heard.extend, args=(process.stdout,), daemon=True)
    listener.start()
    return Stack(f"http://127.0.0.1:{port}", state, process, said, heard, listener)


def free_port() -> int:
    """A free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def site() -> Path:
    """The site, built with `--strict`: once for all workers of a run, for a build writes files that another one serves.

    `make test` has built it already, which `SITE_OF` says.
    """
    if os.environ.get("SITE_OF") == "organisation.yaml":
        return ROOT / "site"
    target, run = ROOT / "site", os.environ.get("PYTEST_XDIST_TESTRUNUID", f"{os.getpid()} {time.time()}")
    with (ROOT / ".site.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        if lock.read() != run:
            build_site(target)
            lock.truncate(0)
            lock.write(run)
    return target


def build_site(target: Path, organisation: Path = ROOT / "organisation.yaml") -> str:
    """Builds the site as `make docs` does. Returns its output."""
    environment = {**os.environ, "ORGANISATION": str(organisation), "NO_MKDOCS_2_WARNING": "1"}
    paths = ("functions", "functions/shared", "docs", ".")
    environment["PYTHONPATH"] = os.pathsep.join(str(ROOT / part) for part in paths)
    build = [sys.executable, "-m", "hooks.build", "--strict", "--site-dir", str(target)]
    done = subprocess.run(build, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout + done.stderr


def variant(folder: Path, **changes: dict[str, Any]) -> Path:
    """The site of an organisation with other settings, in its own language only unless `languages` says more."""
    content = msgspec.to_builtins(read(ROOT / "organisation.yaml"))
    content["organisation"]["languages"] = ["en"]
    for section, values in changes.items():
        content[section] = {**content.get(section, {}), **values}
    organisation = folder / "organisation.yaml"
    organisation.write_bytes(msgspec.json.encode(content))  # JSON is YAML
    build_site(folder / "site", organisation)
    return folder / "site"


@dataclass(frozen=True)
class Tester:
    """A person in the running stack, for one test."""

    user_id: str
    mail: str
    mobile: str
    password: str = "maple-Cedar-93-window"


_TESTERS = [
    Tester(f"tester{n:02}@contoso.example", f"tester{n:02}@home.example", f"+4477009010{n:02}")
    for n in range(99)  # more than there are tests that use one: a worker may get all their files
]


@pytest.fixture(scope="session")
def stack(tmp_path_factory, site):
    """The whole stack with the demo people and the testers, on a free port."""
    rows = [
        f"{t.user_id},Terry Tester,Terry,Tester,{t.user_id},{t.mail},{t.mobile},,True,{t.password},,staff"
        for t in _TESTERS
    ]
    people = tmp_path_factory.mktemp("people") / "people.csv"
    people.write_text((ROOT / "people.csv").read_text() + "\n".join(rows) + "\n")
    running = launch(tmp_path_factory.mktemp("state"), site, "--people", str(people))
    yield from ready(running)


def ready(running: Stack) -> Iterator[Stack]:
    """Stops the stack at the end, even if it never became ready."""
    try:
        if running.said[-1:] != ["ready"]:
            raise RuntimeError("\n".join(running.said))
        yield running
    finally:
        running.stop()


@pytest.fixture
def tester() -> Tester:
    """A person whom no other test uses."""
    assert _TESTERS, "More tests use a tester than there are: add to `_TESTERS`."
    return _TESTERS.pop()

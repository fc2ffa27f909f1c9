"""Sandboxes: one request at a time, killed at their timeout, replaced after a crash."""

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from local import schedule
from local.sandbox import Pool, SandboxError, SourceTime
from local.stream_poller import StreamPoller, _matches
from local.template import Function
from local.zygote import Zygote
from tests.conftest import ROOT

HANDLER = """
import os, time
from types import SimpleNamespace
from regain.adapters.store import Store, put_new
store = Store(SimpleNamespace(transact_write_items=lambda TransactItems: None))
busy = False
def handler(event, context):
    global busy
    assert not busy
    busy = True
    if event.get("sleep"):
        time.sleep(event["sleep"])
    if event.get("exit"):
        os._exit(3)
    if event.get("fail"):
        raise ValueError("secret-value")
    if event.get("write"):
        store.commit([put_new(event["write"], {"id": "1"})])
    print("to the log")
    busy = False
    return {"pid": os.getpid(), "echo": event["n"], "left": context.get_remaining_time_in_millis(), "x": os.environ["GIVEN"]}
"""
SHARED = """
import functools, gc, importlib, os, socket, sys, threading
from botocore.client import BaseClient
from botocore.session import Session
from local import zygote

def ask(environment, name, original=os._Environ.__getitem__):
    frame = sys._getframe()
    while frame := frame.f_back:
        assert frame.f_globals["__name__"].partition(".")[0] not in ("regain", "functions"), name
    return original(environment, name)

os._Environ.__getitem__ = ask
files = os.listdir("/proc/self/fd") if sys.platform == "linux" else []
for name in zygote._LOADED:
    importlib.import_module(name)
assert not files or os.listdir("/proc/self/fd") == files
assert threading.active_count() == 1
for each in gc.get_objects():
    assert not isinstance(each, (BaseClient, Session, socket.socket)), each
    if isinstance(each, functools._lru_cache_wrapper) and each.__module__.partition(".")[0] == "regain":
        assert not each.cache_info().currsize, each
"""
FUNCTION = Function("TestFunction", "sandboxed.handler", 2, 128, {"GIVEN": "by the template"})


def in_a_loop(coroutine):
    """What a coroutine answers, from a thread of its own: the browser's tests keep a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


@pytest.fixture
def pool(tmp_path, monkeypatch):
    (tmp_path / "sandboxed.py").write_text(HANDLER)
    monkeypatch.setattr("local.sandbox._FUNCTIONS", tmp_path)
    monkeypatch.setattr("local.sandbox.source_time", looked := SourceTime())  # the last second was another folder's
    (tmp_path / "shared").mkdir()
    (tmp_path / "local").symlink_to(__import__("local").__path__[0])
    (tmp_path / "shared" / "regain").symlink_to(__import__("regain").__path__[0])

    def make(**changes):
        return Pool(replace(FUNCTION, **changes), {}, tmp_path / "log", Zygote(looked, tmp_path))

    return make


def run(pool, *events):
    async def everything():
        try:
            return await asyncio.gather(*(pool.call(event) for event in events), return_exceptions=True)
        finally:
            await pool.stop()
            await pool._zygote.stop()

    return in_a_loop(everything())


def test_an_exception_shows_its_traceback_in_the_terminal_and_not_in_the_log_h53(pool, tmp_path, capsys):
    (failed,) = run(pool(), {"n": 1, "fail": True})
    assert isinstance(failed, SandboxError)
    said = capsys.readouterr().err
    assert "TestFunction\nTraceback (most recent call last):" in said
    assert "sandboxed.py" in said
    assert 'raise ValueError("secret-value")' in said
    assert "secret-value" not in (tmp_path / "log").read_text()


def test_code_that_cannot_be_imported_shows_why_and_runs_again_once_it_is_mended_h53(pool, tmp_path, capsys):
    (tmp_path / "sandboxed.py").write_text("import nothing_of_this_name\n")
    one = pool()
    assert isinstance(run(one, {"n": 1})[0], SandboxError)
    assert "ModuleNotFoundError: No module named 'nothing_of_this_name'" in capsys.readouterr().err
    (tmp_path / "sandboxed.py").write_text(HANDLER)
    assert run(pool(), {"n": 2})[0]["echo"] == 2


def test_sandboxes_share_no_connection_key_thread_or_setting_with_the_process_that_they_are_forked_from():
    paths = os.pathsep.join(str(ROOT / folder) for folder in ("functions", "functions/shared"))
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run([sys.executable, "-c", SHARED], env=environment, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_only_the_embedded_stack_looks_at_tracebacks_h53():
    """On AWS nothing sets the hook: logs have the kind and the place of an error, never its text (B20)."""
    sets = [path for path in (ROOT / "functions").rglob("*.py") if "redaction.on_error =" in path.read_text()]
    assert [path.parent.name for path in sets] == ["local"]


def test_many_requests_share_few_processes_and_each_has_one_at_a_time(pool):
    answers = run(pool(), *({"n": n} for n in range(40)))
    assert [answer["echo"] for answer in answers] == list(range(40))
    assert len({answer["pid"] for answer in answers}) <= 4
    assert {answer["x"] for answer in answers} == {"by the template"}
    assert all(0 < answer["left"] <= 2000 for answer in answers)


def test_a_function_that_takes_too_long_is_ended_and_the_next_request_is_served(pool):
    one = pool(timeout=1)

    async def story():
        try:
            with pytest.raises(SandboxError, match="timed out after 1 s"):
                await one.call({"n": 1, "sleep": 5})
            return await one.call({"n": 2})
        finally:
            await one.stop()
            await one._zygote.stop()

    assert in_a_loop(story())["echo"] == 2


@pytest.mark.parametrize(
    ("event", "said"), [({"n": 1, "exit": True}, "the process ended"), ({"n": 1, "fail": True}, "ValueError")]
)
def test_a_crash_is_told_without_what_it_was_about(pool, tmp_path, event, said):
    (error,) = run(pool(), event)
    assert isinstance(error, SandboxError)
    assert said in str(error)
    assert "secret-value" not in str(error) + (tmp_path / "log").read_text()


def test_after_each_invocation_it_is_known_which_tables_were_written_to_or_that_any_may_be(pool):
    """Of all streams only these are read: half of what the stack did while it was used was reading the others."""
    one, told = pool(), []
    one.on_invoked = told.append
    for event in ({"n": 1, "write": "EventTable"}, {"n": 2}, {"n": 3, "fail": True}):
        run(one, event)
    assert told == [{"EventTable"}, frozenset(), None]


class FakePool:
    """A function that fails on the records it is told to, as often as it is told to."""

    function = FUNCTION

    def __init__(self, failures):
        self.failures, self.batches = failures, []

    async def call(self, event):
        numbers = [record["dynamodb"]["SequenceNumber"] for record in event["Records"]]
        self.batches.append(numbers)
        for number in numbers:
            if self.failures.get(number, 0):
                self.failures[number] -= 1
                return {"batchItemFailures": [{"itemIdentifier": number}]}
        return {"batchItemFailures": []}


def stream(monkeypatch, failures, retries=2):
    monkeypatch.setattr("local.stream_poller.boto3.client", lambda name: None)
    monkeypatch.setattr("local.stream_poller._BACKOFF", 0.001)
    one = StreamPoller(
        FakePool(failures), {"Stream": "local:OutboxTable.StreamArn", "MaximumRetryAttempts": retries, "BatchSize": 2}
    )
    given_up = []
    one._give_up = lambda record: given_up.append(record["dynamodb"]["SequenceNumber"])
    in_a_loop(one._deliver([{"dynamodb": {"SequenceNumber": str(n)}} for n in range(1, 5)]))
    return one._pool.batches, given_up


def test_a_failed_record_is_tried_again_from_there_on(monkeypatch):
    batches, given_up = stream(monkeypatch, {"2": 1})
    assert batches == [["1", "2"], ["2"], ["3", "4"]]
    assert given_up == []


def test_a_record_that_never_succeeds_goes_to_the_queue_and_the_rest_goes_on(monkeypatch):
    batches, given_up = stream(monkeypatch, {"1": 99})
    assert batches == [["1", "2"]] * 3 + [["2"], ["3", "4"]]
    assert given_up == ["1"]


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ({"eventName": ["INSERT"]}, True),
        ({"eventName": ["MODIFY"]}, False),
        ({"dynamodb": {"NewImage": {"kind": {"S": ["code"]}}}}, True),
        ({"a": {"b": ["c"]}}, False),
    ],
)
def test_filters_are_those_of_the_template(pattern, wanted):
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": {"kind": {"S": "code"}}}}
    assert _matches(pattern, record) == wanted


def test_a_function_on_a_schedule_is_invoked_again_and_again_whatever_it_answers(monkeypatch):
    monkeypatch.setattr(schedule, "_INTERVAL", 0)
    asked = []

    class Failing:
        function = FUNCTION

        async def call(self, event):
            asked.append(event)
            if len(asked) == 3:
                raise asyncio.CancelledError
            raise SandboxError("crashed")

    with pytest.raises(asyncio.CancelledError):
        in_a_loop(schedule.Schedule(Failing()).run())
    assert {event["source"] for event in asked} == {"aws.events"}

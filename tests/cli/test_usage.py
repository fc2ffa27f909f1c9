"""How commands are used: names, help, version, completion, JSON, times and exit statuses (H20 to H25)."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import typer.main

from cli import __main__ as program
from cli import times
from cli.stack import Stack
from regain.adapters.store import Conflict, Store
from regain.domain.methods import LABELS
from tests.conftest import ROOT
from tests.functions.test_audit import a_reset, count_events, count_people

NOW = datetime(2026, 11, 26, 14, 30, tzinfo=UTC).timestamp()


def every_command(group=None, words=()):
    """Every command, as the words that name it."""
    group = group or typer.main.get_command(program.app)
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from every_command(command, (*words, name))
        elif not command.hidden:
            yield (*words, name)


COMMANDS = sorted(every_command())


@pytest.mark.parametrize("words", [(), *COMMANDS], ids=" ".join)
def test_help_calls_the_program_as_people_do_and_names_no_requirement_h21(run, words):
    status, out, _ = run(*words, "--help")
    assert status == 0
    assert f"Usage: {' '.join(['./regain', *words])}" in " ".join(out.split())
    assert not re.search(r"\([A-Z]\d+\)|python -m", out)


def test_it_says_its_version_h22(run):
    assert run("--version")[:2] == (0, "regain 0.2.0\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_a_completion_for_each_shell_h22(run, shell):
    status, script, _ = run("completion", shell)
    assert status == 0
    assert f"_REGAIN_COMPLETE=complete_{shell}" in script
    assert "./regain" in script


def test_an_unknown_shell_is_refused(run):
    status, _, err = run("completion", "tcsh")
    assert status == 2
    assert "bash" in err


def test_bash_completes_commands_and_options_h22():
    """In a real bash: what the function leaves in COMPREPLY after `./regain people ex` and `./regain report --d`."""
    script = """
        source <(./regain completion bash)
        COMP_WORDS=(./regain people ex) COMP_CWORD=2; _regain_completion ./regain; echo "${COMPREPLY[*]}"
        COMP_WORDS=(./regain report --d) COMP_CWORD=2; _regain_completion ./regain; echo "${COMPREPLY[*]}"
        complete -p ./regain
    """
    done = subprocess.run([shutil.which("bash"), "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    first, second, registered = done.stdout.strip().splitlines()
    assert set(first.split()) == {"export", "export-person"}
    assert second == "--days"
    assert registered == "complete -o default -F _regain_completion ./regain"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-25", "2026-11-25T00:00:00.000000+00:00"),
        ("2026-11-25T08:15", "2026-11-25T08:15:00.000000+00:00"),
        ("2026-11-25 08:15:00+02:00", "2026-11-25T06:15:00.000000+00:00"),
        ("2026-11-25T08:15:00Z", "2026-11-25T08:15:00.000000+00:00"),
        ("today", "2026-11-26T00:00:00.000000+00:00"),
        ("Yesterday", "2026-11-25T00:00:00.000000+00:00"),
        ("7d", "2026-11-19T14:30:00.000000+00:00"),
        ("90m", "2026-11-26T13:00:00.000000+00:00"),
    ],
)
def test_times_are_understood_h23(text, meant):
    assert times.parse(text, NOW) == meant


@pytest.mark.parametrize("text", ["last week", "26.11.2026", "7", "d", "2026-13-01", "*", "99999d", "💥",
                                  "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"])  # fmt: skip
def test_a_time_that_is_not_understood_is_refused_with_what_would_be_h23(run, text):
    status, out, err = run("events", "--from", text)
    assert (status, out) == (2, "")
    assert "is not a time" in err
    assert "yesterday" in err


@pytest.mark.parametrize("command", ["import", "remove"])
def test_what_others_change_at_the_same_time_is_no_traceback_h22(world, run, tmp_path, monkeypatch, command):
    person, path = world.person(), tmp_path / "people.csv"
    path.write_text(f"userPrincipalName,displayName\n{person.user_id},Somebody Else\n")

    def conflict(*_):
        raise Conflict

    monkeypatch.setattr(Store, "commit", conflict)
    status, _, err = run(
        "people", command, path if command == "import" else person.user_id, *(["--yes"] if command == "remove" else [])
    )
    assert (status, "run it again" in err) == (1, True)


@pytest.mark.parametrize(
    "words",
    [("events", "--account", ""), ("events", "--reference="), ("admin", "grant", "maria.silva", "", "--yes"),
     ("--stack", "", "people", "export"), ("doctor", "--try", ""), ("people", "import", ""), ("explain", "")],
    ids=" ".join,
)  # fmt: skip
def test_an_empty_value_is_not_taken_for_none_h23(run, words):
    """`--account "$WHO"` without WHO would list everybody's events, and `admin grant USER "$ROLE"` take the role away."""
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert "a value is empty" in err


def test_a_period_that_ends_before_it_begins_is_refused_h23(run):
    status, _, err = run("events", "--from", "today", "--to", "yesterday")
    assert status == 2
    assert "is not before" in err


def test_events_say_whose_they_are_h23(world, run):
    person = world.person()
    reference = a_reset(world, person)
    count_people(person.id)
    out = run("events", "--reference", reference)[1]
    assert "account" in out.splitlines()[0]
    assert person.user_id in out
    assert person.user_id in run("events", "--reference", reference, "--format", "csv")[1]
    count_events(world.events(person.user_id))
    assert reference in run("events", "--kind", "password-reset", "--from", "today")[1]
    assert run("events", "--reference", "R-12")[0] == 2


def test_explain_ends_with_0_only_for_whoever_can_get_back_in_h24(world, run):
    assert run("explain", world.person().user_id)[0] == 0
    assert run("explain", world.person(enabled=False).user_id)[0] == 1
    status, out, _ = run("explain", "R-XYZ")
    assert status == 1
    assert "It is not a reference either" in out


def test_the_folder_of_the_stack_can_be_a_variable_h25(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("REGAIN_STATE", str(tmp_path / "of mine"))
    monkeypatch.setattr("sys.argv", ["regain", "report"])
    assert program.main() == 1
    assert f"No stack runs in {tmp_path / 'of mine'}" in capsys.readouterr().err
    made = subprocess.run(
        ["make", "--dry-run", "serve", "clean"], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True
    )
    assert f'--state "{tmp_path / "of mine"}"' in made.stdout
    assert f'rm -rf "{tmp_path / "of mine"}" ' in made.stdout, "and no folder that is called as a part of it"


def test_reasons_are_said_not_printed_as_python_h20(world, run, tmp_path):
    world.person(mobile_phone="", office_phone="")
    text = (ROOT / "organisation.yaml").read_text()
    changed = text.replace("methods: [email, sms, call-mobile, call-office, authenticator, recovery-code, passkey]",
                           "methods: [authenticator, passkey]")  # fmt: skip
    assert changed != text
    (tmp_path / "new.yaml").write_text(changed)
    _, out, err = run("policy", "check", tmp_path / "new.yaml")
    assert "[recovery.methods]" in err
    assert not re.search(r"Phrase\(|[{}]", out + err)


@pytest.fixture
def commands(world, tmp_path, monkeypatch):
    """Arguments for each command, and the names of facts that its JSON has."""
    monkeypatch.setattr(Stack, "origin", lambda _: "http://127.0.0.1:9")
    person, other, third = world.person(), world.person(), world.person()
    reference = a_reset(world, person)
    (tmp_path / "people.csv").write_text("userPrincipalName,displayName\nnew.one@contoso.example,New One\n")
    return {
        ("completion",): (["bash"], {"script"}),
        ("explain",): ([person.user_id], {"user_id", "id", "capable", "methods", "reasons", "policies"}),
        ("events",): (["--reference", reference], {"events"}),
        ("report",): ([], {"days", "people", "resets", "unlocks", "methods"}),
        ("doctor",): (["--organisation", ROOT / "organisation.yaml"], {"findings"}),
        ("people", "import"): ([tmp_path / "people.csv", "--dry-run"], {"added", "changes", "refused", "capable"}),
        ("people", "export"): ([], {"people"}),
        ("people", "export-person"): ([other.user_id], {"account", "events", "security_info"}),
        ("people", "shared"): (["--dry-run"], {"places", "changed"}),
        ("people", "remove"): ([other.user_id, "--yes"], {"removed", "id"}),
        ("people", "erase"): ([third.user_id, "--yes"], {"erased"}),
        ("invite", "list"): ([], {"invitations"}),
        ("invite", "show"): (["nothing"], {"error"}),
        ("invite", "stop"): (["nothing"], {"error"}),
        ("invite", "resume"): (["nothing"], {"error"}),
        ("policy", "check"): ([ROOT / "organisation.yaml"], {"people", "gain", "lose", "locked_out"}),
        ("admin", "grant"): ([person.user_id, "none", "--yes"], {"user_id", "role", "changed"}),
        ("admin", "code"): ([person.user_id], {"user_id", "code", "reference"}),
        ("scim", "token", "create"): (["Okta"], {"id", "url", "token", "expires_at"}),
        ("scim", "token", "list"): ([], {"tokens"}),
        ("scim", "token", "revoke"): (["nothing"], {"error"}),
        ("replay",): (["--from", "today"], {"error"}),
        ("publish",): ([], {"error"}),
        ("setup",): ([], {"error"}),
    }


def test_every_command_answers_with_one_json_object_h75(run, commands):
    assert set(commands) == set(COMMANDS)
    for words, (arguments, facts) in commands.items():
        status, out, err = run(*words, *arguments, "--json")
        answer = json.loads(out)
        assert set(answer) >= facts, (words, answer, err)
        assert status in (0, 1), words
        assert ("error" in answer) <= (status == 1)


@pytest.mark.parametrize(
    ("words", "what"),
    [(["events", "--kind", "made-up"], "is not a kind of event"), ([], "Missing command"), (["explain"], "Missing argument"),
     (["nonsense"], "No such command"), (["report", "--days", "0"], "greater than or equal to 1")],
)  # fmt: skip
def test_json_of_a_wrong_use_says_what_is_wrong_h75(run, words, what):
    for given in (["--json", *words], [*words, "--json"]):
        status, out, _ = run(*given)
        assert status == 2
        assert what in json.loads(out)["error"]


def test_a_version_and_help_may_be_asked_for_with_json_h75(run):
    assert json.loads(run("--json", "--version")[1]) == {"version": "0.2.0"}
    assert "Usage" in run("explain", "--help", "--json")[1]


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [("./regain --help >/dev/full", 1, "The output could not be written: No space left on device.\n"),
     ("./regain --json --organisation nowhere.yaml doctor >/dev/full", 1, "The output could not be written"),
     ("./regain --organisation . doctor", 1, ".: the file cannot be read: Is a directory\n"),
     ("echo '{' > $0/stack.json; ./regain --state $0 explain x", 1, "/stack.json cannot be read: was the disk full?"),
     ("./regain --version >&-", 0, ""),
     ("PYTHONIOENCODING=latin-1 ./regain --json --organisation Źé学.yaml doctor", 1, "Źé学.yaml: there is no such file\n")],
)  # fmt: skip
def test_output_that_cannot_be_written_ends_a_command_without_a_traceback_h22(tmp_path, command, status, said):
    ended = subprocess.run(["sh", "-c", command, tmp_path], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, "Traceback" in ended.stderr) == (status, False)
    assert said in ended.stderr


def test_the_facts_are_those_that_people_read_h75(world, run):
    person = world.person(mobile_phone="", office_phone="")
    status, out, err = run("explain", person.user_id, "--json")
    found = json.loads(out)
    assert (status, found["capable"]) == (0, True)
    assert {each["kind"] for each in found["methods"]} <= set(LABELS)
    assert "can reset the password" in err
    status, out, _ = run("people", "export", "--json")
    (row,) = [each for each in json.loads(out)["people"] if each["userPrincipalName"] == person.user_id]
    assert row["capable"] is True


def test_a_stop_while_it_is_loading_is_no_traceback():
    words = [sys.executable, "-c", "import cli; raise KeyboardInterrupt"]
    ended = subprocess.run(
        words, env={"PYTHONPATH": "functions"}, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.stderr, ended.returncode) == ("Stopped.\n", -signal.SIGINT)

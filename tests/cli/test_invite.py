"""`invite` (H11, H62): whom it asks, what it refuses with a remedy, progress, stop and resume."""

import json

import pytest

from tests.functions.test_invitations import group, in_days, minute, rounds


@pytest.fixture
def quick(world, monkeypatch):
    """The deployment, whose sender does not wait between pages."""
    monkeypatch.setitem(world.services.__dict__, "sleep", lambda _: None)
    return world


def asked(run, *arguments):
    status, out, err = run("invite", *arguments, "--json")
    assert status == 0, err
    return json.loads(out)


def test_a_group_is_asked_shown_stopped_and_resumed_h62(quick, run):
    name, people = group(quick, 3)
    dry = asked(run, "--group", name, "--deadline", in_days(quick, 30), "--dry-run")
    assert (dry["asked"], dry["skipped"]) == (3, {})
    assert list(dry["rounds"]) == ["first", "reminder-7", "reminder-1", "required"]
    begun = asked(run, "--group", name, "--deadline", in_days(quick, 30), "--reminders", "14")["id"]
    assert minute() >= 3
    shown = asked(run, "show", begun)
    assert (shown["asked"], shown["registered"], shown["by"]) == (3, 0, "The command line")
    assert run("invite", "stop", begun, "--reason", "wrong group")[0] == 0
    assert asked(run, "show", begun)["note"] == "wrong group"
    assert "already" in run("invite", "stop", begun)[1]
    assert asked(run, "resume", begun)["state"] == "running"
    status, out, _ = run("invite", "show", begun)
    assert status == 0
    assert f"{begun}: {name}, by {in_days(quick, 30)}, running" in out
    listed = asked(run, "list")["invitations"]
    assert begun in [each["id"] for each in listed]
    assert rounds(quick, begun) == {"first": 3}
    assert {each["kind"] for each in asked_events(run)} >= {"invitation-started", "invitation-stopped"}
    assert len(people) == 3


def asked_events(run):
    return json.loads(run("events", "--json")[1])["events"]


def test_the_people_of_a_spreadsheet_are_asked_and_strangers_are_named(quick, run, tmp_path):
    _, (first, second) = group(quick, 2)
    path = tmp_path / "users.csv"
    rows = f"sep=;\nuserPrincipalName;displayName\n{first.user_id};Zoë\n{second.user_id};B\nnobody@contoso.example;C\n"
    path.write_bytes(rows.encode("utf-8-sig"))
    made = asked(run, "--file", path, "--deadline", in_days(quick, 9))
    assert (made["whom"], made["unknown"]) == ("list", ["nobody@contoso.example"])
    minute()
    assert rounds(quick, made["id"]) == {"first": 2}
    path.write_text("userPrincipalName\nnobody@contoso.example\n")
    status, _, err = run("invite", "--file", path, "--deadline", in_days(quick, 9))
    assert status == 1
    assert "people import" in err


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--group", "staff"), 2, "--deadline"),
        (("--deadline", "2099-01-31"), 2, "--group"),
        (("--group", "staff", "--not-registered", "--deadline", "2099-01-31"), 2, "one of"),
        (("--group", "staff", "--deadline", "31.1.2099"), 2, "2027-01-31"),
        (("--group", "staff", "--deadline", "2020-01-31"), 1, "from tomorrow on"),
        (("--group", "no such", "--deadline", "TOMORROW"), 1, "--recount"),
        (("--group", "staff", "--deadline", "TOMORROW", "--reminders", "soon"), 2, "7,1"),
        (("show", "none"), 1, "invite list"),
        (("--dry-run", "stop", "none"), 2, "leave out what stands before it"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_remedy(quick, run, arguments, status, said):
    typed = [in_days(quick, 1) if each == "TOMORROW" else each for each in arguments]
    answered, out, err = run("invite", *typed)
    assert answered == status
    assert said in " ".join(err.split())
    assert out == ""

"""`explain`, `events`, `report`, `policy check`, `admin grant`, `doctor`: what they say and what they end with (B24)."""

import dataclasses
import http.server
import io
import json
import threading
import time
from pathlib import Path

import msgspec
import pytest
import yaml

from cli import health, stack
from cli.stack import Stack, StackError
from local.template import raw
from regain.api.contract import DomainCount
from regain.organisation import file
from regain.organisation.settings import Support
from regain.reports import usage
from tests.conftest import ROOT
from tests.functions.person import Person
from tests.functions.test_audit import a_reset, count_events, count_people


def test_explain_says_what_would_happen_and_by_which_rule_b24(world, run):
    person = world.person()
    status, out, _ = run("explain", person.user_id)
    assert status == 0
    assert "capable: yes" in out
    assert "can reset the password" in out
    nobody = world.person(other_mails=(), mobile_phone="", office_phone="", enabled=False)
    status, out, _ = run("explain", nobody.user_id)
    assert "[accountEnabled]" in out
    assert "[recovery.methods]" in out
    assert "cannot get back in alone" in out
    admin = world.person(role="administrator", mobile_phone="", office_phone="")
    assert "[recovery.gates]" in run("explain", admin.user_id)[1]


def test_explain_says_what_a_stranger_would_see(world, run):
    status, out, _ = run("explain", f"nobody{world.number}")
    assert status == 1
    assert "There is no such account" in out
    assert "is told at once: Your account is not enabled" in run("explain", "x@lab.contoso.example")[1]
    assert run("explain", "a b c")[0] == 1


def test_explain_names_blocks_and_lockouts(world, run):
    person = world.person()
    for number in range(20):
        network = f"198.51.{number}.7"
        flow = world.start(person.user_id).body["flow"]
        world.post("/api/reset/send", {"flow": flow, "method": "email"}, address=network)
        world.verify(flow, f"00000{number}", address=network)
    for number in range(50):
        world.sign_in(person.user_id, f"wrong-{number}", address=f"198.51.{number}.7")
    out = run("explain", person.user_id)[1]
    assert "An unknown browser needs a longer proof by email until" in out
    assert "An unknown browser signs in only after a proof of recovery, until" in out


def test_explain_tells_the_story_of_a_reference_b9(world, run):
    reference = a_reset(world, world.person())
    status, out, _ = run("explain", reference.lower())
    assert status == 0
    assert "The owner reset the password." in out
    assert run("explain", "R-ZZZZ-ZZZZ")[0] == 1


def test_explain_takes_the_id_that_it_shows_h24(world, run):
    person = world.person()
    assert run("explain", person.id)[:2] == run("explain", person.user_id)[:2]
    assert run("explain", "00000000-0000-0000-0000-000000000000")[::2] == (
        1, "There is no account 00000000-0000-0000-0000-000000000000.\n"
    )  # fmt: skip


def test_events_are_listed_and_exported_b18(world, run):
    person = world.person()
    reference = a_reset(world, person)
    assert "The owner reset the password" in run("events", "--account", person.user_id)[1]
    lines = run("events", "--reference", reference, "--format", "jsonl")[1].splitlines()
    assert json.loads(lines[0])["kind"] == "password-reset"
    assert run("events", "--kind", "password-reset", "--most", "1", "--format", "csv")[1].count("\n") == 2
    world.start(person.user_id)
    both = ("events", "--account", person.user_id, "--kind", "password-reset")
    assert run(*both, "--most", "1")[1].count("The owner reset the password") == 1, "although something happened since"
    assert "No event is like this" in run("events", "--account", f"nobody{world.number}")[2]
    assert "The owner" not in run("events", "--reference", reference, "--kind", "code-requested")[1]
    assert "The owner" not in run("events", "--reference", reference, "--to", "yesterday")[1]
    assert run("events", "--kind", "made-up")[0] == 2
    assert run("events", "--format", "xml")[0] == 2


def test_the_report_is_a_table_and_json_and_can_be_counted_anew_b17(world, run, tables):
    tables.empty()  # other tests take people away without the stream that would count them
    person = world.person()
    a_reset(world, person)
    count_events(world.events(person.user_id))
    status, out, _ = run("report", "--days", "1")
    assert status == 0
    assert "abandoned" in out
    assert "calls to the helpdesk were not needed" in out
    world.person()
    status, out, err = run("report", "--json", "--recount")
    assert "people stood differently" in err
    found = json.loads(out)
    assert found["people"]["accounts"] > 0
    assert found["people"]["accounts"] == len(run("people", "export")[1].splitlines()) - 1
    assert count_people(person.id) == 0


def test_the_report_says_from_when_on_people_of_a_directory_count(world, run, monkeypatch):
    said = "People of a directory count from their first reset or sign-in on."
    assert said not in run("report", "--days", "1")[1]
    monkeypatch.setattr(usage, "_domain", lambda name, *_: DomainCount(name, "ldap", "", 0, 0, 0, 0))
    assert said in " ".join(run("report", "--days", "1")[1].split())


@pytest.fixture
def settings(tmp_path):
    """Writes the organisation file with changes."""

    def write(**changes):
        content = yaml.safe_load((ROOT / "organisation.yaml").read_text())
        content["domains"]["lab.contoso.example"]["reset"] = "off"
        for section, values in changes.items():
            content[section] = {**content.get(section, {}), **values}
        path = tmp_path / "new.yaml"
        path.write_text(yaml.safe_dump(content))
        return path

    return write


def test_new_settings_that_lock_people_out_are_named_before_they_are_deployed(world, run, settings):
    world.person(mobile_phone="", office_phone="")
    status, out, _ = run("policy", "check", settings())
    assert (status, "Nobody who can get back in today" in out) == (0, True)
    status, out, err = run("policy", "check", settings(recovery={"gates": 2}))
    assert status == 1
    assert "[recovery.gates]" in err
    assert run("policy", "check", settings(recovery={"gates": 2}), "--accept")[0] == 0
    status, _, err = run("policy", "check", settings(recovery={"gates": 7}))
    assert status == 1
    assert "new.yaml:" in err


def test_settings_under_which_guessing_pays_are_named_before_they_are_deployed_b28(world, run, settings, budget):
    budget(world)
    _, out, err = run("policy", "check", settings())
    assert "Expected takeovers by guessing codes: 0.0" in out
    assert "guess_budget" not in err
    generous = {"guess_budget": 1.0, "failed_proofs_of_all_per_day": 100_000}
    assert "lower `limits.guess_budget`" in run("policy", "check", settings(limits=generous))[2]


def test_a_role_is_given_and_taken_sessions_end_and_the_person_and_administrators_are_told_b12(world, run):
    person = world.person()
    session = world.sign_in(person.user_id).session
    status, out, _ = run("admin", "grant", person.user_id, "helpdesk", "--yes")
    assert (status, "which may: see accounts" in out) == (0, True)
    assert world.account(person.user_id).role == "helpdesk"
    assert world.request("GET", "/api/account", session=session).code == "sign-in-needed"
    assert world.events(person.user_id)[-1]["kind"] == "admin-role-granted"
    told = {(each["kind"], each["channel"]) for each in world.outbox_of(person.user_id)}
    assert told >= {("account-imported", "email"), ("admin-acted", "roles")}
    assert [each.user_id for each in world.services.accounts.with_role("helpdesk", 100)].count(person.user_id) == 1
    assert run("admin", "grant", person.user_id, "none", "--yes")[0] == 0
    assert world.account(person.user_id).role == ""
    assert run("admin", "grant", person.user_id, "king", "--yes")[0] == 2
    assert run("admin", "grant", "nobody-at-all", "helpdesk", "--yes")[0] == 1


def test_the_first_administrator_and_the_only_one_who_lost_everything_begin_with_a_code_from_the_deployer(run, world):
    """On an empty stack nobody can agree to anything yet: what the deployer's code registers counts at once (B12)."""
    account = world.person(other_mails=(), mobile_phone="", office_phone="")
    assert run("admin", "grant", account.user_id, "administrator", "--yes")[0] == 0
    person = Person.signed_in(world, account, world.sign_in(account.user_id).session)
    assert person.register("authenticator").code == "registration-code-needed"
    status, out, _ = run("admin", "code", account.user_id)
    assert status == 0
    assert {m["kind"] for m in world.outbox_of(account.user_id)} >= {"registration-code-given"}
    code = out.splitlines()[-2]  # the functions write metrics to the same output here
    assert person.prove("registration-code", code).status == 200
    person.app()
    started = world.post("/api/admin/prove/start", {}, session=person.session)
    assert [each["kind"] for each in started.body["methods"]] == ["authenticator"]
    assert run("admin", "code", "nobody-at-all")[0] == 1
    assert run("admin", "code", account.user_id.partition("@")[0])[0] == 0  # of the first domain, as elsewhere


def test_a_role_is_not_given_without_a_yes(world, run, monkeypatch):
    person = world.person()
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert run("admin", "grant", person.user_id, "helpdesk")[0] == 1
    assert world.account(person.user_id).role == ""


@pytest.fixture
def answering(monkeypatch):
    """A stack on this machine whose site, API and outbox answer."""

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever).start()
    monkeypatch.setattr(Stack, "origin", lambda _: f"http://127.0.0.1:{server.server_port}")
    yield
    server.shutdown()
    server.server_close()


def test_doctor_says_what_is_wrong_and_what_to_do(world, run, answering):
    world.person(role="administrator")
    world.person(role="administrator")
    status, out, _ = run("--organisation", ROOT / "organisation.yaml", "doctor")
    assert "There are several administrators." in out
    assert "Set organisation.site_url" in out
    tables = sum(made["Type"] == "AWS::DynamoDB::Table" for made in raw(ROOT / "template.yaml")["Resources"].values())
    assert f"All {tables} tables are active." in out
    assert "The API answers at http://127.0.0.1:" in out
    assert "People who cannot sign in can reach support." in out
    assert "Times in messages are those of Europe/London." in out
    waiting = "messages wait in the outbox" in out  # those of tests before this one, which nobody sends here
    assert status == (1 if waiting else 0)


def test_doctor_says_why_messages_failed_in_words_h26(world, run, answering):
    services = world.services
    for number, reason in enumerate(("MessageRejected", "SomethingNew")):
        facts = {"message": "code", "channel": "email", "reason": reason}
        event = services.events.write("message-failed", "x", f"R-TEST-000{number}", time.time() + 9, b"abcd", **facts)
        services.store.commit([event])
    _, out, _ = run("--organisation", ROOT / "organisation.yaml", "doctor")
    assert "did not arrive. The last ones:" in out
    assert "R-TEST-0000: Amazon SES rejected it: it is in its sandbox, or the sender is not verified." in out
    assert "R-TEST-0001: The messaging service gave the reason SomethingNew." in out


def test_doctor_says_when_nothing_answers_at_the_port_h26(run, monkeypatch):
    monkeypatch.setattr(Stack, "origin", lambda _: "http://127.0.0.1:9")
    status, out, _ = run("--organisation", ROOT / "organisation.yaml", "doctor")
    assert status == 1
    assert "The site does not answer at http://127.0.0.1:9/. Is another program at this port?" in out


def test_doctor_names_what_the_settings_leave_open_h26():
    organisation = file.read(ROOT / "organisation.yaml")
    about = dataclasses.replace(organisation.organisation, time_zone="UTC", languages=("en", "de"), portal_name="x")
    contacts = dataclasses.replace(organisation.contacts, support=Support(hours={"en": "9 to 5", "de": "9 bis 17"}))
    changed = msgspec.structs.replace(organisation, organisation=about, contacts=contacts)
    found = {each.what for each in health.settings(changed) if each.state == "warning"}
    assert found >= {
        "There is no support contact: administrators who cannot sign in are not shown whom to ask.",
        "Times in messages are in UTC.",
    }


def test_without_a_stack_it_says_what_to_do(tmp_path, engine):
    with pytest.raises(StackError, match="make serve"):
        Stack("", tmp_path, ROOT / "organisation.yaml").services()
    with pytest.raises(StackError, match="no stack nowhere"):
        Stack("nowhere", tmp_path, ROOT / "organisation.yaml").services()


def test_a_stack_on_aws_is_found_by_its_resources(monkeypatch, tmp_path, root):
    class Pages:
        def paginate(self, **_):
            names = [*stack._VARIABLES.values(), "Api"]
            yield {"StackResourceSummaries": [{"LogicalResourceId": n, "PhysicalResourceId": f"x-{n}"} for n in names]}

    class Client:
        def get_paginator(self, _):
            return Pages()

        def describe_stacks(self, **_):
            return {"Stacks": [{"Parameters": [{"ParameterKey": "ProofKeyGeneration", "ParameterValue": "2"}]}]}

    monkeypatch.setattr(stack.boto3, "client", lambda _: Client())
    found = Stack("regain", tmp_path, root / "organisation.yaml")._on_aws()
    assert found["ACCOUNT_TABLE"] == "x-AccountTable"
    assert (found["PROOF_KEY"], found["PROOF_KEY_GENERATION"]) == ("x-ProofKey", "2"), "as the functions have it"
    assert found["PASSWORD_KEY_GENERATION"] == "1"
    assert "Contoso" in Path(found["ORGANISATION_FILE"]).read_text()

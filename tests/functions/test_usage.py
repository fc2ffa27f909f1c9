"""The report and the settings as the desk shows them: what they count, what they cost, and their file (B17; H6, H26)."""

import csv
import io
import time
from collections import Counter
from dataclasses import replace

import msgspec
import pytest

from regain.api.contract import DomainCount
from regain.reports import usage
from regain.reports.exports import export_usage
from tests.functions.agent import Agent
from tests.functions.test_audit import a_reset, count_events, count_people

USED = ("started", "finished", "refused", "given_up")


@pytest.fixture
def auditor(world):
    return Agent(world, role="auditor").proved()


def test_the_report_costs_two_reads_whoever_asks_b17(world, auditor):
    person = world.person()
    count_people(person.id)
    for days in ("1", "7", "30", "366"):
        answer = auditor.get("/report", days=days)
        assert len(answer.body["resets"]) == int(days)
        assert answer.operations == ("BatchGetItem", "Query", "GetItem")
    assert answer.body["people"]["accounts"] >= 1
    for days in ("0", "367", "-1", "7.5", "007", "=7"):
        assert auditor.get("/report", days=days).code == "request-not-read"


def test_the_report_as_a_file_has_the_same_numbers_and_no_formula_b17_h6(world, auditor):
    found = auditor.get("/report", days="7").body
    answer = auditor.get("/report", days="7", format="csv")
    first, last = found["resets"][0]["day"], found["resets"][-1]["day"]
    assert answer.headers["content-disposition"] == f'attachment; filename="usage-{first}-{last}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.body["text"])))
    for part, name in (("resets", "day"), ("unlocks", "day"), ("domains", "domain")):
        in_file = {each["name"]: each for each in rows if each["part"] == part}
        assert list(in_file) == [each[name] for each in found[part]]
        for each in found[part]:
            told = in_file[each[name]]
            assert [told[end] for end in USED] == [str(each[end]) for end in USED]
    assert len([each for each in rows if each["part"] == "methods"]) == len(found["methods"])

    domain = DomainCount("=cmd|' /C calc'!A0", "dynamodb", "@SUM(1+1)", 1, 1, 0, 0)
    report = msgspec.structs.replace(
        usage.usage_report(world.services.counters, world.services.organisation, 1, world.services.now),
        domains=[domain],
    )
    lines = export_usage(report, world.services.languages.get("en")).text.splitlines()
    (evil,) = [each for each in lines if "cmd" in each]
    assert "'=cmd" in evil
    assert "'@SUM" in evil


def test_the_report_counts_by_domain_and_says_what_was_saved_b17(world):
    cost = replace(world.services.organisation.administration, call_cost=25, currency="EUR")
    organisation = msgspec.structs.replace(world.services.organisation, administration=cost)

    def report():
        return usage.usage_report(world.services.counters, organisation, 1, world.services.now)

    def mine(found):
        return next(each for each in found.domains if each.domain == "contoso.example")

    before = report()
    person = world.person()
    a_reset(world, person)
    count_events(world.events(person.user_id))
    after = report()
    assert (mine(after).started - mine(before).started, mine(after).finished - mine(before).finished) == (1, 1)
    assert mine(after).directory == "dynamodb"
    assert {each.domain for each in after.domains} == set(organisation.domains)
    assert after.saved.calls == before.saved.calls + 1
    assert (after.saved.amount, after.saved.currency) == (after.saved.calls * 25, "EUR")


def failures(agent):
    """What the settings say has failed: each kind's number and last day, and the number of each reason."""
    found = agent.get("/settings")
    assert found.operations.count("Query") == 1  # the counters: no event is read
    kinds = {each["kind"]: (each["count"], each["last"]) for each in found.body["failed"]}
    return kinds, Counter({why["text"]: why["count"] for each in found.body["failed"] for why in each["reasons"]})


def test_the_settings_say_in_words_which_messages_failed_and_when_last(world):
    agent = Agent(world, role="auditor")
    _, before = failures(agent)
    events, now = world.services.events, world.services.clock()
    failed = [("message-failed", "MessageRejected")] * 2 + [("message-failed", "Odd"), ("message-bounced", "")]
    for number, (kind, reason) in enumerate(failed):
        reference = f"R-FAIL-{world.number % 1000:03}{number}"
        write = events.write(kind, "s", reference, now, bytes([number] * 4), reason=reason)
        world.services.store.commit([write])
        count_events(events.by_reference(reference))
    kinds, after = failures(agent)
    assert after - before == {
        "Amazon SES rejected it: it is in its sandbox, or the sender is not verified.": 2,
        "The messaging service gave the reason Odd.": 1,
        "The mail server of the recipient does not accept the address.": 1,
    }
    assert kinds["message-failed"][0] >= 3
    assert kinds["message-bounced"][1] == time.strftime("%Y-%m-%d", time.gmtime(now))


def test_a_setting_in_several_languages_is_one_value(world):
    told = {
        row["name"]: row["value"] for part in Agent(world).get("/settings").body["sections"] for row in part["settings"]
    }
    assert "the Contoso portal" in told["organisation.portal_name"]
    assert not any(name.startswith("organisation.portal_name.") for name in told)


def test_the_settings_say_when_each_function_was_last_at_work(world):
    agent, person = Agent(world), world.person()
    a_reset(world, person)
    count_events(world.events(person.user_id))
    found = agent.get("/settings").body
    today = time.strftime("%Y-%m-%d", time.gmtime(world.services.clock()))
    at_work = {each["name"]: each["last"] for each in found["functions"]}
    assert (at_work["reset"], at_work["report"]) == (today, today)
    assert {"account", "contact", "admin", "directory", "notify", "receipts"} <= set(at_work)

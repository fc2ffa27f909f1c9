"""Logs and metrics: one JSON line and counts for each response, without personal data (B20, B22)."""

import json
import logging
import re

import pytest

from regain.adapters.store import Store
from regain.api import metrics
from regain.api.contract import OPERATIONS
from regain.domain import guess_budget
from regain.problems import SERVICE_BUSY, Refused


@pytest.fixture
def said(capsys):
    """The lines that were printed, as JSON, since it was last asked."""

    def lines():
        return [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]

    lines()
    return lines


def counts(lines):
    """name and dimensions of each metric."""
    found = []
    for line in lines:
        for part in line.get("_aws", {}).get("CloudWatchMetrics", ()):
            (names,) = part["Dimensions"]
            found.append((part["Metrics"][0]["Name"], *(line[name] for name in sorted(names))))
    return found


def test_each_answer_is_counted_by_step_and_outcome_b22(world, said):
    started = world.start(world.person().user_id).body
    world.send(started["flow"])
    said()
    world.verify(started["flow"], "99999999")
    world.verify(started["flow"], world.code(started["reference"]))
    world.post("/api/reset/verify", {"flow": "x", "method": "email", "code": "1"})
    assert counts(said()) == [
        ("Answers", "reset/verify", "refused"), ("Proofs", "email", "failed"),
        ("Answers", "reset/verify", "done"), ("Proofs", "email", "passed"),
        ("Answers", "reset/verify", "refused"),
    ]  # fmt: skip


def test_a_table_that_turns_writes_away_is_our_fault_and_no_refusal(world, said, monkeypatch):
    def throttled(*_, **__):
        raise Refused(SERVICE_BUSY, reason="throttled", retry_after=1)

    monkeypatch.setattr(Store, "increment", throttled)
    assert world.start(world.person().user_id).status == 503
    assert ("Answers", "reset/start", "failed") in counts(said())


def test_each_answer_is_one_line_with_reference_and_correlation_id(world, caplog):
    caplog.set_level(logging.INFO)
    person = world.person()
    started = world.start(person.user_id).body
    (record,) = [record for record in caplog.records if record.message == "answered"]
    line = json.loads(logging.getLogger(record.name).handlers[0].format(record))
    subject = world.services.recoveries.subject(person.id)
    assert (line["operation"], line["outcome"], line["correlation_id"]) == ("/api/reset/start", "done", "test")
    assert (line["reference"], line["subject"]) == (started["reference"], subject)
    assert "maria" not in json.dumps(line).lower() and person.user_id not in json.dumps(line)


def test_a_metric_has_the_stacks_namespace_and_no_dimension_but_its_own(said, monkeypatch):
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Regain/mine")
    metrics.count("Answers", operation="reset/start", outcome="done")
    ((line,),) = (said(),)
    assert line["_aws"]["CloudWatchMetrics"] == [
        {
            "Namespace": "Regain/mine",
            "Dimensions": [["operation", "outcome"]],
            "Metrics": [{"Name": "Answers", "Unit": "Count"}],
        }
    ]


def test_what_dashboard_and_alarms_ask_for_is_what_is_counted(root):
    """Every operation that they name is one of the contract, and every dimension one that is written."""
    text = (root / "template.yaml").read_text()
    asked = set(re.findall(r'"Answers", "operation", "([^"]+)", "outcome", "([^"]+)"', text))
    asked |= set(re.findall(r"Name: operation, Value: ([^}]+)}, {Name: outcome, Value: (\w+)}", text))
    assert len(asked) > 8
    assert {name for name, _ in asked} <= {operation.path.removeprefix("/api/") for operation in OPERATIONS}
    assert {outcome for _, outcome in asked} <= {"done", "refused", "failed"}


@pytest.mark.parametrize(
    "asked", [r'"Guarded", "kind", "(\w+)"', r"MetricName: Guarded, Dimensions: \[\{Name: kind, Value: (\w+)\}"]
)
def test_guarded_mode_of_every_kind_is_drawn_and_told(root, asked):
    """The dashboard and the alarm ask for each kind that has a guess budget."""
    assert set(re.findall(asked, (root / "template.yaml").read_text())) == set(guess_budget.GROUPS)


def test_each_metric_is_in_the_guide_and_has_a_line_of_the_dashboard_or_an_alarm(root):
    """A metric that is counted and nobody can see is no metric."""
    counted = {
        name
        for file in (root / "functions").rglob("*.py")
        for name in re.findall(r'metrics\.count\(\s*"(\w+)"', file.read_text())
    }
    template, guide = (root / "template.yaml").read_text(), (root / "docs/admin/observe.md").read_text()
    assert {"Answers", "Proofs", "Messages", "Guarded", "HalfOfTexts"} <= counted
    for name in counted:
        assert f'"{name}"' in template, name
        assert f"| `{name}` |" in guide, name


def test_the_guide_names_every_alarm(root):
    alarms = re.findall(
        r"^  (\w+):\n    Type: AWS::CloudWatch::Alarm", (root / "template.yaml").read_text(), re.MULTILINE
    )
    guide = (root / "docs/admin/observe.md").read_text()
    assert len(alarms) > 9
    assert [name for name in alarms if f"| `{name}` |" not in guide] == []

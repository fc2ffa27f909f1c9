"""Policies on the command line: `explain` says which one applied and why, `policy check` looks at each (P34)."""

import json

import msgspec
import pytest

from cli.stack import Stack
from regain.organisation.file import read
from tests.cli.conftest import default_organisation, run, use, world
from tests.conftest import ROOT
from tests.functions.test_policies import POLICIES, at

__all__ = ["default_organisation", "run", "use", "world"]


@pytest.fixture
def college(run, use, monkeypatch):
    """A deployment with policies."""
    made = use(**POLICIES)
    monkeypatch.setattr(Stack, "services", lambda _: made.services)
    return made


@pytest.fixture
def told(run, college):
    """Runs a command where there are policies."""
    return run


def test_explain_says_which_policy_applied_and_by_which_setting_b24(college, told):
    out = told("explain", at(college, "students.example").user_id)[1]
    assert "policy: students [domains.students.example]" in out
    assert "methods offered: email   password: 10 to 256 characters" in out
    assert "before the first proof" not in out


def test_explain_says_what_a_group_adds_and_what_shows_first(college, told):
    nurse = at(college, "students.example", groups=("Nurses",), mobile_phone="")
    out = told("explain", nurse.user_id)[1]
    assert "policy: students [domains.students.example], clinical [groups.Nurses]" in out
    assert "password: 24 to 256 characters" in out
    assert "before the first proof only the domain's policy shows: 1 proof, email" in out
    assert "proofs needed: 2" in out
    assert "[recovery.gates]" in out
    guard = at(college, "students.example", groups=("Guards",), office_phone="")
    out = told("explain", guard.user_id)[1]
    assert "The first proof must be one that everybody in the domain is offered (email). Registered: text" in out


def test_explain_says_that_no_policy_names_somebody_and_what_holds_for_nobodys_id(college, told):
    assert "policy: none names this domain or its groups" in told("explain", at(college, "contoso.example").user_id)[1]
    assert "policy: students [domains.students.example]" in told("explain", "nobody@students.example")[1]


def test_without_policies_explain_says_nothing_of_them(world, run):
    assert "policy:" not in run("explain", world.person().user_id)[1]


def changed(college, tmp_path, **changes):
    """The settings with other ones, as a file."""
    content = msgspec.to_builtins(college.services.organisation)
    for section, values in changes.items():
        content[section] = {**content.get(section, {}), **values}
    path = tmp_path / "new.yaml"
    path.write_text(json.dumps(content))
    return path


def test_policy_check_counts_who_has_each_policy_and_can_get_back_in(college, told, tmp_path):
    at(college, "students.example")
    at(college, "contoso.example", groups=("Nurses",))
    groups = {**POLICIES["groups"], "Wardens": {"policy": "texts"}}
    policies = {**POLICIES["policies"], "spare-one": {"passwords": {"minimum": 20}}}
    status, out, err = told("policy", "check", changed(college, tmp_path, groups=groups, policies=policies), "--accept")
    assert status == 0
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line.strip()}
    assert int(rows["students"][0]) >= int(rows["students"][1]) > 0
    assert int(rows["clinical"][0]) > 0
    assert rows["spare-one"] == ["0", "0", "0"]
    assert "Nobody has the policy spare-one." in err
    assert "Nobody is in the group Wardens." in err


def test_policy_check_names_whom_a_policy_would_lock_out(college, told, tmp_path):
    student = at(college, "students.example", mobile_phone="", office_phone="")
    stricter = {**POLICIES["policies"], "students": {"recovery": {"methods": ["sms"]}}}
    status, _, err = told("policy", "check", changed(college, tmp_path, policies=stricter))
    assert status == 1
    assert student.user_id in err or "people who can get back in today could not any more" in err
    assert (
        told("policy", "check", changed(college, tmp_path, policies={"students": {"recovery": {"gates": 7}}}))[0] == 1
    )


def test_the_guides_example_of_policies_is_one_that_is_read(tmp_path):
    guide = (ROOT / "docs" / "admin" / "turn-on.md").read_text()
    example = guide.split("```yaml\n")[1].split("```")[0]
    path = tmp_path / "organisation.yaml"
    path.write_text("organisation: {name: Contoso}\n" + example)
    found = read(path)
    assert {"students", "clinical"} <= set(found.policies)
    assert {domain.policy for domain in found.domains.values()} == {"students", "staff"}

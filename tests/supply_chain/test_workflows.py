"""What the forge runs and asks: workflows, dependency updates and issue forms, held to their published JSON Schemas."""

import re

import pytest
import yaml

from tests.conftest import ROOT
from tests.supply_chain import scans

FORGE = ROOT / ".github"
WORKFLOWS = sorted((FORGE / "workflows").glob("*.yml"))
_SCHEMAS = {
    "github-workflows": WORKFLOWS,
    "dependabot": [FORGE / "dependabot.yml"],
    "github-issue-config": [FORGE / "ISSUE_TEMPLATE" / "config.yml"],
    "github-issue-forms": sorted((FORGE / "ISSUE_TEMPLATE").glob("[!c]*.yml")),
}


@pytest.mark.parametrize(("schema", "files"), list(_SCHEMAS.items()))
def test_each_file_is_what_its_schema_allows(schema, files):
    assert files
    checker = scans.VENV / "scan" / "bin" / "check-jsonschema"
    done = scans.run((checker, "--builtin-schema", f"vendor.{schema}", *files))
    assert done.returncode == 0, done.stdout


def steps(workflow):
    return [step for job in yaml.safe_load(workflow.read_text())["jobs"].values() for step in job["steps"]]


def test_every_make_target_that_a_workflow_calls_exists():
    there = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    called = {
        target
        for each in WORKFLOWS
        for step in steps(each)
        for target in re.findall(r"\bmake (\S+)", step.get("run", ""))
    }
    assert {"test", "audit", "sbom"} <= called <= there


def test_every_action_is_named_by_its_commit_and_no_workflow_may_write_by_default():
    for workflow in WORKFLOWS:
        actions = [step["uses"] for step in steps(workflow) if "uses" in step]
        assert [each for each in actions if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", each)] == []
        assert yaml.safe_load(workflow.read_text())["permissions"] == {"contents": "read"}


def test_a_report_is_asked_for_its_reference_and_warned_about_secrets():
    form = yaml.safe_load((FORGE / "ISSUE_TEMPLATE" / "bug.yml").read_text())
    asked = {each["id"]: each["attributes"] for each in form["body"] if "id" in each}
    assert "R-XXXX-XXXX" in asked["reference"]["placeholder"]
    assert "Leave out passwords, codes" in form["body"][0]["attributes"]["value"]
    assert not any(re.search(r"\b(password|code|token)\b", each["label"], re.IGNORECASE) for each in asked.values())


def test_updates_are_proposed_for_every_kind_of_lock():
    updated = {
        (each["package-ecosystem"], each["directory"])
        for each in yaml.safe_load((FORGE / "dependabot.yml").read_text())["updates"]
    }
    npm = {("npm", f"/{name.rpartition('/')[0]}") for name in scans.tracked(r"package-lock\.json$")}
    assert updated == {("pip", "/requirements"), ("github-actions", "/"), *npm}

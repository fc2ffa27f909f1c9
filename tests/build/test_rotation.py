"""The rotation of docs/admin/keys.md, step by step, on the template as AWS transforms it: the API answers throughout (A13).

The engine keeps versions and aliases as Lambda does, so that what answers is what is asked here, not what was deployed last.
"""

import itertools
import operator
import os

import pytest

from local.template import raw
from tests.build.transforming import ROOT, Deployed, packaged, playable, transformed
from tests.functions.conftest import OWN, default_organisation, use, world  # noqa: F401 - fixtures

pytestmark = pytest.mark.timeout(600)
FUNCTIONS = [
    n
    for n, made in raw(ROOT / "template.yaml")["Resources"].items()
    if made["Type"] == "AWS::Serverless::Function" and "Condition" not in made
]
FIRST = {"OriginKeyA": "1", "OriginKeyB": "1", "CodeKeyGeneration": "1", "ProofKeyGeneration": "1",
         "PasswordKeyGeneration": "1"}  # fmt: skip
GUIDE = [{"OriginKeyA": "2"}, {"OriginKeyB": "2"}, {"CodeKeyGeneration": "2"}, {"ProofKeyGeneration": "2"},
         {"PasswordKeyGeneration": "2"}]  # fmt: skip
"""What each step counts up: CloudFront's keys one after the other, then those of codes, proofs and passwords."""


@pytest.fixture
def answered(world, monkeypatch):  # noqa: F811
    """Whether functions with these keys answer a request through a CloudFront that shows those."""

    def ask(ours, shown):
        monkeypatch.setitem(os.environ, "ORIGIN_KEYS", ours)
        headers = {**OWN, "x-origin-keys": shown, "cloudfront-viewer-address": "198.51.100.7:4711"}
        return world.request("GET", "/api/health", headers=headers).status == 200

    return ask


@pytest.fixture(scope="module")
def played(engine):
    """After each step: the environment that answers, and what CloudFront shows."""
    deployed, seen = Deployed("rotating", engine.endpoint), []
    steps = itertools.accumulate([FIRST, *GUIDE], operator.or_)
    values = [{**step, "Release": f"{number:x}" * 64} for number, step in enumerate(steps)]
    for each, made in zip(values, transformed(*((playable(packaged()), each) for each in values)), strict=True):
        deployed.deploy(made, **each)
        lives = {function: deployed.live(function) for function in FUNCTIONS}
        seen.append((each, lives, deployed.shown()))
        assert {deployed.versions(function) for function in FUNCTIONS} == {1}  # A33: old ones are deleted
    return seen


def test_all_functions_run_the_release_that_was_deployed_and_its_values(played):
    for values, lives, _ in played:
        assert {live["RELEASE"] for live in lives.values()} == {values["Release"]}
        for function in ("ResetFunction", "UnlockFunction", "NotifyFunction"):
            assert lives[function]["CODE_KEY_GENERATION"] == values["CodeKeyGeneration"]
        for function in ("ResetFunction", "UnlockFunction", "AccountFunction", "AdminFunction", "NotifyFunction"):
            assert lives[function]["PROOF_KEY_GENERATION"] == values["ProofKeyGeneration"]
        for function in ("ResetFunction", "AccountFunction", "AdminFunction"):
            assert lives[function]["PASSWORD_KEY_GENERATION"] == values["PasswordKeyGeneration"]


def test_the_api_answers_after_each_step_and_while_the_older_build_or_the_older_edge_still_lives(played, answered):
    shown = [each for _, _, each in played]
    keys = [lives["ServiceFunction"]["ORIGIN_KEYS"] for _, lives, _ in played]
    assert [set(ours.split()) == set(theirs.split()) for ours, theirs in zip(keys, shown, strict=True)] == [True] * 6
    assert len(set(keys)) == 3 and len(set(keys[0].split()) & set(keys[2].split())) == 0  # both keys are others
    for (ours, theirs), (next_ours, next_theirs) in itertools.pairwise(zip(keys, shown, strict=True)):
        for functions, edge in itertools.product((ours, next_ours), (theirs, next_theirs)):
            assert answered(functions, edge)


def test_both_keys_in_one_deployment_would_shut_the_api(played, answered):
    """Why the guide says never to: for some minutes functions and edge would know no key of each other's."""
    assert not answered(played[0][1]["ServiceFunction"]["ORIGIN_KEYS"], played[2][2])


def test_without_another_release_the_rotation_would_not_reach_the_functions(engine):
    """The kind itself: what SAM does by itself. It is why a release depends on every parameter's value."""
    deployed = Deployed("unnamed", engine.endpoint)
    deployed.deploy(Release="1" * 64, **FIRST)
    deployed.deploy(Release="1" * 64, **{**FIRST, "CodeKeyGeneration": "2"})
    assert deployed.live("ResetFunction")["CODE_KEY_GENERATION"] == "1"

"""`make deploy` from a fresh checkout to a published site, with a stand-in for what `sam deploy` does (B32, A1, A3-A5, A13)."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys

import boto3
import pytest
import yaml

from tests.conftest import ROOT

pytestmark = pytest.mark.timeout(600)  # each runs `make deploy`, which builds
STACK, REGION = "trial", "eu-north-1"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of this checkout without anything that was built, whose organisation speaks one language."""
    target = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.split():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    (target / ".venv").symlink_to(ROOT / ".venv")
    content = yaml.safe_load((ROOT / "organisation.yaml").read_text())
    content["domains"]["lab.contoso.example"]["reset"] = "off"
    content["organisation"]["languages"] = ["en"]
    (target / "organisation.yaml").write_text(yaml.safe_dump(content))
    return target


@pytest.fixture(scope="module")
def make(engine, checkout):
    """Runs `make` as somebody does whose own region is another one; answers its status and what it said."""
    sam = checkout / "sam"
    paths = f"{checkout}/functions:{checkout}/functions/shared"
    sam.write_text(f'#!/bin/sh\nPYTHONPATH={paths} exec {sys.executable} {checkout}/tests/cli/stand_in_sam.py "$@"\n')
    sam.chmod(0o755)
    ours = ("AWS_", "CI", "MAKE", "ORGANISATION")  # `CI=true` answers every question of `regain setup`
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    clean |= {
        name: engine.environment[name] for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    }
    clean |= {
        "AWS_DEFAULT_REGION": "us-east-1",
        "STAND_IN": str(checkout),
        "STAND_IN_REAL": str(ROOT / ".venv/sam/bin/sam"),
    }

    def run(*arguments):
        made = subprocess.Popen(
            ["make", *arguments, f"STACK={STACK}", f"SAM={sam}"], cwd=checkout, env=clean, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        said = made.communicate(timeout=300)[0]
        return made.returncode, said

    return run


def calls(checkout):
    return [json.loads(line) for line in (checkout / "calls").read_text().splitlines()]


def published():
    outputs = boto3.client("cloudformation", region_name=REGION).describe_stacks(StackName=STACK)["Stacks"][0][
        "Outputs"
    ]
    bucket = next(each["OutputValue"] for each in outputs if each["OutputKey"] == "SiteBucket")
    listed = boto3.client("s3", region_name=REGION).list_objects_v2(Bucket=bucket)
    return {each["Key"] for each in listed.get("Contents", ())}


def test_without_answers_nothing_is_built_and_no_file_is_left_a1(make, checkout):
    status, said = make("deploy")
    assert status != 0
    assert "nothing was written" in said
    assert not (checkout / f"samconfig.{STACK}.toml").exists()
    assert not (checkout / "calls").exists()


def test_it_is_cut_off_after_the_stack_and_goes_on_when_it_is_run_again(make, checkout):
    said = subprocess.run(
        [checkout / "regain", "setup", "--stack", STACK, "--yes", "--region", REGION],
        cwd=checkout, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    (checkout / "cut").touch()
    status, said = make("deploy")
    assert status == -signal.SIGKILL, said
    assert published() == set()
    (checkout / "cut").unlink()
    status, said = make("deploy")
    assert status == 0, said
    assert "index.html" in published()
    assert f"{STACK} is deployed." in said
    assert "admin grant USER administrator" in said
    deployments = [call for call in calls(checkout) if call[0] == "deploy"]
    assert len(deployments) == 2
    assert deployments[0] == deployments[1]  # the same release


def test_it_hands_on_the_release_that_make_release_id_prints_and_the_region_of_the_file_a3_a13(make, checkout):
    call = next(call for call in calls(checkout) if call[0] == "deploy")
    assert call[call.index("--region") + 1] == REGION
    status, said = make("--no-print-directory", "release-id")
    assert status == 0
    assert f'Release="{said.split()[-1]}"' in call
    assert re.search("^[0-9a-f]{64}$", said, re.MULTILINE)

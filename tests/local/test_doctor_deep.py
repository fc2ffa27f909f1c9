"""`doctor --deep` on the embedded stack: what it plays, and that nothing of it is left, also when it is stopped."""

import json
import os
import signal
import subprocess
import time

import boto3
import pytest

from tests.conftest import ROOT

CANARY = "regain-canary@contoso.example"


def start(stack):
    """Begins a run, as somebody types it."""
    command = [ROOT / "regain", "--state", stack.state, "doctor", "--deep"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    clean["PYTHONUNBUFFERED"] = "1"
    return subprocess.Popen(command, cwd=ROOT, env=clean, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.fixture(scope="module")
def known(stack):
    """What the command line knows of the stack."""
    return json.loads((stack.state / "stack.json").read_text())


@pytest.fixture(scope="module")
def dynamodb(known):
    return boto3.client(
        "dynamodb", endpoint_url=known["AWS_ENDPOINT_URL"], region_name=known["AWS_REGION"],
        aws_access_key_id="local", aws_secret_access_key="local",
    )  # fmt: skip


@pytest.fixture(scope="module")
def tables(known, dynamodb):
    """What each table of the stack holds of the canary."""
    names = {value for name, value in known.items() if name.endswith("_TABLE")}

    def scan():
        pages = {name: dynamodb.get_paginator("scan").paginate(TableName=name, ConsistentRead=True) for name in names}
        return {name: [item for page in found for item in page["Items"]] for name, found in pages.items()}

    def left(subject):
        return {
            name: [item for item in items if subject in json.dumps(item) or CANARY in json.dumps(item)]
            for name, items in scan().items()
        }

    return left


@pytest.fixture(scope="module")
def subject(stack):
    """Under which keyed hash the tables know the canary: as the command line works it out."""
    command = "import json,os,sys; os.environ.update(json.load(open(sys.argv[1])));"
    command += "from regain.runtime.services import services;"
    command += "from cli.canary import Canary;"
    command += f"print(Canary.of(services(), {CANARY.partition('@')[2]!r}).subject)"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}/functions:{ROOT}/functions/shared"}
    python = [ROOT / ".venv/dev/bin/python", "-c", command, stack.state / "stack.json"]
    return subprocess.run(python, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_every_role_answers_and_nothing_of_it_is_left(stack, tables, subject):
    run = start(stack)
    said = run.communicate(timeout=120)[0]
    assert run.returncode == 0, said
    for role in ("service", "reset", "unlock", "account", "admin", "provisioning", "contact", "notify", "report"):
        assert f"ok       {role}: " in said, said
    assert "receipts: not played" in said
    assert f"{CANARY} is gone" in said
    assert not any(tables(subject).values()), tables(subject)


def test_one_mail_goes_to_the_administrator_and_says_that_nothing_is_to_be_done(stack):
    mails = [each for each in stack.messages("it@contoso.example") if "./regain doctor" in each["body"]]
    assert len(mails) == 1
    assert "No action is needed." in mails[0]["body"]
    assert {each["to"] for each in stack.messages() if CANARY in each["body"]} <= {
        "it@contoso.example",
        "success@simulator.amazonses.com",
    }


@pytest.mark.parametrize(
    ("number", "after"),
    [(signal.SIGINT, "service: "), (signal.SIGTERM, "reset: "), (signal.SIGHUP, "contact: ")],
)
def test_it_takes_everything_away_also_when_it_is_stopped(stack, tables, subject, number, after):
    run = start(stack)
    for line in run.stdout:
        if after in line:
            break
    time.sleep(0.2)
    run.send_signal(number)
    run.send_signal(number)  # somebody who is impatient
    said = run.communicate(timeout=120)[0]
    assert run.returncode == 130, said
    assert f"Stopped by {number.name}." in said
    assert f"{CANARY} is gone" in said
    assert not any(tables(subject).values()), tables(subject)


def test_it_can_be_run_as_often_as_somebody_likes(stack, dynamodb):
    """What limits requests for help a day does not know of earlier runs."""
    before = {item["id"]["S"]: item for item in dynamodb.scan(TableName="LimitTable")["Items"]}
    run = start(stack)
    said = run.communicate(timeout=120)[0]
    assert run.returncode == 0, said
    after = {item["id"]["S"]: item for item in dynamodb.scan(TableName="LimitTable")["Items"]}
    counts = [item for name, item in after.items() if "count" in item and before.get(name) != item]
    counted = {tuple(item["id"]["S"].split("#")[:2]) for item in counts}
    ours = {who for what, who in counted if not what.startswith("help-mail")}  # the desk's: past it, mail comes hourly
    assert len(ours) == 1  # the network of whoever ran it: a limit there asks for more work, and refuses nothing


def test_what_a_killed_run_has_left_is_taken_away_by_the_next_one(stack, tables, subject, dynamodb):
    run = start(stack)
    for line in run.stdout:
        if "reset: " in line:
            break
    run.kill()
    run.communicate(timeout=60)
    assert any(tables(subject).values())
    again = start(stack)
    assert "is under way, or was killed" in again.communicate(timeout=60)[0]
    led = dynamodb.get_item(TableName="IdentifierTable", Key={"identifier": {"S": CANARY}})["Item"]["account_id"]
    dynamodb.update_item(
        TableName="AccountTable", Key={"id": led}, UpdateExpression="SET security_info_at = :then",
        ExpressionAttributeValues={":then": {"N": "1"}},
    )  # fmt: skip
    later = start(stack)
    said = later.communicate(timeout=120)[0]
    assert later.returncode == 0, said
    assert not any(tables(subject).values())


def test_somebody_who_happens_to_have_that_user_id_is_left_alone(stack, dynamodb):
    key = {"id": {"S": "somebody"}}
    somebody = {**key, "user_id": {"S": CANARY}, "display_name": {"S": "Cana Ry"}, "version": {"N": "1"}}
    dynamodb.put_item(TableName="AccountTable", Item=somebody)
    led = {"identifier": {"S": CANARY}, "account_id": key["id"]}
    dynamodb.put_item(TableName="IdentifierTable", Item=led)
    try:
        said = start(stack).communicate(timeout=60)[0]
        assert f"{CANARY} is somebody's account" in said
        assert dynamodb.get_item(TableName="AccountTable", Key=key)["Item"] == somebody
    finally:
        dynamodb.delete_item(TableName="AccountTable", Key=key)
        dynamodb.delete_item(TableName="IdentifierTable", Key={"identifier": {"S": CANARY}})

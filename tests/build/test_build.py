"""What `sam build` makes runs by itself, and the template as it is can be deployed."""

import json
import os
import platform
import subprocess
import sys
import zipfile
from pathlib import Path

import boto3
import pytest

ROOT = Path(__file__).parents[2]
SAM = ROOT / ".venv" / "sam" / "bin" / "sam"
RUNTIME = ("boto3", "botocore", "s3transfer", "dateutil", "jmespath", "urllib3", "six.py")

EVENT = {
    "version": "2.0", "routeKey": "x", "rawPath": "", "rawQueryString": "", "headers": {"content-type": "application/json"},
    "requestContext": {"http": {"method": "POST", "path": "", "sourceIp": "192.0.2.1", "protocol": "HTTP/1.1", "userAgent": ""}, "stage": "$default", "requestId": "x"},
    "body": "{}", "isBase64Encoded": False,
}  # fmt: skip
SCRIPT = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
import {module} as app
class Context: aws_request_id = function_name = invoked_function_arn = "x"; memory_limit_in_mb = 128
print("ANSWER", json.dumps(app.lambda_handler(json.loads(sys.argv[2]), Context())))
"""


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The build, for the machine that the tests run on."""
    target = tmp_path_factory.mktemp("build")
    here = {"LAYER_PYTHON": "{}.{}".format(*sys.version_info), "LAYER_PLATFORM": f"{platform.machine()}-manylinux_2_28"}
    environment = {**os.environ, **here, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-west-1"}
    command = [SAM, "build", "--build-dir", str(target / "out")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    runtime = target / "runtime"
    runtime.mkdir()
    for name in RUNTIME:
        (runtime / name).symlink_to(Path(boto3.__path__[0]).parent / name)
    return target


def answer(built, function, module, event):
    paths = [str(built / "out" / function), str(built / "out" / "SharedLayer" / "python"), str(built / "runtime")]
    environment = {"AWS_DEFAULT_REGION": "eu-west-1", "PATH": os.environ["PATH"]}
    command = [
        sys.executable,
        "-I",
        "-S",
        "-B",
        "-c",
        SCRIPT.format(module=module),
        json.dumps(paths),
        json.dumps(event),
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=built)
    assert done.returncode == 0, done.stderr
    return json.loads(
        next(line for line in done.stdout.splitlines() if line.startswith("ANSWER")).removeprefix("ANSWER")
    )


def http(method, path, body="{}"):
    context = {**EVENT["requestContext"], "http": {**EVENT["requestContext"]["http"], "method": method, "path": path}}
    return {**EVENT, "rawPath": path, "requestContext": context, "body": body}


@pytest.mark.parametrize(
    ("function", "module", "event", "status"),
    [
        ("ServiceFunction", "service.app", http("GET", "/api/health", ""), 200),
        ("ServiceFunction", "service.app", http("GET", "/api/openapi.json", ""), 200),
        ("ResetFunction", "reset.app", http("POST", "/api/reset/start"), 400),
        ("UnlockFunction", "unlock.app", http("POST", "/api/unlock/finish"), 400),
        ("AccountFunction", "account.app", http("POST", "/api/account/sign-in"), 400),
    ],
)
def test_every_handler_answers_an_event_from_the_build_alone(built, function, module, event, status):
    made = answer(built, function, module, event)
    assert made["statusCode"] == status
    if status == 400:
        assert json.loads(made["body"])["detail"]


def test_notify_takes_a_batch_from_the_build_alone(built):
    message = {"id": "1", "kind": "code", "channel": "none", "to": "", "subject": "s", "reference": "r"}
    image = {name: {"S": value} for name, value in message.items()}
    record = {
        "eventSource": "aws:dynamodb",
        "eventName": "INSERT",
        "dynamodb": {"NewImage": image, "SequenceNumber": "1"},
    }
    assert answer(built, "NotifyFunction", "notify.app", {"Records": [record]}) == {"batchItemFailures": []}


def test_every_module_of_the_layer_finds_what_it_needs(built):
    """Also those that a function imports only when it needs them: passkeys, QR codes, telephone numbers."""
    everything = """
import importlib, json, pathlib, sys
sys.path[:0] = json.loads(sys.argv[1])
package = pathlib.Path(json.loads(sys.argv[1])[0]) / "regain"
names = [path.relative_to(package.parent).with_suffix("") for path in package.rglob("*.py")]
for name in names:
    importlib.import_module(".".join(name.parts).removesuffix(".__init__"))
import segno
print(len(names))
"""
    paths = json.dumps([str(built / "out" / "SharedLayer" / "python"), str(built / "runtime")])
    command = [sys.executable, "-I", "-S", "-B", "-c", everything, paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=built)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30


def test_each_function_ships_its_own_files_only(built):
    for name in ("service", "reset", "unlock", "account", "notify"):
        folder = built / "out" / f"{name.capitalize()}Function"
        assert {path.name for path in folder.iterdir()} == {name}
        assert all(path.suffix == ".py" for path in (folder / name).iterdir())


def test_the_layer_ships_no_importer_and_the_organisation_as_json(built):
    package = built / "out" / "SharedLayer" / "python" / "regain"
    assert json.loads((package / "organisation.json").read_text())["organisation"]["name"] == "Contoso"
    assert not (package / "people.py").exists()
    assert not (package.parent / "botocore").exists()


def test_the_whole_template_deploys(engine, tmp_path):
    """CloudFormation finds what validation passes: circular dependencies, missing attributes."""
    archive = tmp_path / "code.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("reset/app.py", "def lambda_handler(event, context): return {}")
    s3, cloudformation = boto3.client("s3"), boto3.client("cloudformation")
    s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.upload_file(str(archive), "code", "code.zip")
    template = (ROOT / "template.yaml").read_text()
    for folder in ("functions/shared/", "functions/"):
        template = template.replace(f"Uri: {folder}", "Uri: s3://code/code.zip")
    # The tables of the other tests have these names already.
    template = template.replace("regain", "regain-deployed")
    cloudformation.create_stack(
        StackName="regain", TemplateBody=template, Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    )
    try:
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName="regain", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )
    except Exception:
        events = cloudformation.describe_stack_events(StackName="regain")["StackEvents"]
        pytest.fail("\n".join(e.get("ResourceStatusReason", "") for e in events))
    resources = cloudformation.describe_stack_resources(StackName="regain")["StackResources"]
    states = {resource["LogicalResourceId"]: resource["ResourceStatus"] for resource in resources}
    assert {"ResetFunction", "OutboxTable", "CodeKey", "NotifyFunctionOutbox"} <= set(states)
    assert set(states.values()) == {"CREATE_COMPLETE"}

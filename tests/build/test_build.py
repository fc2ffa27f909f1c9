"""The output of `sam build` runs on its own, and the template can be deployed."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from local.sam_local import SamLocal
from local.template import read
from regain.domain.ldap import Ldap
from regain.domain.policy import OFFERS, Domain
from regain.organisation.settings import About, Organisation
from tests.build.transforming import Deployed

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "functions" / "shared"))
import pack  # noqa: E402
from pack import KEPT  # noqa: E402

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


def answer(built, function, module, event):
    paths = [str(built / "out" / function), str(built / "out" / "SharedLayer" / "python")]
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
        ("ContactFunction", "contact.app", http("POST", "/api/contact/support"), 400),
        ("AdminFunction", "admin.app", http("POST", "/api/admin/prove/send"), 403),
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
    paths = json.dumps([str(built / "out" / "SharedLayer" / "python")])
    command = [sys.executable, "-I", "-S", "-B", "-c", everything, paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=built)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30


def test_the_functions_behind_the_api_start_from_the_build_alone(built):
    assert answer(built, "ReceiptsFunction", "receipts.app", {"Records": []}) == {"recorded": 0}
    trimmed = {"eventSource": "aws:sqs", "messageId": "m", "body": "{}"}
    failed = {"batchItemFailures": [{"itemIdentifier": "m"}]}
    assert answer(built, "ReportFunction", "report.app", {"Records": [trimmed]}) == failed


def test_the_layer_keeps_of_powertools_what_a_function_loads(built):
    """What is left of the packages of which functions need a small part is loaded by some function, all of it."""
    loaded = set()
    layer = built / "out" / "SharedLayer" / "python"
    for module in ("service.app", "notify.app"):
        function = built / "out" / f"{module.partition('.')[0].capitalize()}Function"
        script = (
            f"import json, sys; sys.path[:0] = json.loads(sys.argv[1]); import {module}; print(*sys.modules, sep='\\n')"
        )
        command = [sys.executable, "-I", "-S", "-B", "-c", script, json.dumps([str(function), str(layer)])]
        environment = {"AWS_DEFAULT_REGION": "eu-west-1", "PATH": os.environ["PATH"]}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=built)
        loaded |= set(done.stdout.split())
    for package in KEPT:
        names = {path.stem for path in (layer / package).iterdir()} - {"__init__", "__pycache__"}
        assert names <= {name.rpartition(".")[2] for name in loaded if name.startswith(package.replace("/", "."))}


def test_the_layer_knows_each_operation_that_functions_call(built):
    """Botocore's models are trimmed: whatever the functions' code calls must be left."""
    data = built / "out" / "SharedLayer" / "python" / "botocore" / "data"
    kept = {path.parts[-3]: set(json.loads(path.read_text())["operations"]) for path in data.glob("*/*/service-2.json")}
    code = "".join(path.read_text() for path in (built / "out").rglob("*.py") if path.parts[-3] != "botocore")
    code += "".join(path.read_text() for path in (built / "out" / "SharedLayer" / "python" / "regain").rglob("*.py"))
    own = {"create_connection", "decrypt", "encrypt", "sign", "verify"}  # names of ours and of libraries too
    called = set(re.findall(r"\.([a-z_]+)\(", code)) | set(re.findall(r'get_paginator\("([a-z_]+)"', code))
    called -= own
    for service, operations in kept.items():
        client = boto3.client(service, region_name="eu-west-1")
        known = {
            name: client.meta.method_to_api_mapping[name]
            for name in called
            if name in client.meta.method_to_api_mapping
        }
        assert set(known.values()) <= operations, service
    assert kept["dynamodb"] == {"BatchGetItem", "GetItem", "Query", "TransactWriteItems", "UpdateItem"}


def test_packing_leaves_the_environments_whole(built):
    """The installer may link files to its cache: what is trimmed in the layer was trimmed there once."""
    assert len(boto3.Session().get_available_services()) > 300
    assert set(FREQUENCY_LISTS) > {"passwords", "surnames"}
    here = Path(boto3.__path__[0]).parent / "botocore" / "data" / "endpoints.json"
    assert here.stat().st_nlink == 1 or not here.samefile(built / "out/SharedLayer/python/botocore/data/endpoints.json")


def test_the_layer_is_small_and_compiled(built):
    layer = built / "out" / "SharedLayer"
    packed = shutil.make_archive(str(built / "layer"), "zip", layer)
    assert Path(packed).stat().st_size <= 10_500_000  # A43: 9.6 MB, and the texts of fifteen languages; Lambda takes 50
    assert (layer / "python" / "botocore" / "client.pyc").exists()
    assert list((layer / "python" / "regain" / "api" / "__pycache__").glob("handler.*.pyc"))


def test_each_function_ships_its_own_files_only(built):
    for name in ("service", "reset", "unlock", "account", "notify"):
        folder = built / "out" / f"{name.capitalize()}Function"
        assert {path.name for path in folder.iterdir()} == {name}
        others = {path.name for path in (folder / name).iterdir() if path.suffix != ".py"}
        assert others == set()  # no page of the site: a change of pages alone makes no other release


def test_only_the_function_that_reaches_a_directory_ships_ldap_and_it_runs_from_its_package(built):
    layer, own = built / "out" / "SharedLayer" / "python", built / "out" / "DirectoryFunction"
    assert not (layer / "sansldap").exists() and not (layer / "regain" / "directories" / "ldap").exists()
    assert {path.name.partition("-")[0] for path in own.iterdir()} == {"directory", "regain", "sansldap"}
    assert [path.name for path in (own / "regain").rglob("*") if path.is_dir()] == ["directories", "ldap"]
    asked = {"domain": "contoso.example", "asked": {"call": "find", "user_id": "maria@contoso.example"}}
    unknown = {"outcome": "unknown", "detail": "the function failed"}  # the packed organisation has no such directory
    assert answer(built, "DirectoryFunction", "directory.app", asked) == unknown


def test_a_layer_has_of_each_kind_of_directory_what_its_organisation_needs(built):
    layer = built / "out" / "SharedLayer" / "python"
    for name in ("regain/directories/cognito.py", "regain/directories/aws_managed.py", "regain/directories/remote.py",
                 "regain/directories/entra", "botocore/data/cognito-idp", "botocore/data/ds"):  # fmt: skip
        assert not (layer / name).exists(), name
    for kind, services in (
        ("cognito", {"cognito-idp"}),
        ("aws-managed", {"ds", "ds-data"}),
        ("entra", {"sts"}),
        ("dynamodb", set()),
    ):
        ldap = Ldap("aws-managed") if kind == "aws-managed" else None
        domain = Domain("ldap" if ldap else kind, ldap)
        organisation = Organisation(About("Contoso"), {"a.example": domain})
        assert pack.called_by(organisation).keys() - pack.OPERATIONS.keys() == services
    assert pack.MODULES.keys() == OFFERS.keys() - {"dynamodb", "elsewhere"}


def test_the_layer_ships_no_importer_and_the_organisation_as_json(built):
    package = built / "out" / "SharedLayer" / "python" / "regain"
    assert json.loads((package / "organisation.json").read_text())["organisation"]["name"] == "Contoso"
    assert not (package / "people" / "importing.py").exists()


def test_the_whole_template_deploys(engine):
    """CloudFormation finds what validation passes: circular dependencies, missing attributes. Then with a directory."""
    deployed = Deployed("whole", engine.endpoint)
    deployed.deploy(Release="0" * 64)
    there = set(deployed.resources())
    assert {"ResetFunction", "OutboxTable", "CodeKey", "NotifyFunctionOutbox"} <= there
    secret = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:svc-AbCdEf"
    network = {"DirectorySubnets": "subnet-0a1b2c3d,subnet-4e5f6a7b", "DirectorySecurityGroups": "sg-0a1b2c3d"}
    deployed.deploy(Release="1" * 64, DirectorySecretArn=secret, **network)
    more = {name for name in set(deployed.resources()) - there if "Version" not in name}
    assert more == {"DirectoryFunction", "DirectoryFunctionAliaslive", "DirectoryRole", "DirectoryRefuses"}
    assert "DirectoryFunction" in deployed.live("ResetFunction")["DIRECTORY_FUNCTION"]


def test_dates_are_written_in_each_language_from_the_layer_as_from_all_that_is_known(built):
    """Of CLDR's data the layer keeps what dates need, and of our texts what functions say."""
    script = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
from notify.layout import Layout
from regain.organisation.language import Languages
from regain.organisation.settings import current
from regain.phrases import Phrase
settings = current()
papers = {tag: Layout(settings, Languages(settings).get(tag)) for tag in settings.organisation.languages}
moments = [1_790_000_000, 1_773_000_000, 1_799_999_000]
print(json.dumps({tag: [paper.moment(at) for at in moments] + [paper.say(Phrase("{organisation} account help"))]
                  for tag, paper in papers.items()}))
"""

    def said(*paths, **environment):
        command = [sys.executable, "-B", "-c", script, json.dumps([str(path) for path in paths])]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=built)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    layer = built / "out" / "SharedLayer" / "python"
    alone = said(built / "out" / "NotifyFunction", layer, PATH=os.environ["PATH"])
    whole = said(
        ROOT / "functions",
        ROOT / "functions" / "shared",
        PATH=os.environ["PATH"],
        ORGANISATION_FILE=str(layer / "regain" / "organisation.json"),
    )
    assert alone == whole
    assert len({tuple(each) for each in alone.values()}) == len(alone) == 16


def test_sam_local_runs_functions_and_layer_for_this_machine_a18(built, root, tmp_path):
    """The template says what is deployed, arm64; on a laptop the build and its containers are of the laptop's kind."""
    template = read(root / "template.yaml", {"Site": "none"})
    shutil.copy(built / "out" / "template.yaml", tmp_path)  # what is written beside it is no part of the build
    local = SamLocal(Path("sam"), tmp_path, tmp_path)
    described = json.loads(local._write_template(template, {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}).read_text())
    kind = "arm64" if os.uname().machine == "aarch64" else "x86_64"
    assert described["Globals"]["Function"]["Architectures"] == [kind]
    assert described["Resources"]["SharedLayer"]["Properties"]["CompatibleArchitectures"] == [kind]
    assert (
        described["Resources"]["ResetFunction"]["Properties"]["Environment"]["Variables"]["ACCOUNT_TABLE"]
        == "AccountTable"
    )

"""The template as AWS's own transform makes it: the locked translator is the code that CloudFormation runs."""

import contextlib
import copy
import io
import json
import os
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import WaiterError

from local.template import raw

ROOT = Path(__file__).parents[2]
SAM = ROOT / ".venv" / "sam" / "bin"
_SCRIPT = """
import json, sys
from samtranslator.translator.transform import transform
class Policies: load = staticmethod(dict)
json.dump([transform(*asked, Policies) for asked in json.load(sys.stdin)], sys.stdout)
"""


def transformed(*asked: tuple[Mapping[str, Any], Mapping[str, str]]) -> list[dict[str, Any]]:
    """What CloudFormation deploys for each template with these parameters."""
    environment = {**os.environ, "AWS_DEFAULT_REGION": "eu-west-1"}
    done = subprocess.run(
        [SAM / "python", "-c", _SCRIPT],
        input=json.dumps(asked), env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@cache
def _unresolved() -> dict[str, Any]:
    return raw(ROOT / "template.yaml")


def packaged(layer: str = "layer", **changed: str) -> dict[str, Any]:
    """The template as `sam package` leaves it: each part of the build named by a hash of it."""
    template = copy.deepcopy(_unresolved())
    for name, made in template["Resources"].items():
        if "CodeUri" in made.get("Properties", {}):
            made["Properties"]["CodeUri"] = f"s3://build/{changed.get(name, name)}"
        if "ContentUri" in made.get("Properties", {}):
            made["Properties"]["ContentUri"] = f"s3://build/{layer}"
    return template


def playable(template: dict[str, Any]) -> dict[str, Any]:
    """The template without what the embedded engine lacks: telephones, alarms that reckon, and DKIM records."""
    template["Outputs"] = {name: made for name, made in template["Outputs"].items() if not name.startswith("Dkim")}
    template["Resources"]["MessageSet"] = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
    reckoning = [name for name, made in template["Resources"].items() if "Metrics" in made.get("Properties", {})]
    for name in reckoning:
        del template["Resources"][name]
    return template


class Deployed:
    """A stack in the embedded engine, deployed as `sam deploy` does: through the transform, each time with parameters."""

    def __init__(self, name: str, endpoint: str) -> None:
        self.name, self._endpoint, self._there = name, endpoint, False
        self._resources: dict[str, str] = {}
        self._s3, self._cloudformation = boto3.client("s3"), boto3.client("cloudformation")
        with contextlib.suppress(self._s3.exceptions.BucketAlreadyOwnedByYou):
            self._s3.create_bucket(Bucket="build", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("reset/app.py", "def lambda_handler(event, context): return {}")
        for part in ("layer", *packaged()["Resources"]):
            self._s3.put_object(Bucket="build", Key=part, Body=code.getvalue())

    def deploy(self, made: Mapping[str, Any] | None = None, /, **parameters: str) -> None:
        """Creates or updates the stack, and waits. `made`: what `transformed` makes of these parameters, where it is known."""
        made = made or transformed((playable(packaged()), parameters))[0]
        self._s3.put_object(Bucket="build", Key="template.json", Body=json.dumps(made).encode())
        change = self._cloudformation.update_stack if self._there else self._cloudformation.create_stack
        change(
            StackName=self.name, TemplateURL=f"{self._endpoint}/build/template.json", Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        )  # fmt: skip
        waiter = self._cloudformation.get_waiter(f"stack_{'update' if self._there else 'create'}_complete")
        try:
            waiter.wait(StackName=self.name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600})
        except WaiterError:
            raise AssertionError("\n".join(self._failures())) from None
        self._there, self._resources = True, {}

    def _failures(self) -> Iterator[str]:
        for page in self._cloudformation.get_paginator("describe_stack_events").paginate(StackName=self.name):
            for event in page["StackEvents"]:
                if event["ResourceStatus"].endswith("FAILED"):
                    yield f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"

    def resources(self) -> dict[str, str]:
        """Physical names by logical ID, asked for once after each deployment."""
        if self._resources:
            return self._resources
        listed = self._cloudformation.describe_stack_resources(StackName=self.name)["StackResources"]
        assert {each["ResourceStatus"] for each in listed} <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
        self._resources = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in listed}
        return self._resources

    def live(self, function: str) -> dict[str, str]:
        """The environment of the version that the alias leads to: what answers."""
        client = boto3.client("lambda")
        found = client.get_function_configuration(FunctionName=self.resources()[function], Qualifier="live")
        return found["Environment"]["Variables"]

    def versions(self, function: str) -> int:
        """How many versions of a function are kept, beside the one that is worked on."""
        listed = boto3.client("lambda").list_versions_by_function(FunctionName=self.resources()[function])
        return len(listed["Versions"]) - 1

    def shown(self) -> str:
        """What CloudFront shows the API of itself."""
        found = boto3.client("cloudfront").get_distribution(Id=self.resources()["Distribution"])
        origins = found["Distribution"]["DistributionConfig"]["Origins"]["Items"]
        (header,) = [each for origin in origins for each in origin.get("CustomHeaders", {}).get("Items", ())]
        return header["HeaderValue"]

#!/usr/bin/env python3
"""In the place of `sam`: notes how it was called, and lets CloudFormation at AWS_ENDPOINT_URL make a small stack.

What a real `sam` would do with a build is another's test (`tests/build`). `STAND_IN` names the folder of its notes: `calls`
gets a line for each call; a file `status` there is what `sam deploy` ends with; with a file `cut` there, everything that was
started together with it is killed when the stack is made. Everything but `deploy` is left to the program in
`STAND_IN_REAL`, until something is built (A45: it would be the same again), or does nothing.
"""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

from cli.stack import _VARIABLES
from local.template import raw

ROOT = Path(__file__).parents[2]
_TABLES = [name for variable, name in _VARIABLES.items() if variable.endswith("_TABLE")]


def small(site: bool = True) -> str:
    """A template with what publishing and the doctor need: the real tables, keys, a bucket, a distribution."""
    tables = {name: raw(ROOT / "template.yaml")["Resources"][name] for name in _TABLES}
    for table in tables.values():
        table["Properties"] = {k: v for k, v in table["Properties"].items() if k != "SSESpecification"}
        table["Properties"]["DeletionProtectionEnabled"] = False
    key = {"Type": "AWS::KMS::Key", "Properties": {"EnableKeyRotation": True, "KeyPolicy": {}}}
    mac = {
        "Type": "AWS::KMS::Key",
        "Properties": {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC", "KeyPolicy": {}},
    }
    origin = {"Id": "files", "DomainName": "site.example", "S3OriginConfig": {}}
    settings = {
        "Enabled": True,
        "Origins": [origin],
        "DefaultCacheBehavior": {"TargetOriginId": "files", "ViewerProtocolPolicy": "https-only"},
    }
    resources = {
        **tables,
        "DataKey": key,
        "ServiceKey": mac,
        "CodeKey": mac,
        "ProofKey": mac,
        "PasswordKey": mac,
    }
    outputs = {"ApiUrl": {"Value": "http://127.0.0.1:9/"}}
    if site:
        resources["SiteBucket"] = {"Type": "AWS::S3::Bucket"}
        resources["Distribution"] = {
            "Type": "AWS::CloudFront::Distribution",
            "Properties": {"DistributionConfig": settings},
        }
        outputs["SiteBucket"] = {"Value": {"Ref": "SiteBucket"}}
        outputs["Distribution"] = {"Value": {"Ref": "Distribution"}}
        outputs["SiteUrl"] = {"Value": "http://127.0.0.1:9/"}
    parameters = {
        name: {k: v for k, v in each.items() if k in ("Type", "Default")}
        for name, each in raw(ROOT / "template.yaml")["Parameters"].items()
    }
    return json.dumps({"Parameters": parameters, "Resources": resources, "Outputs": outputs})


def deploy(arguments: list[str]) -> None:
    """Makes the stack, or updates it."""
    name = arguments[arguments.index("--stack-name") + 1]
    region = arguments[arguments.index("--region") + 1]
    words = arguments[arguments.index("--parameter-overrides") + 1 :]
    given = dict(shlex.split(word)[0].split("=", 1) for word in words if "=" in word)
    cloudformation = boto3.client("cloudformation", region_name=region)
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
    template = small(given.get("Site") != "none")
    try:
        cloudformation.create_stack(StackName=name, TemplateBody=template, Parameters=parameters)
        cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 0.1})
    except cloudformation.exceptions.AlreadyExistsException:
        try:
            cloudformation.update_stack(StackName=name, TemplateBody=template, Parameters=parameters)
        except ClientError as error:
            if "No updates" not in str(error) or "--no-fail-on-empty-changeset" not in arguments:
                raise
        else:
            cloudformation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 0.1})


def main() -> int:
    """Answers the exit status."""
    arguments = sys.argv[1:]
    notes = Path(os.environ["STAND_IN"])
    with (notes / "calls").open("a") as calls:
        calls.write(json.dumps(arguments) + "\n")
    if arguments[0] != "deploy":
        real = "" if Path(".aws-sam/build/template.yaml").exists() else os.environ.get("STAND_IN_REAL")
        return subprocess.run([real, *arguments], check=False).returncode if real else 0
    status = notes / "status"
    if status.exists():
        return int(status.read_text())
    deploy(arguments)
    if (notes / "cut").exists():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    return 0


if __name__ == "__main__":
    sys.exit(main())

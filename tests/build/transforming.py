"""The template as AWS's own transform makes it: the locked translator is the code that CloudFormation runs."""

import copy
import json
import os
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

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

"""Cold starts in CPU time: a fresh process that imports a function and answers one request, over one that imports boto3
and reads one item. What else the machine does shows in the clock, and hardly in CPU time.
"""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3

ROOT = Path(__file__).parents[2]
ROUNDS = 21
FLOOR, _CONTROL = "bare", "bare again"
LOADED_BY_OTHERS = ("regain.directories", "regain.adapters.openid", "jwt", "sansldap")
"""Modules of directories and of sign-in with a provider: an organisation with neither loads no more of them than `OURS`."""
OURS = {"regain.directories", *(f"regain.directories.{name}" for name in ("base", "dynamodb", "kinds"))}
_BARE = ("boto3", "botocore", "s3transfer", "dateutil", "jmespath", "urllib3", "six.py")

_SCRIPT = """
import json, sys, time
paths, module, event = json.loads(sys.stdin.read())
sys.path[:0] = paths
status = 200
if module:
    import importlib
    handler = importlib.import_module(module).lambda_handler
    imported = time.process_time()
    class Context: aws_request_id = function_name = invoked_function_arn = "x"; memory_limit_in_mb = 512
    status = handler(event, Context()).get("statusCode", 200)
else:
    import boto3
    imported = time.process_time()
    boto3.client("dynamodb").get_item(**event)
ended = time.process_time()
with open("/proc/self/status") as status_file:  # the peak, in kB; getrusage would count the parent's
    memory = next(int(line.split()[1]) for line in status_file if line.startswith("VmHWM"))
print("RESULT", json.dumps({"import": imported, "start": ended, "memory": memory, "status": status, "loaded": [*sys.modules]}))
"""
"""CPU seconds of a fresh process: once the handler is imported, and once it has answered its first request."""


def build(target: Path, python: str, version: str) -> Path:
    """What `sam build` makes for this machine and this Python, and the bare runtime's boto3 beside it."""
    here = {"LAYER_PYTHON": version, "LAYER_PLATFORM": f"{platform.machine()}-manylinux_2_28"}
    command = [str(ROOT / ".venv" / "sam" / "bin" / "sam"), "build", "--build-dir", str(target / "out")]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": "", **here}, check=True, capture_output=True)
    bare = target / "bare"
    bare.mkdir()
    for name in _BARE:
        source = Path(boto3.__path__[0]).parent / name
        shutil.copytree(source, bare / name, ignore=shutil.ignore_patterns("__pycache__")) if source.is_dir() else (
            shutil.copy(source, bare / name)
        )
    subprocess.run([python, "-m", "compileall", "-q", str(bare)], check=True)
    for folder in (target / "out").iterdir():
        if folder.name.endswith("Function"):
            subprocess.run([python, "-m", "compileall", "-q", str(folder)], check=True)
    return target


def measure(
    built: Path, python: str, table: Mapping[str, str], events: Mapping[str, tuple[dict[str, str], dict[str, Any]]]
) -> dict[str, Any]:
    """Ratios to the floor of the same round, as medians over interleaved rounds.

    The floor imports boto3 and reads one item of `table` over the wire. `events` gives each function its environment
    and its first request.
    """
    environment = next(iter(events.values()))[0]
    item = {"TableName": table["TableName"], "Key": {table["key"]: {"S": "nobody"}}, "ConsistentRead": True}
    asked = {FLOOR: (environment, item), _CONTROL: (environment, item), **events}
    rounds = [{name: _one(built, python, name, *asked[name]) for name in asked} for _ in range(ROUNDS)]

    def over_floor(name: str, part: str) -> float:
        return round(statistics.median(each[name][part] / each[FLOOR][part] for each in rounds), 3)

    return {
        "floor_milliseconds": round(statistics.median(each[FLOOR]["start"] for each in rounds) * 1e3),
        "noise": abs(over_floor(_CONTROL, "start") - 1),
        "functions": {
            name: {
                "over_floor": over_floor(name, "start"),
                "import_over_floor": over_floor(name, "import"),
                "memory_over_floor": over_floor(name, "memory"),
                "of_directories": sorted(
                    each for each in rounds[0][name]["loaded"] if each.startswith(LOADED_BY_OTHERS) and each not in OURS
                ),
                "memory_megabytes": round(statistics.median(each[name]["memory"] for each in rounds) / 1024),
            }
            for name in events
        },
    }


def _one(
    built: Path, python: str, name: str, environment: Mapping[str, str], event: Mapping[str, Any]
) -> dict[str, Any]:
    module = "" if name in (FLOOR, _CONTROL) else f"{name}.app"
    folders = [f"{name.capitalize()}Function", "SharedLayer/python"] if module else []
    paths = [str(built / "out" / folder) for folder in folders] or [str(built / "bare")]
    done = subprocess.run(
        [python, "-I", "-S", "-c", _SCRIPT], input=json.dumps([paths, module, event]), text=True, check=False,
        env={**_environment(), **environment}, capture_output=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{name} failed: {done.stderr[-2000:]}")
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))
    result = json.loads(line.removeprefix("RESULT"))
    if result["status"] >= 500:
        raise RuntimeError(f"{name} failed: {done.stdout}")
    return result


def _environment() -> dict[str, str]:
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    return {"PATH": path, "HOME": str(Path.home()), "AWS_DEFAULT_REGION": "eu-west-1", "SAM_CLI_TELEMETRY": "0"}


def packages(built: Path) -> dict[str, float]:
    """Megabytes (10^6 bytes) of the layer, zipped and not, and kilobytes of the largest function."""
    layer = built / "out" / "SharedLayer"
    packed = Path(shutil.make_archive(str(built / "layer"), "zip", layer)).stat().st_size
    unpacked = sum(path.stat().st_size for path in layer.rglob("*") if path.is_file())
    functions = [folder for folder in (built / "out").iterdir() if folder.name.endswith("Function")]
    sizes = [sum(path.stat().st_size for path in folder.rglob("*.py")) for folder in functions]
    return {
        "layer_zipped_megabytes": round(packed / 1e6, 2),
        "layer_megabytes": round(unpacked / 1e6, 1),
        "largest_function_kilobytes": round(max(sizes) / 1e3, 1),
    }

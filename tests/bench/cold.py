"""Cold starts: each function's import and first request, in a process of its own, over a bare boto3 client's."""

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
ROUNDS = 11
FLOOR = "bare"
_BARE = ("boto3", "botocore", "s3transfer", "dateutil", "jmespath", "urllib3", "six.py")

_SCRIPT = """
import json, sys, time
began = time.perf_counter()
paths, module, event = json.loads(sys.stdin.read())
sys.path[:0] = paths
if module:
    import importlib
    handler = importlib.import_module(module).lambda_handler
    imported = time.perf_counter()
    class Context: aws_request_id = function_name = invoked_function_arn = "x"; memory_limit_in_mb = 512
    answer = handler(event, Context())
    status = answer.get("statusCode", 200)
else:
    import boto3
    boto3.client("dynamodb")
    imported, status = time.perf_counter(), 200
ended = time.perf_counter()
with open("/proc/self/status") as status_file:  # the most it has had, in kB; getrusage would count the parent's
    memory = next(int(line.split()[1]) for line in status_file if line.startswith("VmHWM"))
print("RESULT", json.dumps({"import": imported - began, "request": ended - imported, "memory": memory, "status": status}))
"""


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


def measure(built: Path, python: str, events: Mapping[str, tuple[dict[str, str], dict[str, Any]]]) -> dict[str, Any]:
    """Medians over interleaved rounds, by function; `events` gives each its environment and its first request."""
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in (FLOOR, f"{FLOOR} again", *events)}
    for _ in range(ROUNDS):
        for name, found in runs.items():
            found.append(_one(built, python, name, events))
    middle = {
        name: {part: statistics.median(run[part] for run in found) for part in ("import", "request", "memory")}
        for name, found in runs.items()
    }
    floor = _sum(middle[FLOOR])
    return {
        "floor_milliseconds": round(floor * 1e3),
        "noise": round(abs(_sum(middle[f"{FLOOR} again"]) / floor - 1), 3),
        "functions": {
            name: {
                "over_floor": round(_sum(middle[name]) / floor, 2),
                "import_over_floor": round(middle[name]["import"] / floor, 2),
                "memory_over_floor": round(middle[name]["memory"] / middle[FLOOR]["memory"], 2),
                "memory_megabytes": round(middle[name]["memory"] / 1024),
            }
            for name in events
        },
    }


def _one(built: Path, python: str, name: str, events: Mapping[str, Any]) -> dict[str, float]:
    environment, event = events.get(name, ({}, {}))
    module = f"{name}.app" if name in events else ""
    folders = [f"{name.capitalize()}Function", "SharedLayer/python"] if module else []
    paths = [str(built / "out" / folder) for folder in folders] or [str(built / "bare")]
    done = subprocess.run(
        [python, "-I", "-S", "-c", _SCRIPT], input=json.dumps([paths, module, event]), text=True, check=True,
        env={**_environment(), **environment}, capture_output=True,
    )  # fmt: skip
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))
    result = json.loads(line.removeprefix("RESULT"))
    if result["status"] >= 500:
        raise RuntimeError(f"{name} failed: {done.stdout}")
    return result


def _sum(run: Mapping[str, float]) -> float:
    return run["import"] + run["request"]


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

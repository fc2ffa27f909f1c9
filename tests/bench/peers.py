"""Whole resets of ours and of Django's own views by turns, in CPU time of the server, with `make bench PEERS=1` (B42).

By turns, so that whatever else the machine does slows both alike. At an equal hash: both make two of Argon2id, whose 19 MiB
lie elsewhere in each process, which by chance makes them up to a twentieth slower there; so the hashes of both count with
their common mean, and what each takes besides with its own median.
"""

import json
import statistics
import subprocess
from pathlib import Path
from typing import Any

from tests.bench import warm

ROOT = Path(__file__).parents[2]
DJANGO = (ROOT / ".venv" / "peers" / "bin" / "python", ROOT / "tests" / "bench" / "peer_django.py")
TIMES, WARM_UP = 60, 5


def measure() -> dict[str, Any]:
    """Medians in milliseconds, the ratio of ours to Django's, and by how much that of every second pair differs."""
    recorder = warm.Recorder()
    ours, theirs = [], []
    with subprocess.Popen(DJANGO, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as django:
        assert django.stdin and django.stdout
        for _ in range(WARM_UP + TIMES):
            ours.append(warm.whole_reset(recorder))
            django.stdin.write("reset\n")
            theirs.append(json.loads(django.stdout.readline()))
        django.stdin.close()
    del ours[:WARM_UP], theirs[:WARM_UP]
    return {
        "django": {"version": theirs[0]["version"], **_milliseconds(theirs)},
        "ours": _milliseconds(ours),
        "ours_over_django": round(_ratio(ours, theirs), 3),
        "noise": round(abs(_ratio(ours[::2], theirs[::2]) / _ratio(ours[1::2], theirs[1::2]) - 1), 3),
    }


def _ratio(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> float:
    hashes = (_median(ours, "hashes") + _median(theirs, "hashes")) / 2
    return (hashes + _median(ours, "besides")) / (hashes + _median(theirs, "besides"))


def _milliseconds(measured: list[dict[str, Any]]) -> dict[str, float]:
    return {name: round(_median(measured, name) * 1e3, 2) for name in ("hashes", "besides")}


def _median(measured: list[dict[str, Any]], name: str) -> float:
    return statistics.median(each[name] for each in measured)

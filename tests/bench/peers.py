"""Whole resets of ours and of Django's own views by turns, in CPU time of the server, with `make bench PEERS=1` (B42).

By turns, so that whatever else the machine does slows both alike: each rests while the other works, and the ratio is the
median of the pairs.
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
    pairs = [one["reset"] / other["reset"] for one, other in zip(ours, theirs, strict=True)][WARM_UP:]
    ratio = statistics.median(pairs)
    return {
        "django": {"version": theirs[0]["version"], **_medians(theirs)},
        "ours": _medians(ours),
        "ours_over_django": round(ratio, 3),
        "noise": round(abs(statistics.median(pairs[::2]) / statistics.median(pairs[1::2]) - 1), 3),
    }


def _medians(measured: list[dict[str, Any]]) -> dict[str, float]:
    return {
        name: round(statistics.median(each[name] for each in measured[WARM_UP:]) * 1e3, 2) for name in ("reset", "hash")
    }

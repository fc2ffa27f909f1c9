"""One `./regain people import` in a process of its own: `python -m tests.scale.importing --state FOLDER people import FILE`.

Its last line says, as JSON, what it took: CPU seconds, MB at most, and how often it asked for each operation on tables.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cli.__main__ import main
from tests.functions import calls


def _run() -> int:
    asked: list[str] = []  # by several threads

    def take(client: Any, operation: str, _: dict[str, Any], ask: Callable[[], Any]) -> Any:
        if client.meta.service_model.service_name == "dynamodb":
            asked.append(operation)
        return ask()

    calls.watch(setattr, take)
    status = main()
    told = {"seconds": time.process_time(), "megabytes": _peak(), "operations": Counter(asked)}
    sys.stdout.write(json.dumps(told) + "\n")
    return status


def _peak() -> float:
    """The most memory that this process had, in MB. `getrusage` would count its parent's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1_024 / 1e6


if __name__ == "__main__":
    sys.exit(_run())

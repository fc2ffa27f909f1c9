"""`make fuzz`: ten minutes of requests and texts that nobody expects. `SECONDS=` and `SEED=` bound and repeat it."""

import argparse
import logging
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.conftest import ROOT
from tests.fuzz import target

log = logging.getLogger("fuzz")
_starting = threading.Lock()
_READERS = 4  # one of so many parts of the time is for the readers
_A_SECOND = 3  # examples of a property
_ENDS_LATE = 0.85  # schemathesis ends what it is at


def main() -> int:
    """Answers the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=target.seed())
    parser.add_argument("--reports", type=Path, default=ROOT / ".state" / "fuzz")
    given = parser.parse_args()
    given.reports.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    log.info("seed %s; reports in %s", given.seed, given.reports)
    began = time.monotonic()
    bad = _readers(given.seed, given.seconds // _READERS, given.reports)
    with ThreadPoolExecutor(2) as pool:  # two cores
        modes = ("private", "detailed")
        bad += sum(pool.map(lambda mode: _requests(mode, given.seed, began + given.seconds, given.reports), modes))
    told = "FOUND SOMETHING" if bad else "found nothing"
    log.info("%s: seed %s, %.0f s", told, given.seed, time.monotonic() - began)
    return 1 if bad else 0


def _readers(seed: int, seconds: int, reports: Path) -> int:
    """Every property of the readers, with the seed's examples."""
    command = [sys.executable, "-m", "pytest", "tests/fuzz", "--ignore", "tests/fuzz/test_contract.py"]
    done = subprocess.run(
        [*command, f"--hypothesis-seed={seed}", "--timeout=600"], cwd=ROOT, text=True, check=False,
        env={**os.environ, "FUZZ_EXAMPLES": str(seconds * _A_SECOND)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    (reports / "readers.txt").write_text(done.stdout)
    log.info(done.stdout)
    return int(done.returncode != 0)


def _requests(mode: str, seed: int, until: float, reports: Path) -> int:
    """As nobody, as a person and as an administrator, one after the other, against one stack; how many runs found
    something.
    """
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        with _starting:  # two at once would be slow to be ready
            stack = target.fuzzed(Path(folder), target.organisation(mode))
        try:
            for number, who in enumerate(target.WHO):
                share = int((until - time.monotonic()) / (len(target.WHO) - number) * _ENDS_LATE)
                only = ("--include-path-regex", "^/api/admin") if who == "administrator" else ()
                done = target.fuzz(stack, who, seed, "--max-time", str(max(share, 1)), *only)
                (reports / f"{mode}-{who}.txt").write_text(done.stdout)
                counted = re.findall(r"\d+ generated, .*", done.stdout)
                log.info("%-9s %-14s %s", mode, who, "".join(counted))
                if done.returncode:
                    log.error(done.stdout)
                bad += done.returncode != 0
            broken = target.faults(stack)
            for line in broken[:20]:
                log.error(line)
            return bad + bool(broken)
        finally:
            stack.stop()


if __name__ == "__main__":
    sys.exit(main())

"""`make fuzz`: ten minutes of requests and texts that nobody expects. `SECONDS=` and `SEED=` bound and repeat it."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.conftest import ROOT
from tests.fuzz import target

_READERS = 4  # one of so many parts of the time is for the readers
_A_SECOND = 3  # examples of a property


def main() -> int:
    """Answers the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=target.seed())
    parser.add_argument("--reports", type=Path, default=ROOT / ".state" / "fuzz")
    given = parser.parse_args()
    given.reports.mkdir(parents=True, exist_ok=True)
    print(f"seed {given.seed}; reports in {given.reports}", flush=True)
    began = time.monotonic()
    bad = _readers(given.seed, given.seconds // _READERS)
    left = given.seconds - (time.monotonic() - began)
    with ThreadPoolExecutor(2) as pool:  # two cores
        modes = ("private", "detailed")
        bad += sum(pool.map(lambda mode: _requests(mode, given.seed, int(left), given.reports), modes))
    print(f"{'FOUND SOMETHING' if bad else 'found nothing'}: seed {given.seed}, {time.monotonic() - began:.0f} s")
    return 1 if bad else 0


def _readers(seed: int, seconds: int) -> int:
    """Every property of the readers, with the seed's examples."""
    command = [sys.executable, "-m", "pytest", "tests/fuzz", "-k", "not contract", f"--hypothesis-seed={seed}"]
    environment = {**os.environ, "FUZZ_EXAMPLES": str(seconds * _A_SECOND)}
    return int(subprocess.run([*command, "--timeout=600"], cwd=ROOT, env=environment, check=False).returncode != 0)


def _requests(mode: str, seed: int, seconds: int, reports: Path) -> int:
    """As nobody, as a person and as an administrator, one after the other, against one stack; how many runs found
    something.
    """
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        stack = target.fuzzed(Path(folder), target.organisation(mode))
        try:
            until = time.monotonic() + seconds
            for number, who in enumerate(target.WHO):
                share = int((until - time.monotonic()) / (len(target.WHO) - number))
                only = ("--include-path-regex", "^/api/admin") if who == "administrator" else ()
                done = target.fuzz(stack, who, seed, "--max-time", str(max(share, 1)), *only)
                (reports / f"{mode}-{who}.txt").write_text(done.stdout)
                counted = [line.strip() for line in done.stdout.splitlines() if " generated, " in line]
                print(f"{mode:9} {who:14} {' '.join(counted)}", flush=True)
                if done.returncode:
                    print(done.stdout)
                bad += done.returncode != 0
            broken = target.faults(stack)
            print("\n".join(broken[:20]))
            return bad + bool(broken)
        finally:
            stack.stop()


if __name__ == "__main__":
    sys.exit(main())

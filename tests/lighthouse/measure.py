"""Runs Lighthouse, in Node.js, on pages of the built site."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGES = ("/", "/cannot-sign-in/", "/errors/wrong-code/", "/reset/")
"""Home, guidance, an error and a form."""


def measured(origin: str, runs: int, *pages: str) -> list[dict[str, Any]]:
    """What Lighthouse says of each page: the middle of so many runs, of layout shift the worst."""
    chromium = shutil.which("chromium") or "chromium"
    command = ["node", "run.mjs", chromium, str(runs), origin, *(pages or PAGES)]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False, env={**os.environ, "CI": "1"})
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

"""The scanners, each in an environment of its own, and how `make audit` and tests call them."""

import os
import re
import subprocess
from pathlib import Path

from tests.conftest import ROOT

VENV = ROOT / ".venv"
RULES = ROOT / "tests" / "semgrep"
_QUIET = {"SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0"}  # nothing is told, nothing is asked
_SEMGREP = (VENV / "semgrep" / "bin" / "semgrep", "scan", "--metrics", "off", "--disable-version-check")

BANDIT = (VENV / "scan" / "bin" / "bandit", "--quiet", "--configfile", "pyproject.toml", "--recursive", "functions")
SEMGREP = (*_SEMGREP, "--error", "--quiet", "--config", RULES / "rules.yaml", "functions", "docs", "template.yaml")
SEMGREP_TEST = (*_SEMGREP, "--test", "--config", RULES, RULES)

_LOOKED_ELSEWHERE = (
    r"^requirements/.*\.txt$|package-lock\.json$|\.(png|svg|ico|woff2|po)$|people/specimens/csvde"  # hashes, pictures, prose, ids
    r"|^functions/shared/regain/adapters/words/"  # 24,000 words: a test sees that they are
)
_NO_SECRETS = (
    "pQECAyYgASFYIGsX0fLhLEJH-.*",  # a public key whose private half nobody kept, see `adapters/passkeys.py`
    "0123456789ABCDEFGHJKMNPQRSTVWXYZ",  # an alphabet
    "E1234567890ABC",  # the CloudFront distribution of an example
    "dmlvbGV0LcOEbmNob3Iv.*|eHZpb2xldC3DhG5jaG9y.*|eHh2aW9sZXQtw4RuY2hvci8y.*",  # what the search for secrets is tried on
)
_PLUGINS = ("--disable-plugin", "KeywordDetector")  # the demo's passwords are called passwords
_STRICTER = tuple(
    part
    for name in ("heuristic.is_indirect_reference", "allowlist.is_line_allowlisted")  # they let secrets pass, slowly
    for part in ("--disable-filter", f"detect_secrets.filters.{name}")
)


def run(command: tuple, **environment: str) -> subprocess.CompletedProcess:
    """Runs a program in the project's folder; what it says is in `stdout`."""
    return subprocess.run(
        [str(part) for part in command], cwd=ROOT, env={**os.environ, **_QUIET, **environment},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip


def tracked(pattern: str = "") -> list[str]:
    """The files that git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and re.search(pattern, name) and (ROOT / name).exists()]


def secrets(files: list[str]) -> subprocess.CompletedProcess:
    """Looks for keys, tokens and what is random enough to be one."""
    excluded = [part for secret in _NO_SECRETS for part in ("--exclude-secrets", secret)]
    hook = (VENV / "scan" / "bin" / "detect-secrets-hook", "--no-verify", "--cores", "1", *_PLUGINS, *_STRICTER)
    return run((*hook, "--exclude-files", _LOOKED_ELSEWHERE, *excluded, *files))


def locks() -> list[Path]:
    """Every lock of Python packages."""
    return sorted((ROOT / "requirements").glob("*.txt"))


def entries(lock: Path) -> list[str]:
    """The packages of a lock, each with its version and its hashes."""
    return re.split(r"^(?=\S)", lock.read_text(), flags=re.MULTILINE)[1:]


def sbom(lock: Path, target: Path) -> subprocess.CompletedProcess:
    """Writes what a lock holds in CycloneDX."""
    made = ("--output-format", "JSON", "--output-reproducible", "--output-file", target)
    return run((VENV / "audit" / "bin" / "cyclonedx-py", "requirements", lock, *made))

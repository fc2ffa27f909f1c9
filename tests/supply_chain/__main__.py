"""`make audit` and `make sbom`: what is known of what we bring in, and what our own files hold.

Exit status of an audit: 0 nothing was found; 1 something was; 2 nothing was found, but not everything could be looked
up, because the registry that is set up here does not tell what is known of single versions.
"""

import argparse
import json
import logging
import re
import sys
import tempfile
from pathlib import Path

from tests.conftest import ROOT
from tests.supply_chain import scans

log = logging.getLogger("supply")


def main() -> int:
    """Answers the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.supply_chain", description=__doc__)
    parser.add_argument("what", choices=("audit", "sbom"))
    parser.add_argument("--into", type=Path, default=ROOT / ".state" / "sbom")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    return audit() if given.what == "audit" else sboms(given.into)


def audit() -> int:
    """Our own code and files first, which needs no network; then the packages."""
    bad = 0
    for name, command in (
        ("bandit", scans.BANDIT),
        ("semgrep's rules", scans.SEMGREP_TEST),
        ("semgrep", scans.SEMGREP),
    ):
        bad += _told(name, scans.run(command))
    bad += _told("secrets", scans.secrets(scans.tracked()))
    unknown, asked = 0, set()
    for lock in scans.locks():
        found, skipped = python_lock(lock, asked)
        bad, unknown = bad + found, unknown + skipped
    for lock in scans.tracked(r"package-lock\.json$"):
        found, skipped = npm_lock(ROOT / lock)
        bad, unknown = bad + found, unknown + skipped
    if unknown:
        log.warning(
            "\n%s could not be looked up here: ask again where the registry answers for single versions", unknown
        )
    return 1 if bad else 2 if unknown else 0


def _told(name: str, done: object) -> bool:
    log.info("%-28s %s", name, "clean" if not done.returncode else "FOUND SOMETHING")
    if done.returncode:
        log.error(done.stdout)
    return bool(done.returncode)


def python_lock(lock: Path, asked: set[str]) -> tuple[int, int]:
    """How many packages of a lock have a known hole, and how many could not be looked up (PyPI's advisories).

    What stands in a lock before this one as well has been `asked` already.
    """
    fresh = [entry for entry in scans.entries(lock) if entry not in asked]
    asked.update(fresh)
    tool = scans.VENV / "audit" / "bin" / "pip-audit"
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(fresh) or "# nothing new\n")
        file.flush()
        command = (tool, "--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json", "-r", file.name)
        said = scans.run(command).stdout
    try:
        packages = json.loads(said[said.index('{"dependencies"') :].splitlines()[0])["dependencies"]
    except ValueError:
        log.error("%-28s %s", lock.name, said)
        return 0, 1
    skipped = [each for each in packages if "skip_reason" in each]
    holed = [each for each in packages if each.get("vulns")]
    log.info(
        "%-28s %s packages, %s with a known hole, %s not looked up", lock.name, len(packages), len(holed), len(skipped)
    )
    for each in holed:
        known = ", ".join(
            f"{hole['id']} (mended in {' '.join(hole['fix_versions']) or 'none'})" for hole in each["vulns"]
        )
        log.error("    %s %s: %s", each["name"], each["version"], known)
    return len(holed), len(skipped)


def npm_lock(lock: Path) -> tuple[int, int]:
    """The same of a lock of npm's."""
    said = scans.run(("npm", "audit", "--json", "--package-lock-only", "--prefix", lock.parent)).stdout
    try:
        told = json.loads(said[said.index("{") : said.rindex("}") + 1])
    except ValueError:
        told = {}
    name = str(lock.relative_to(ROOT))
    if "vulnerabilities" not in told:
        log.info("%-28s not looked up", name)
        return 0, 1
    holed = told["vulnerabilities"]
    log.info("%-28s %s packages with a known hole", name, len(holed))
    for each in holed.values():
        log.error("    %s %s: %s", each["name"], each["range"], each["severity"])
    return len(holed), 0


def sboms(folder: Path) -> int:
    """One document for each lock; `app` is what runs on AWS."""
    folder.mkdir(parents=True, exist_ok=True)
    bad = 0
    for lock in scans.locks():
        target = folder / f"{lock.stem}.cdx.json"
        bad += _told(str(target), scans.sbom(lock, target))
        left_out = missing(lock, target)
        bad += bool(left_out)
        for what in sorted(left_out):
            log.error("    %s", what)
    for name in scans.tracked(r"package-lock\.json$"):
        place = (ROOT / name).parent
        done = scans.run(("npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--prefix", place))
        target = folder / f"{place.name}.cdx.json"
        target.write_text(done.stdout)
        bad += _told(str(target), done)
    return int(bool(bad))


def missing(lock: Path, document: Path) -> set[str]:
    """What a lock pins and a list of materials does not hold, or holds without its hashes."""
    told = json.loads(document.read_text())["components"]
    listed = {f"{each['name'].lower()} {each['version']}": each for each in told}
    pinned = {
        " ".join(re.match(r"([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", entry).groups()) for entry in scans.entries(lock)
    }
    bare = {f"{name}: no hash" for name, each in listed.items() if name in pinned and not _hashes(each)}
    return bare | (pinned - set(listed))


def _hashes(component: dict) -> list:
    """The hashes of a component, wherever CycloneDX keeps them."""
    beside = [each for reference in component.get("externalReferences", []) for each in reference.get("hashes", [])]
    return component.get("hashes") or beside


if __name__ == "__main__":
    sys.exit(main())

"""Dependencies are pinned, hashed and listed; no secret is published (B20, B21)."""

import json
import re
from types import SimpleNamespace

import yaml

from tests.conftest import ROOT
from tests.supply_chain import __main__ as supply
from tests.supply_chain import scans

_PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


def test_every_package_is_pinned_and_hashed_and_no_registry_is_named():
    assert scans.locks()
    for lock in scans.locks():
        text = lock.read_text()
        assert [
            entry for entry in scans.entries(lock) if not _PINNED.match(entry) or "--hash=sha256:" not in entry
        ] == [], lock.name
        assert not re.search(r"://|--index|--find-links|--extra", text), lock.name


def test_every_list_of_packages_has_its_lock_and_is_renewed_with_the_others():
    named = {path.stem for path in (ROOT / "requirements").glob("*.in")}
    renewed = re.search(r"for each in (.*?); do", (ROOT / "Makefile").read_text())[1].split()
    assert named == {lock.stem for lock in scans.locks()} == set(renewed)


def test_every_package_that_is_asked_for_says_why():
    for path in (ROOT / "requirements").glob("*.in"):
        lines = [line for line in path.read_text().splitlines() if line and not line.startswith(("#", "-r"))]
        head = path.read_text().startswith("#")
        assert [
            line for line in lines if "#" not in line and not (head and len(lines) < 3)
        ] == [] or path.stem == "uv", path


def test_every_package_of_npm_is_hashed_and_no_registry_is_named():
    for name in scans.tracked(r"package-lock\.json$"):
        packages = {place: told for place, told in json.loads((ROOT / name).read_text())["packages"].items() if place}
        assert [place for place, told in packages.items() if "resolved" in told or "integrity" not in told] == []


def test_a_known_hole_is_found_and_what_cannot_be_looked_up_is_not_taken_for_clean(monkeypatch):
    hole = {"id": "PYSEC-2026-1", "fix_versions": ["1.1"], "aliases": ["CVE-2026-1"], "description": ""}
    told = {
        "dependencies": [{"name": "a", "version": "1", "vulns": [hole]}, {"name": "b", "skip_reason": "unknown"}],
        "fixes": [],
    }
    said = SimpleNamespace(stdout=f"Found 1 known vulnerability\n{json.dumps(told)}\n")
    monkeypatch.setattr(scans, "run", lambda *_, **__: said)
    assert supply.python_lock(scans.locks()[0], set()) == (1, 1)
    said.stdout = "the registry did not answer"
    assert supply.python_lock(scans.locks()[0], set()) == (0, 1)
    holed = {"vulnerabilities": {"c": {"name": "c", "range": "<2", "severity": "high"}}}
    said.stdout = json.dumps(holed)
    assert supply.npm_lock(ROOT / "package-lock.json") == (1, 0)
    said.stdout = '{"message": "405 Method Not Allowed"}'
    assert supply.npm_lock(ROOT / "package-lock.json") == (0, 1)


def test_a_list_of_materials_that_leaves_something_out_is_none(tmp_path):
    lock, made = tmp_path / "app.txt", tmp_path / "app.cdx.json"
    lock.write_text("a==1 \\\n    --hash=sha256:00\nb==2 ; sys_platform == 'win32' \\\n    --hash=sha256:01\n")
    component = {"name": "A", "version": "1", "externalReferences": [{"hashes": [{"alg": "SHA-256", "content": "00"}]}]}
    made.write_text(
        json.dumps({"bomFormat": "CycloneDX", "components": [component, {**component, "name": "b", "version": "2"}]})
    )
    assert supply.missing(lock, made) == set()
    made.write_text(json.dumps({"bomFormat": "CycloneDX", "components": [{**component, "externalReferences": []}]}))
    assert supply.missing(lock, made) == {"a 1: no hash", "b 2"}


def test_no_key_token_or_random_secret_is_in_the_repository_b20():
    done = scans.secrets(scans.tracked())
    assert done.returncode == 0, done.stdout


def test_the_lists_of_words_which_are_not_scanned_hold_words_alone_b20():
    texts = [(ROOT / name).read_text() for name in scans.tracked("^functions/shared/regain/adapters/words/")]
    words = [word for text in texts for line in text.splitlines() if not line.startswith("#") for word in line.split()]
    assert len(words) > 20_000
    assert [word for word in words if len(word) > 20 or word != word.lower() or re.search("[a-z][0-9]", word)] == []


def test_a_secret_in_a_file_would_be_found(tmp_path):
    planted = tmp_path / "settings.py"
    planted.write_text(f'KEY = "AKIA{"Q7W3" * 4}"\nOTHER = "{"mK9x/Qz3+Vb7Lr2T" * 3}"\n')
    done = scans.secrets([str(planted)])
    assert done.returncode != 0
    assert "AWS Access Key" in done.stdout


def test_every_rule_of_our_own_has_an_example_that_it_finds():
    """`make audit` tries them; here it is made sure that none is without."""
    rules = [rule["id"] for rule in yaml.safe_load((scans.RULES / "rules.yaml").read_text())["rules"]]
    examples = "".join((scans.RULES / f"rules.{kind}").read_text() for kind in ("py", "js"))
    assert len(rules) == len(set(rules))
    assert [rule for rule in rules if f"ruleid: {rule}\n" not in examples] == []

"""Imports go one way, files and functions stay small, and nothing says what it must not."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED = ROOT / "functions" / "shared" / "regain"
FUNCTIONS = ("reset", "unlock", "account", "service", "notify", "contact", "admin", "report", "receipts")


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", sorted((SHARED / "domain").glob("*.py")), ids=lambda path: path.stem)
def test_the_rules_import_the_standard_library_the_problems_and_words_only(path):
    for name in imports(path):
        standard = name.partition(".")[0] in sys.stdlib_module_names
        assert standard or name.startswith(("regain.domain", "regain.problems", "regain.words")), name


def test_the_rules_take_time_and_randomness_as_arguments():
    for path in (SHARED / "domain").glob("*.py"):
        forbidden = {"time", "random", "secrets", "uuid", "os"}
        assert not forbidden & {name.partition(".")[0] for name in imports(path)}, path


def test_adapters_know_no_http_and_nothing_shared_knows_a_function():
    for path in SHARED.rglob("*.py"):
        names = set(imports(path))
        assert not any(name.partition(".")[0] in (*FUNCTIONS, "local", "cli") for name in names), path
        if path.parent.name == "adapters":
            assert not any(name.startswith(("regain.http", "regain.contract", "regain.recovery")) for name in names), (
                path
            )


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_imports_no_other_function(function):
    for path in (ROOT / "functions" / function).glob("*.py"):
        others = set(FUNCTIONS) - {function} | {"local", "cli"}
        assert not others & {name.partition(".")[0] for name in imports(path)}, path


def python_files():
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split()]


def test_files_and_functions_stay_small():
    for path in python_files():
        text = path.read_text()
        assert len(text.splitlines()) <= 350, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno - node.lineno < 50, f"{path}:{node.lineno}"


def test_every_file_says_what_it_is_for():
    for path in python_files():
        assert path.read_text() == "" or ast.get_docstring(ast.parse(path.read_text())), path


def test_locks_hold_no_addresses_and_no_file_names_this_machine():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.split():
        path = ROOT / name
        if path.suffix in (".png", ".svg", ".ico") or not path.is_file():
            continue
        text = path.read_text()
        if "requirements/" in name:
            assert "://" not in text, name
        for address in ("/" + "work/", "pypi" + ".org", "pythonhosted" + ".org"):
            assert address not in text, name

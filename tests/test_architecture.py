"""Imports run one way, files and functions stay small, and no file names what it must not."""

import ast
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED = ROOT / "functions" / "shared" / "regain"
FUNCTIONS = (
    "reset",
    "unlock",
    "account",
    "service",
    "notify",
    "contact",
    "admin",
    "report",
    "receipts",
    "provisioning",
    "directory",
)


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


LAYERS = (
    {"problems", "phrases"},
    {"domain"},
    {"organisation"},
    {"adapters"},
    {"directories", "api"},
    {"runtime", "reports"},
    {"recovery", "people"},
)
"""The rooms of `regain`, from the ground up. A room imports from those below it and from the others of its own row."""


def room(name):
    """The room of `regain` that a dotted name leads to; "" for what is not ours."""
    head, _, rest = name.partition(".")
    return rest.partition(".")[0] if head == "regain" else ""


def level(of):
    return next(number for number, rooms in enumerate(LAYERS) if of in rooms)


def test_every_room_has_its_layer_and_nothing_stands_beside_the_rooms():
    rooms = {path.stem for path in SHARED.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert rooms - {"__init__"} == set().union(*LAYERS)


@pytest.mark.parametrize("path", sorted(SHARED.rglob("*.py")), ids=lambda path: str(path.relative_to(SHARED)))
def test_imports_run_downwards(path):
    own = path.relative_to(SHARED).parts[0].removesuffix(".py")
    for name in imports(path):
        assert name.partition(".")[0] not in (*FUNCTIONS, "local", "cli", "hooks"), name
        if own != "__init__" and (target := room(name)):
            assert level(target) <= level(own), name


def test_rooms_form_no_circle():
    arrows = {}
    for path in SHARED.rglob("*.py"):
        own = path.relative_to(SHARED).parts[0].removesuffix(".py")
        arrows.setdefault(own, set()).update({room(name) for name in imports(path)} - {"", own})
    while arrows:
        free = {own for own, wanted in arrows.items() if not wanted & set(arrows)}
        assert free, arrows
        for own in free:
            del arrows[own]


@pytest.mark.parametrize("path", sorted((SHARED / "domain").glob("*.py")), ids=lambda path: path.stem)
def test_the_rules_import_the_standard_library_the_problems_and_phrases_only(path):
    for name in imports(path):
        standard = name.partition(".")[0] in sys.stdlib_module_names
        assert standard or room(name) in ("domain", "problems", "phrases"), name


def test_the_rules_take_time_and_randomness_as_arguments():
    for path in (SHARED / "domain").glob("*.py"):
        forbidden = {"time", "random", "secrets", "uuid", "os"}
        assert not forbidden & {name.partition(".")[0] for name in imports(path)}, path


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_imports_no_other_function(function):
    for path in (ROOT / "functions" / function).glob("*.py"):
        others = set(FUNCTIONS) - {function} | {"local", "cli", "hooks"}
        assert not others & {name.partition(".")[0] for name in imports(path)}, path


def test_translations_holds_catalogues_and_terms_only():
    assert {path.name for path in (ROOT / "translations").iterdir() if path.suffix != ".po"} == {"terms.csv"}


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


def test_pytest_passes_over_no_folder_with_tests(request):
    """By itself it would over one named `build`, `dist` or `venv`: `make test` would be green without its tests."""
    folders = {part for path in (ROOT / "tests").rglob("test_*.py") for part in path.relative_to(ROOT).parts[:-1]}
    folders -= {"node_modules"}
    passed_over = request.config.getini("norecursedirs")
    assert [each for each in folders if any(fnmatch(each, pattern) for pattern in passed_over)] == []


def test_whoever_writes_csv_escapes_formulas_b18():
    """A cell that begins with = would be run by the spreadsheet that an administrator opens."""
    writers = [
        path
        for path in python_files()
        if "tests" not in path.parts and re.search(r"csv\.(writer|DictWriter)", path.read_text())
    ]
    assert writers
    assert [path for path in writers if not re.search(r"escape_(formula|cell)\(", path.read_text())] == []

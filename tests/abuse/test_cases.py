"""Every number has one case, which says why it holds."""

import ast
import re

from regain.domain import limit_table
from regain.domain.policy import Limits, Recovery
from tests.abuse.cases import CASES, THROTTLED, throttled
from tests.abuse.enumeration import Step, area
from tests.conftest import ROOT


def cases():
    """The number, name and docstring of each case."""
    for file in sorted((ROOT / "tests" / "abuse").glob("test_*.py")):
        for each in ast.parse(file.read_text()).body:
            if isinstance(each, ast.FunctionDef) and (found := re.match(r"test_(\d\d)_", each.name)):
                yield int(found[1]), file.stem, ast.get_docstring(each)


def test_each_case_has_one_test_and_a_reason():
    numbers = [number for number, _, _ in cases()]
    assert sorted(numbers) == sorted(number for part in CASES.values() for number in part)
    assert sorted(numbers) == [*range(1, 93)]
    assert all(reason and reason.endswith((".", ").")) for _, _, reason in cases())
    places = {heading: {file for number, file, _ in cases() if number in part} for heading, part in CASES.items()}
    assert all(len(files) == 1 for files in places.values()), "a heading is a file"


def test_the_report_names_what_is_throttled_by_what():
    shown = throttled()
    assert shown.row_count > 20
    named = {row.name for row in limit_table.rows(Recovery(), Limits())}
    assert all(any(name.startswith(each) for name in named) for each in THROTTLED)
    played = {number for part in CASES.values() for number in part}
    assert {number for some in THROTTLED.values() for number in some} <= played


def test_only_the_start_of_a_flow_asks_for_the_disclosure():
    """Why most cases are played in one mode: nothing else can differ."""
    asking = {}
    for file in (ROOT / "functions").rglob("*.py"):
        for function in ast.walk(ast.parse(file.read_text())):
            if isinstance(function, ast.FunctionDef):
                names = [
                    node for node in ast.walk(function) if isinstance(node, ast.Attribute) and node.attr == "disclosure"
                ]
                if names and "cli" not in file.parts:
                    asking.setdefault(file.name, set()).add(function.name)
    assert asking == {"flow.py": {"start", "_obstacle"}}


def test_the_area_says_how_well_two_sets_of_times_are_told_apart():
    assert area([2, 3], [0, 1]) == 1
    assert area([0, 1], [2, 3]) == 0
    assert area([1, 1], [1, 1]) == 0.5
    assert area([1, 3], [2]) == 0.5
    assert Step([1.0 + n for n in range(50)], [100.0 + n for n in range(50)]).p_value < 1e-9
    assert Step([float(n) for n in range(0, 100, 2)], [float(n) for n in range(1, 100, 2)]).p_value > 0.5

"""Every requirement, S1 to S75 from the articles and B1 to B42 beyond them, is named by a test."""

import ast
import re

from tests.conftest import ROOT

EVERY = {f"S{number}" for number in range(1, 76)} | {f"B{number}" for number in range(1, 43)}
_NUMBERS = re.compile(r"(?<![A-Za-z0-9])([SBsb])(\d\d?)(?:-[SBsb](\d\d?))?(?![A-Za-z0-9])")
JUDGED_BY_PEOPLE = {
    "B35": "whether a desk can be worked at for a day with the keyboard alone; tests use each view in Chromium, role by role",
    "B40": "whether a native writer would say it so; tests hold that one thing has one name, and how easy pages are to read",
    "S32": "whether a picture helps; a test holds that each has words, as for S48 and S55",
}
"""What is left of a requirement for people to judge, and what tests do of it."""


def named(text):
    """The requirements that a text names: `s33`, `B2`, `S40-S50`."""
    for kind, first, last in _NUMBERS.findall(text):
        yield from (f"{kind.upper()}{number}" for number in range(int(first), int(last or first) + 1))


def said(path):
    """What a file of tests says of itself: its docstring, and name and docstring of each class and test."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Module):
            yield ast.get_docstring(node) or ""
        elif isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name.lower().startswith("test"):
            yield f"{node.name.replace('_', ' ')} {ast.get_docstring(node) or ''}"


def test_every_requirement_is_named_by_a_test():
    found = {
        number
        for path in (ROOT / "tests").rglob("test_*.py")
        if path.name != "test_requirements.py" and "node_modules" not in path.parts
        for text in said(path)
        for number in named(text)
    }
    assert sorted(EVERY - found) == []
    assert sorted(found - EVERY) == []
    assert JUDGED_BY_PEOPLE.keys() <= EVERY

"""Checks that a test elsewhere, which proves a case, exists, runs and asserts something."""

import ast

from tests.conftest import ROOT

_OFF = {"skip", "skipif", "xfail"}


def proved(path: str, *names: str) -> bool:
    """Whether each of these tests exists in a file, can run, and asserts something (also through a helper of its file)."""
    tree = ast.parse((ROOT / path).read_text())
    functions = {each.name: each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}
    for name in names:
        test = functions.get(name)
        assert test, f"{path} has no test {name} any more"
        off = {node.attr for mark in test.decorator_list for node in ast.walk(mark) if isinstance(node, ast.Attribute)}
        assert not off & _OFF, f"{name} does not run"
        assert _asserts(test, functions), f"{name} asserts nothing"
    return True


def _asserts(function: ast.FunctionDef, functions: dict[str, ast.FunctionDef]) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called in ("expect", "raises"):
                return True
            helper = functions.get(called)
            if helper and helper is not function and _asserts(helper, functions):
                return True
    return False

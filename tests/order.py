"""Which cases of slow tests run, and on which worker, in which order."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from xdist.scheduler import LoadFileScheduling

_TESTS = Path(__file__).parent
_T = TypeVar("_T")

THOROUGH = bool(os.environ.get("THOROUGH"))
"""Whether all of each test runs: `make test THOROUGH=1`, as before a release."""
thorough = pytest.mark.skipif(not THOROUGH, reason="THOROUGH=1 runs it")


def some(everything: Sequence[_T], *few: _T) -> Sequence[_T]:
    """The cases of a slow test: everything if the run is thorough, else a `few` of them."""
    assert set(few) <= set(everything)
    return everything if THOROUGH else few


_LONG = ("supply_chain", "abuse", "lighthouse", "local", "fuzz", "build")
"""Folders with tests of twenty seconds and more: begun last, each would keep one worker busy after the others."""


def pytest_collection_modifyitems(items):
    """Long tests come first. Those at the end are short, so that all workers end at about the same time."""
    places = {name: place for place, name in enumerate(_LONG)}
    items.sort(key=lambda item: places.get(item.path.relative_to(_TESTS).parts[0], len(_LONG)))


class _OfOneStack(LoadFileScheduling):
    """Runs the tests of a file on one worker, and all cases of abuse in one mode too: each worker would start the stack."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        if file.startswith("tests/abuse/"):
            return "abuse, detailed" if "[detailed" in nodeid else "abuse, private"
        return file


def pytest_xdist_make_scheduler(config, log):
    """`--dist loadfile` with fewer stacks; any other distribution stays as it is."""
    return _OfOneStack(config, log) if config.getvalue("dist") == "loadfile" else None

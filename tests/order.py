"""Which cases of slow tests run, and on which worker, in which order."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from xdist.scheduler import LoadFileScheduling

_TESTS = Path(__file__).parent
_T = TypeVar("_T")


def some(everything: Sequence[_T], *few: _T) -> Sequence[_T]:
    """The cases of a slow test: a `few` of them in `make test`, everything in `make test THOROUGH=1`."""
    assert set(few) <= set(everything)
    return everything if os.environ.get("THOROUGH") else few


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
    """The order in which workers get tests, in place of `--dist loadfile`."""
    return _OfOneStack(config, log)

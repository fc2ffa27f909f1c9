"""What is measured of an organisation of so many people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ACTS = ("search", "report", "reset")


@dataclass(frozen=True)
class Import:
    """What `people import` took: CPU seconds, MB at most, and operations on tables for each hundred people.

    At its end it counts who could get back in, and reads all user IDs: so many `pages` of 1 MB.
    """

    seconds: float
    megabytes: float
    operations: Mapping[str, float]
    pages: int


@dataclass(frozen=True)
class Act:
    """What one act took each time: CPU seconds of the functions, and how many operations on tables."""

    seconds: list[float]
    operations: list[int]


@dataclass(frozen=True)
class Size:
    """An organisation of so many people, and what it cost."""

    people: int
    imported: Import
    acts: Mapping[str, Act]

    @property
    def operations(self) -> dict[str, Any]:
        """What must be the same for every size: the operations of each act, and of an import for a hundred people."""
        return {"import": dict(self.imported.operations), **{name: self.acts[name].operations for name in ACTS}}

"""The table of abuse cases: what was tried, in which mode, whether it held, and why."""

import re
from collections import defaultdict

import pytest
import rich.table
from rich.markup import escape

from regain.domain import limit_table
from regain.organisation import file
from regain.organisation.language import Languages
from tests.conftest import ROOT

CASES = {
    "Who exists": range(1, 11),
    "Identity confusion": range(11, 19),
    "Codes": range(19, 31),
    "Flow": range(31, 41),
    "Passwords": range(41, 47),
    "Sessions and roles": range(47, 55),
    "Edge": range(55, 61),
    "Leaks": range(61, 64),
    "Cloud": range(64, 69),
    "Found by trying": (69, 70, 71, 72, 73, 75, 76, 86, 87),
    "Binding and repudiation": (74, 77, 78, 79, 84, 85),
    "Doors": (80, 81, 82, 83, 88),
    "Directories": (89, 90, 91, 92),
}
"""The numbers of the cases, by what they are about."""
THROTTLED = {
    "proofs-network": (19, 20, 22, 75), "proofs-all": (20,), "proofs-browser": (70,), "proofs-session": (69,),
    "proofs-caller": (69,), "sign-ins-network": (3, 72, 86), "sign-ins-all": (70,), "sign-ins-browser": (70,),
    "messages-network": (6, 30), "messages-all": (13, 30), "place": (73,), "failures": (21, 71), "starts": (82,),
    "help": (70, 81), "guesses": (5,),
}  # fmt: skip
"""The cases in which a limit is reached, or in which somebody goes on past it, by how the limit's name begins."""
NUMBER = sum(len(numbers) for numbers in CASES.values())
_NAME = re.compile(r"test_(\d\d)_(\w+?)(?:\[(\w+)\])?$")


def describe(item: pytest.Item) -> None:
    """Puts the reason of a case, which is its docstring, where its report carries it."""
    if _NAME.fullmatch(item.name) and "abuse" in item.path.parts:
        reason = " ".join((item.function.__doc__ or "").split())
        item.user_properties.append(("reason", reason))


def throttled() -> rich.table.Table:
    """What is throttled by what at the defaults, and which cases play it."""
    shown = rich.table.Table("counted", "by", "at most", "in", "past it", "cases", title="What is throttled by what")
    organisation = file.read(ROOT / "organisation.yaml")
    language = Languages(organisation).get("en")
    for row in limit_table.rows(organisation.recovery, organisation.limits):
        cases = sorted({each for name, some in THROTTLED.items() if row.name.startswith(name) for each in some})
        words = map(language.translate, (row.counted, row.by, row.window, row.past))
        counted, by, window, past = words
        most = f"{row.most:,}{' ±25 %' if row.varies else ''}"
        shown.add_row(
            counted, by, most, window, past, ", ".join(map(str, cases)) or "tests/functions/test_throttling.py"
        )
    return shown


class Table:
    """A plugin that gathers what became of each case."""

    def __init__(self) -> None:
        self.outcomes: dict[int, dict[str, str]] = defaultdict(dict)
        self.words: dict[int, tuple[str, str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One part of a test: its setup, its call or its end."""
        found = _NAME.search(report.nodeid.rpartition("::")[2])
        if not found or "tests/abuse/" not in report.nodeid:
            return
        number, mode = int(found[1]), found[3] or "private"
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[number][mode] = report.outcome
        self.words[number] = found[2].replace("_", " "), dict(report.user_properties).get("reason", "")

    def shown(self) -> rich.table.Table:
        """The table, for a terminal."""
        shown = rich.table.Table("", "case", "", "in", "because", title="What attackers try", title_justify="left")
        for heading, numbers in CASES.items():
            shown.add_section()
            shown.add_row("", f"[bold]{heading}", "", "", "")
            for number in numbers:
                outcomes, (what, why) = self.outcomes.get(number, {}), self.words.get(number, ("not played", ""))
                holds = "holds" if self._holds(number) else "[bold red]FAILS"
                shown.add_row(str(number), what, holds, " and ".join(sorted(outcomes)), escape(why))
        return shown

    def _holds(self, number: int) -> bool:
        outcomes = self.outcomes.get(number, {})
        return bool(outcomes) and set(outcomes.values()) == {"passed"}

    @property
    def held(self) -> int:
        """How many cases hold."""
        return sum(self._holds(number) for part in CASES.values() for number in part)

"""What a problem is, and how a request is refused with one."""

import re
from dataclasses import dataclass

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)|\*\*([^*]*)\*\*")


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of the catalogue.

    `when` names the features of the organisation (a setting of `recovery`, kinds of method) of which the
    problem needs at least one to occur; without, its page is left out. `field` is the form field that it
    is about, if it is about one.
    `row` marks the four rows of the articles' table of common problems (S64-S68).
    """

    code: str
    status: int
    title: str
    explanation: str
    steps: tuple[str, ...]
    help_from: str = "administrator"
    field: str = ""
    table_row: str = ""
    features: str = ""


class Refused(Exception):
    """A request that ends in a problem, with the facts that its answer needs. Knows no HTTP.

    `reason` is for the event only: what really happened, where the answer must not tell.
    """

    def __init__(self, problem: Problem, *, reason: str = "", **facts: object) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.reason = reason or problem.code
        self.facts = facts


def plain_text(text: str) -> str:
    """Markdown without its marks, for answers that are read as text."""
    return _LINK.sub(lambda match: match[1] or match[2], text)

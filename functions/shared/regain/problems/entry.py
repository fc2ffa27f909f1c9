"""Problem types (RFC 9457), and the exception that refuses a request with one."""

import re
from dataclasses import dataclass

_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)|\*\*([^*]*)\*\*")


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem type: what happened (`explanation`), what to do (`steps`), and who can help (`help_from`).

    `field` is the form field that the problem is about, if any. `table_row` marks the four rows of the articles'
    table of common problems (S64-S68). `features` lists settings of `recovery` and kinds of method, separated by
    spaces, or is `several-domains`, `directory` (passwords are kept in one), `provider` (one signs people in), or
    `no-unlock` or `no-sign-in` (some directory does not offer it): without at least one of them the problem cannot
    occur, and its page is left out.
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
    """Raised to refuse a request with a problem. `facts` become members of the answer; HTTP is not known here.

    `reason` goes to the audit event only: it says what really happened where the answer must not.
    """

    def __init__(self, problem: Problem, *, reason: str = "", **facts: object) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.reason = reason or problem.code
        self.facts = facts


def plain_text(text: str) -> str:
    """Markdown as plain text: links and bold become their words."""
    return _LINK.sub(lambda match: match[1] or match[2], text)

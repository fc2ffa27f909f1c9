"""Reasons: the rules that something breaks, each with a message."""

from collections.abc import Iterable
from dataclasses import dataclass

from regain.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that a password, an answer or an account does not meet. `message` never contains a secret."""

    rule: str
    message: Phrase


def feedback(reasons: Iterable[Reason]) -> list[dict[str, str | Phrase]]:
    """The reasons as the `feedback` member of a problem."""
    return [{"rule": each.rule, "message": each.message} for each in reasons]

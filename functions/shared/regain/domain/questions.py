"""Security questions (S46): given ones to choose from, and what answers must be.

Off by default: answers can be guessed or found out. They only ever follow or precede another proof.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

ASKED = 3
QUESTION_LENGTH = (3, 200)
ANSWER_LENGTH = (3, 40)

GIVEN: dict[str, str] = {
    f"q{number:02}": text
    for number, text in enumerate(
        (
            "In which town did your parents first meet?",
            "What was the first name of your first teacher?",
            "Which street did you live in when you were ten?",
            "What was the name of your first soft toy?",
            "What did you cook the first time you cooked alone?",
            "Which instrument did you first learn to play?",
            "What was the title of the first book that you read twice?",
            "Where did you go on your first journey without your family?",
            "What was your nickname as a child?",
            "Which animal were you afraid of as a child?",
            "What was the colour of your first bicycle?",
            "What was the family name of your first neighbours?",
            "In which town did your oldest cousin grow up?",
            "What was the first film that you saw in a cinema?",
            "What was the name of your first employer?",
            "Which job did you dream of when you were a child?",
            "What was the first thing that you bought with your own money?",
            "Where were you on the last New Year's Eve of your school days?",
            "What was the name of the first ship or boat that you were on?",
            "Which meal did your grandmother cook best?",
            "What was the first name of your best friend at school?",
            "In which town did you spend your first holiday?",
            "What was the first concert that you went to?",
            "Which subject did you like least at school?",
            "What was the name of your first pet?",
            "Which team did you first support?",
            "What was the make of your first car or motorcycle?",
            "What was the first name of the person who taught you to swim?",
            "Which song did you know by heart as a child?",
            "What was the name of the house, farm or block where you grew up?",
            "Which game did you play most as a child?",
            "What was the first name of your first manager?",
            "In which town did you have your first job?",
            "Which museum did you first visit?",
            "What did you collect as a child?",
            "What was the first name of your oldest relative whom you have known?",
            "Which tree stood nearest to your childhood home?",
            "What was your first costume for a party?",
            "Which food did you refuse to eat as a child?",
            "What was the number or name of the bus that took you to school?",
        ),
        start=1,
    )
}
"""The given questions, by an id that stays: the list only grows."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one pair, by its place; never holds the answer."""

    rule: str
    message: str


def text(question: str) -> str:
    """A question as it is asked: the words of a given one, or a person's own."""
    return GIVEN.get(question, question)


def own(question: str) -> bool:
    """Whether the person wrote the question."""
    return question not in GIVEN


def normal(answer: str) -> str:
    """An answer in the one form that is hashed: case, width, accents' form and extra spaces do not matter."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", answer).casefold())
    return " ".join(folded.split())


def faults(pairs: Iterable[tuple[str, str]], needed: int) -> tuple[Fault, ...]:
    """Everything that is wrong with what a person wants to register (S74).

    `pairs` are questions (an id or own words) and answers as they were typed.
    """
    pairs = [(question, normal(answer)) for question, answer in pairs]
    found = [] if len(pairs) == needed else [Fault("number", f"Choose {needed} questions.")]
    for place, (question, answer) in enumerate(pairs, start=1):
        before = pairs[: place - 1]
        wrong = _wrong(question, answer, before)
        found += [Fault(f"question-{place}", f"Question {place}: {what}") for what in wrong]
    return tuple(found)


def _wrong(question: str, answer: str, before: list[tuple[str, str]]) -> list[str]:
    words = set(re.findall(r"\w{3,}", normal(text(question))))
    said = answer.split()
    asked = " ".join(text(question).split())
    least, most = ANSWER_LENGTH
    shortest, longest = QUESTION_LENGTH
    checks = (
        (not shortest <= len(asked) <= longest, f"a question has {shortest} to {longest} characters."),
        (normal(asked) in {normal(text(other)) for other, _ in before}, "you have chosen it already."),
        (not least <= len(answer) <= most, f"an answer has {least} to {most} characters."),
        (answer in {other for _, other in before}, "you have given this answer already."),
        (bool(words & set(said)), "leave words of the question out of the answer."),
        (len(set(answer)) < 2, "one character alone is easy to guess."),
    )
    return [message for wrong, message in checks if wrong]

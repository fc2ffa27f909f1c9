"""Security questions (S46): the predefined ones, and the rules for questions and answers.

Off by default, because answers can be guessed or looked up. They are never the only proof.
"""

import re
import unicodedata
from collections.abc import Iterable

from regain.domain import human_input
from regain.domain.reason import Reason
from regain.phrases import Phrase

NUMBER_ASKED = 3
QUESTION_LENGTH = (3, 200)
ANSWER_LENGTH = (3, 40)

PREDEFINED: dict[str, Phrase] = {
    f"q{number:02}": text
    for number, text in enumerate(
        (
            Phrase("In which town did your parents first meet?"),
            Phrase("What was the first name of your first teacher?"),
            Phrase("Which street did you live in when you were ten?"),
            Phrase("What was the name of your first soft toy?"),
            Phrase("What did you cook the first time you cooked alone?"),
            Phrase("Which instrument did you first learn to play?"),
            Phrase("What was the title of the first book that you read twice?"),
            Phrase("Where did you go on your first journey without your family?"),
            Phrase("What was your nickname as a child?"),
            Phrase("Which animal were you afraid of as a child?"),
            Phrase("What was the colour of your first bicycle?"),
            Phrase("What was the family name of your first neighbours?"),
            Phrase("In which town did your oldest cousin grow up?"),
            Phrase("What was the first film that you saw in a cinema?"),
            Phrase("What was the name of your first employer?"),
            Phrase("Which job did you dream of when you were a child?"),
            Phrase("What was the first thing that you bought with your own money?"),
            Phrase("Where were you on the last New Year's Eve of your school days?"),
            Phrase("What was the name of the first ship or boat that you were on?"),
            Phrase("Which meal did your grandmother cook best?"),
            Phrase("What was the first name of your best friend at school?"),
            Phrase("In which town did you spend your first holiday?"),
            Phrase("What was the first concert that you went to?"),
            Phrase("Which subject did you like least at school?"),
            Phrase("What was the name of your first pet?"),
            Phrase("Which team did you first support?"),
            Phrase("What was the make of your first car or motorcycle?"),
            Phrase("What was the first name of the person who taught you to swim?"),
            Phrase("Which song did you know by heart as a child?"),
            Phrase("What was the name of the house, farm or block where you grew up?"),
            Phrase("Which game did you play most as a child?"),
            Phrase("What was the first name of your first manager?"),
            Phrase("In which town did you have your first job?"),
            Phrase("Which museum did you first visit?"),
            Phrase("What did you collect as a child?"),
            Phrase("What was the first name of the oldest relative you have known?"),
            Phrase("Which tree stood nearest to your childhood home?"),
            Phrase("What was your first costume for a party?"),
            Phrase("Which food did you refuse to eat as a child?"),
            Phrase("What was the number or name of the bus that took you to school?"),
        ),
        start=1,
    )
}
"""Predefined questions by id. The ids are stored, so questions are only ever added."""


def text(question: str) -> Phrase | str:
    """The text of a question: a predefined one's, or the person's own words."""
    return PREDEFINED.get(question, question)


def is_custom(question: str) -> bool:
    """Whether the person wrote the question themselves."""
    return question not in PREDEFINED


def normalise(answer: str) -> str:
    """The canonical form of an answer, which is hashed: normalised by `human_input`, case-folded, single-spaced."""
    folded = unicodedata.normalize("NFKC", human_input.read_sentence(answer).casefold())
    return " ".join(folded.replace("i\u0307", "i").split())


def failures(pairs: Iterable[tuple[str, str]], needed: int) -> tuple[Reason, ...]:
    """Every rule that the questions and answers break (S74).

    `pairs` are questions as shown to the person and answers as typed; `needed` is how many there must be.
    """
    pairs = [(human_input.read_line(question), normalise(answer)) for question, answer in pairs]
    found = [] if len(pairs) == needed else [Reason("number", Phrase("Choose {questions_registered} questions."))]
    for place, (question, answer) in enumerate(pairs, start=1):
        before = pairs[: place - 1]
        wrong = _wrong(question, answer, before)
        found += [Reason(f"question-{place}", Phrase("Question {n}: {what}", n=place, what=what)) for what in wrong]
    return tuple(found)


def _length(answer: str) -> int:
    """The length of an answer. Wide characters count as two, because names in ideographs are often two long."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in answer)


def _wrong(question: str, answer: str, before: list[tuple[str, str]]) -> list[Phrase]:
    words = set(re.findall(r"\w{3,}", normalise(question)))
    least, most = ANSWER_LENGTH
    shortest, longest = QUESTION_LENGTH
    checks = (
        (not shortest <= len(question) <= longest,
         Phrase("a question must have {least} to {most} characters.", least=shortest, most=longest)),
        (normalise(question) in {normalise(other) for other, _ in before},
         Phrase("you have already chosen this question.")),
        (_length(answer) < least or len(answer) > most,
         Phrase("an answer must have {least} to {most} characters.", least=least, most=most)),
        (answer in {other for _, other in before}, Phrase("you have already given this answer.")),
        (bool(words & set(answer.split())), Phrase("do not use words from the question.")),
        (len(set(answer)) < 2, Phrase("a single character is easy to guess.")),
    )  # fmt: skip
    return [message for wrong, message in checks if wrong]

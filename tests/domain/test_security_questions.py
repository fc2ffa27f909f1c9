"""Security questions: what may be an answer (S46, S74)."""

import pytest

from regain.domain.security_questions import PREDEFINED, failures, normalise

QUESTION = PREDEFINED["q11"].text


@pytest.mark.parametrize(
    ("answer", "fits"), [("红色", True), ("青い", True), ("red", True), ("红", False), ("no", False)]
)
def test_an_answer_in_ideographs_may_be_as_short_as_its_word_f35(answer, fits):
    """So that no translation has to ask for more than the question does."""
    assert (failures([(QUESTION, answer)], 1) == ()) is fits


@pytest.mark.parametrize(
    ("registered", "typed"),
    [
        ("O'Brien 7", "o\u2019brien \u0667"), ("Port Talbot", "port\u00a0Talbot. "), ("\u0130stanbul", "istanbul"),
        ("two herons", "\u200ftwo\u200b herons\u200f"), ("\u7ea2\u8272", "\u7ea2\u8272\u3002"),
    ],
    ids=["apostrophe and digits", "double space", "Turkish capital", "invisible marks", "ideographic stop"],
)  # fmt: skip
def test_an_answer_is_the_same_whatever_keyboard_it_was_typed_on_f5_f6(registered, typed):
    assert normalise(registered) == normalise(typed)

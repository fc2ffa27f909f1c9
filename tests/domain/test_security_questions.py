"""Security questions: what may be an answer (S46, S74)."""

import pytest

from regain.domain.security_questions import PREDEFINED, failures

QUESTION = PREDEFINED["q11"].text


@pytest.mark.parametrize(
    ("answer", "fits"), [("红色", True), ("青い", True), ("red", True), ("红", False), ("no", False)]
)
def test_an_answer_in_ideographs_may_be_as_short_as_its_word_f35(answer, fits):
    """So that no translation has to ask for more than the question does."""
    assert (failures([(QUESTION, answer)], 1) == ()) is fits

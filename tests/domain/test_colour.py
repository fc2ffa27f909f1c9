"""Contrast (WCAG 2.2, 1.4.6): text must be legible on an organisation's colour."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regain.domain.colour import BLACK, MINIMUM_CONTRAST, WHITE, contrast, darken_for_white_text, mix, text_colour

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [(BLACK, WHITE, 21), (WHITE, WHITE, 1), ("#767676", WHITE, 4.54), ("#12355b", WHITE, 12.5)],
)
def test_contrast_is_that_of_the_guidelines(one, other, expected):
    assert contrast(one, other) == contrast(other, one) == pytest.approx(expected, abs=0.05)


@given(colours)
def test_the_colour_that_is_proposed_can_be_read_on(colour):
    better = darken_for_white_text(colour)
    assert contrast(better, WHITE) >= MINIMUM_CONTRAST
    assert (better == colour) == (contrast(colour, WHITE) >= MINIMUM_CONTRAST) or better == colour


@given(colours)
def test_ink_is_the_one_that_is_read_more_easily(colour):
    assert contrast(text_colour(colour), colour) == max(contrast(BLACK, colour), contrast(WHITE, colour)) >= 4.5


def test_a_mixture_is_between():
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
    assert mix("#123456", "#ffffff", 0) == "#123456"

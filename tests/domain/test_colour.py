"""Contrast (WCAG 2.2, 1.4.6): text must be legible on an organisation's colour."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regain.domain.colour import (
    BLACK,
    MINIMUM_CONTRAST,
    WHITE,
    contrast,
    darken_for_white_text,
    mix,
    same_hue,
    text_colour,
)

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


ERROR = "#a31621"


@pytest.mark.parametrize("red", ["#7a1f2b", "#8a0f18", "#5b1220", "#803300", "#9d174d"])
def test_a_brand_that_people_call_red_is_the_hue_of_errors_f67(red):
    assert same_hue(red, ERROR)
    assert same_hue(ERROR, red)


@pytest.mark.parametrize("other", ["#12355b", "#12593a", "#3b0a45", "#6b4700", "#44525f", BLACK, WHITE])
def test_other_brands_and_greys_are_not_f67(other):
    assert not same_hue(other, ERROR)

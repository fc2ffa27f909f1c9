"""One spacing scale, one radius, a border or a shadow: what makes pages look like one hand's (F61)."""

import re

import pytest

from hooks.assets import SOURCES

SCALE = {0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3}  # rem
_SPACE = re.compile(r"(?:margin|padding|gap)(?:-[a-z]+)*:\s*([^;}]+)")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
SHEETS = sorted(path.name for path in SOURCES.glob("*.css"))


@pytest.mark.parametrize("name", SHEETS)
def test_spaces_are_of_one_scale_and_corners_of_one_radius_f61(name):
    css = (SOURCES / name).read_text()
    spaces = {float(each) for said in _SPACE.findall(css) for each in re.findall(r"(?<![\w.])-?([\d.]+)rem", said)}
    assert spaces <= SCALE
    assert not re.search(r"(?:margin|padding|gap)(?:-[a-z]+)*:[^;}]*\d(?:px|vh|%)", css)
    assert set(re.findall(r"border-radius:\s*([^;}]+)", css)) <= {
        "var(--round)",
        "50%",
        "99px",
    }  # circles and pills have no corners


@pytest.mark.parametrize("name", SHEETS)
def test_what_floats_has_a_shadow_and_everything_else_a_border_f61(name):
    for selector, said in _RULE.findall((SOURCES / name).read_text()):
        if "var(--lift)" in said:
            assert "position: absolute" in said or selector.strip() == "dialog", (
                selector
            )  # a dialog is in the top layer
            assert "border:" not in said or "border: 0" in said, selector

"""One spacing scale, one radius, a border or a shadow: what makes pages look like one hand's (F60-F72)."""

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


def rules(name):
    """What a style sheet says of each selector, in media queries too."""
    found = {}
    for selector, said in _RULE.findall(re.sub(r"/\*.*?\*/|@[^{;]+\{", "", (SOURCES / name).read_text())):
        found[selector.strip()] = found.get(selector.strip(), "") + said
    return found


def test_a_plain_button_stands_under_its_text_and_what_destroys_has_a_colour_of_its_own_f60_f66():
    forms = rules("forms.css")
    assert "padding-inline: 0; border-inline: 0" in forms["button.plain"]
    assert "var(--error)" in forms[".danger, .danger:hover"]
    assert "background: none" in forms["button.secondary"]  # Print, Copy


def test_radios_are_empty_until_they_are_chosen_f69():
    forms = rules("forms.css")
    assert "background: var(--ground)" in forms['.choice [type="radio"]']
    assert "var(--link)" in forms['.choice [type="radio"]:checked']


def test_forced_colours_keep_the_progress_and_show_one_current_page_f70():
    forms, guidance = ((SOURCES / name).read_text() for name in ("forms.css", "guidance.css"))
    assert "@media (forced-colors: active) { progress { appearance: auto; } }" in forms
    assert ".side a:not([aria-current]) { border-color: Canvas; }" in guidance.partition("forced-colors")[2]


def test_success_has_a_mark_and_a_long_name_no_stray_line_f68_f71():
    assert 'content: "✓"' in rules("forms.css")[".done::before"]
    assert "width: 4rem" in rules("forms.css")[".success::before"]
    site = rules("site.css")
    assert "flex-wrap: wrap" in site[".brand"]
    assert "border" not in site[".brand-service"]


def test_tables_give_their_first_column_room_and_the_menu_stands_beside_the_text_f63_f64():
    assert "width: 30%" in rules("guidance.css")[".table td:first-child"]
    assert "(0, 42rem) 14rem; gap: 3rem" in rules("site.css")[".grid"]


@pytest.mark.parametrize("name", SHEETS)
def test_no_sheet_styles_every_details_or_summary_f72(name):
    """On a page of administrators that changed the menu of languages in the header."""
    for selectors in rules(name):
        assert not re.match(r"(details|summary)\b", selectors), selectors

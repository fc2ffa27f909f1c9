"""Colour contrast by WCAG 2.2, 1.4.6 (AAA: 7 to 1)."""

MINIMUM_CONTRAST = 7.0
BLACK, WHITE = "#000000", "#ffffff"


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours such as `#12355b`, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def text_colour(background: str) -> str:
    """Black or white, whichever has more contrast on this background."""
    return max(WHITE, BLACK, key=lambda each: contrast(each, background))


def mix(one: str, other: str, share: float) -> str:
    """A mix of two colours; `share` is the proportion of the second, from 0 to 1."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def darken_for_white_text(colour: str) -> str:
    """The nearest darker colour that has enough contrast with white text."""
    for step in range(101):
        darker = mix(colour, BLACK, step / 100)
        if contrast(darker, WHITE) >= MINIMUM_CONTRAST:
            return darker
    return BLACK


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _channels(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

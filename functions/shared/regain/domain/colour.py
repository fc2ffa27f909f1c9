"""Colours that words can be read on: contrast after WCAG 2.2, 1.4.6 (seven to one, AAA)."""

MINIMUM_CONTRAST = 7.0
BLACK, WHITE = "#000000", "#ffffff"


def contrast(one: str, other: str) -> float:
    """From 1 to 21, of two colours such as `#12355b`."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def text_colour(ground: str) -> str:
    """Black or white, whichever is read more easily on a colour."""
    return max(WHITE, BLACK, key=lambda each: contrast(each, ground))


def mix(one: str, other: str, share: float) -> str:
    """A colour between two; `share` is how much there is of the second."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def darken_for_white_text(colour: str) -> str:
    """The nearest darker colour on which white can be read."""
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

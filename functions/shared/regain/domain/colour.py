"""The organisation's colours: contrast (WCAG 2.2, 1.4.6, level AAA: 7 to 1) and perceived hue (OKLCH)."""

import math

MINIMUM_CONTRAST = 7.0
_ALIKE = 30  # degrees within which two hues have the same name
_GREY = 0.06  # chroma below which a colour looks grey
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


def same_hue(one: str, other: str) -> bool:
    """Whether people would call both colours by the same name, such as red. Greys have no hue."""
    (hue, chroma), (second, second_chroma) = _hue_and_chroma(one), _hue_and_chroma(other)
    apart = abs((hue - second + 180) % 360 - 180)
    return apart < _ALIKE and min(chroma, second_chroma) > _GREY


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: str) -> list[float]:
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _channels(colour))]


def _hue_and_chroma(colour: str) -> tuple[float, float]:
    """Hue in degrees and chroma, in OKLCH (https://bottosson.github.io/posts/oklab/)."""
    red, green, blue = _linear(colour)
    long, medium, short = (
        (r * red + g * green + b * blue) ** (1 / 3)
        for r, g, b in (
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        )
    )
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return math.degrees(math.atan2(b, a)), math.hypot(a, b)

"""The organisation's brand: its colour in the style sheet and on the social card, and its logo in the bar."""

import logging
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from regain.domain.colour import BLACK, MINIMUM_CONTRAST, WHITE, contrast, mix, same_hue, text_colour

DEFAULT = "#12355b"
_MAX_LOGO = 30_000  # bytes: every page loads it
_LOGO_HEIGHT = 32  # pixels in the bar
_LOG = logging.getLogger("mkdocs.hooks.brand")


class BrandError(Exception):
    """The logo cannot be used; the message says why."""


@dataclass(frozen=True)
class Logo:
    """The logo's file and the size in pixels at which it is shown."""

    name: str
    content: bytes
    width: int
    height: int = _LOGO_HEIGHT


def apply_colour(css: str, colour: str) -> str:
    """The style sheet with the organisation's colour: in the bar, and in links and buttons if white is legible on it.

    A brand with the hue of errors stays in the bar: a link would look like an error, and a button like a destructive
    act (F67).
    """
    if not colour:
        return css
    link, error = "", re.search(r"--error: ?(#[0-9a-f]{6})", css)
    if error and same_hue(colour, error[1]):
        _LOG.info("organisation.colour: %s looks like an error. The bar has it; links and buttons stay blue.", colour)
    elif contrast(colour, WHITE) >= MINIMUM_CONTRAST:
        link = f"@media (prefers-color-scheme:light){{:root{{--link:{colour};--link-on:{mix(colour, BLACK, 0.35)}}}}}"
    return f"{css}\n:root{{--bar:{colour};--on-bar:{text_colour(colour)}}}\n{link}\n"


def logo(path: Path) -> Logo:
    """The organisation's logo, from a file. Raises BrandError."""
    if not path.is_file():
        raise BrandError(f"organisation.logo: there is no file {path.name} beside organisation.yaml")
    content = path.read_bytes()
    if len(content) > _MAX_LOGO:
        raise BrandError(
            f"organisation.logo: {path.name} has {len(content):,} bytes, and {_MAX_LOGO:,} at most are shown"
        )
    wide, high = _size(content, path.suffix) or (0, 0)
    if not wide or not high:
        raise BrandError(f"organisation.logo: {path.name} does not say its size (a PNG, or an SVG with a viewBox)")
    return Logo(f"logo{path.suffix}", content, round(wide / high * _LOGO_HEIGHT))


def card(png: bytes, colour: str) -> bytes:
    """The social card in the organisation's colour.

    The palette of `png` runs from the background (first entry) to the ink (last entry), and is replaced.
    """
    ground, made, at = colour or DEFAULT, png[:8], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        if kind == b"PLTE":
            last = length // 3 - 1
            content = b"".join(bytes.fromhex(mix(ground, text_colour(ground), n / last)[1:]) for n in range(last + 1))
        made += struct.pack(">I", length) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        at += 12 + length
    return made


def _size(content: bytes, suffix: str) -> tuple[float, float] | None:
    if suffix == ".png":
        return struct.unpack(">II", content[16:24]) if content[:8] == b"\x89PNG\r\n\x1a\n" else None
    box = re.search(rb'viewBox="[\d.\-]+[ ,]+[\d.\-]+[ ,]+([\d.]+)[ ,]+([\d.]+)"', content)
    return (float(box[1]), float(box[2])) if box else None

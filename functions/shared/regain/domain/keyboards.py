"""Keyboard walks: adjacent keys along a row or down a column of common keyboard layouts.

Straight lines only: zigzags also spell ordinary words (`were`, `dress`).
"""

import functools
import unicodedata
from collections.abc import Iterator

LONGEST = 13
_SHORTEST_ROW, _SHORTEST_COLUMN = 4, 3  # columns spell no words: qaz, wsx

_LAYOUTS = (
    ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"),
    ("!@#$%^&*()", "qwertyuiop", "asdfghjkl", "zxcvbnm"),
    ('!"£$%^&*()', "qwertyuiop", "asdfghjkl", "zxcvbnm"),
    ('!"·$%&/()=', "qwertyuiop", "asdfghjklñ", "zxcvbnm"),
    ("1234567890ß", "qwertzuiopü", "asdfghjklöä", "yxcvbnm"),
    ('!"§$%&/()=', "qwertzuiopü", "asdfghjklöä", "yxcvbnm"),
    ("&é\"'(-è_çà", "azertyuiop", "qsdfghjklm", "wxcvbn"),
    ("1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn"),
    ("1234567890", "qwertyuıopğü", "asdfghjklşi", "zxcvbnmöç"),
    ("1234567890", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"),
    ("1234567890", "йцукенгшщзхї", "фівапролджє", "ячсмитьбю"),
    ("1234567890", "ςερτυθιοπ", "ασδφγηξκλ", "ζχψωβνμ"),
    ("1234567890", "/'קראטוןםפ", "שדגכעיחלךף", "זסבהנמצתץ"),
    ("1234567890", "ضصثقفغعهخحجد", "شسيبلاتنمكط", "ئءؤرىةوزظ"),
    ("1234567890", "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ", "ㅁㄴㅇㄹㅎㅗㅓㅏㅣ", "ㅋㅌㅊㅍㅠㅜㅡ"),
    ("1234567890", "たていすかんなにら", "ちとしはきくまのりれ", "つさそひこみもねるめ"),
    ("1234567890", "ौैाीूबहगदजड", "ोे्िुपरकतचट", "ंमनवलसय"),
    ("789", "456", "123"),
)
"""Rows from the top, the number row with and without shift. QWERTY of the USA, Britain and Spain, QWERTZ, AZERTY,
Turkish, Russian, Ukrainian, Greek, Hebrew, Arabic, Korean, Japanese kana, Hindi InScript, and a number pad."""


def _lines() -> Iterator[tuple[str, int]]:
    """Each row and column, and the shortest part of it that counts as a walk."""
    for layout in _LAYOUTS:
        for row in layout:
            yield row, _SHORTEST_ROW
        for at in range(max(map(len, layout))):
            yield "".join(row[at] for row in layout if at < len(row)), _SHORTEST_COLUMN
            if len(layout) > _SHORTEST_COLUMN:  # leaning to the left: zse4
                leaning = (row[at + 1 - n] for n, row in enumerate(layout) if 0 <= at + 1 - n < len(row))
                yield "".join(leaning), _SHORTEST_COLUMN


def _walks() -> Iterator[str]:
    for drawn, shortest in _lines():
        line = unicodedata.normalize("NFKC", drawn)
        for start in range(len(line)):
            for end in range(start + shortest, len(line) + 1):
                yield line[start:end]
                yield line[start:end][::-1]


@functools.cache
def walks() -> frozenset[str]:
    """Every keyboard walk, in both directions, in lower case. Built for the first password, not at a cold start."""
    return frozenset(_walks())

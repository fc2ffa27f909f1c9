"""Distinguished names in their string representation (RFC 4514)."""

from collections.abc import Iterator


def first_value(dn: str) -> str:
    r"""The value of a name's first part, without its escapes: that of `CN=Köln\\, Nord,OU=…` is `Köln, Nord`."""
    return "".join(_unescaped(dn.partition("=")[2]))


def _unescaped(text: str) -> Iterator[str]:
    letters, octets = iter(text), bytearray()
    for letter in letters:
        if letter in ",+":
            break
        following = next(letters, "") if letter == "\\" else ""
        if following and following in "0123456789abcdefABCDEF":
            second = next(letters, "0")
            octets.append(int(following + second, 16) if second in "0123456789abcdefABCDEF" else ord("?"))
        else:
            octets += (following or letter).encode()
    yield octets.decode(errors="replace")

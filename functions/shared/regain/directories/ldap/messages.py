"""LDAP messages (RFC 4511): those that `sansldap` lacks, and responses in the form that this package uses."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from sansldap import asn1

_MODIFY_REQUEST, _MODIFY_RESPONSE = 6, 7
_UNREADABLE = (ValueError, IndexError, asn1.NotEnougData)  # an integer of no bytes is an IndexError in `sansldap` 0.1
_KINDS = {"add": 0, "delete": 1, "replace": 2}


class Malformed(ValueError):
    """Bytes that are no LDAP message, or more of them than an answer may have."""


@dataclass(frozen=True, slots=True)
class Control:
    """A control of a request or an answer (RFC 4511 4.1.11)."""

    oid: str
    critical: bool = False
    value: bytes | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a modify request. Replacing by no values deletes the attribute, if it exists."""

    how: Literal["add", "delete", "replace"]
    attribute: str
    values: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a request: its code, the server's text, and the values of the controls it came with."""

    code: int
    text: str = ""
    controls: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a search. Names of attributes are in lower case."""

    dn: str
    attributes: dict[str, tuple[bytes, ...]]

    def all(self, name: str) -> tuple[str, ...]:
        """The values of an attribute as text; what is not UTF-8 is replaced."""
        return tuple(value.decode(errors="replace") for value in self.attributes.get(name.lower(), ()))

    def one(self, name: str) -> str:
        """The first value of an attribute, or ""."""
        return next(iter(self.all(name)), "")

    def number(self, name: str) -> int:
        """The first value of an attribute as a number, or 0."""
        text = self.one(name)
        return int(text) if text.lstrip("-").isdecimal() and len(text) < 24 else 0


def complete_length(received: bytes | bytearray, most: int) -> int:
    """The length of the message that `received` begins with; 0 while its header is not whole.

    Raises:
        Malformed: it is no message, or one of more than `most` bytes.
    """
    if received[:1] not in (b"", b"\x30"):
        raise Malformed("not an LDAP message")
    if len(received) < 2:
        return 0
    header, length = 2, received[1]
    if length & 0x80:
        header += length & 0x7F
        if not 3 <= header <= 6:
            raise Malformed("not a length of LDAP")
        if len(received) < header:
            return 0
        length = int.from_bytes(received[2:header], "big")
    if header + length > most:
        raise Malformed(f"an answer of {header + length} bytes; at most {most} are read")
    return header + length


def pack_modify(number: int, dn: str, changes: Sequence[Change], controls: Sequence[Control]) -> bytes:
    """A modify request (RFC 4511 4.6), which `sansldap` 0.1 lacks."""
    writer = asn1.ASN1Writer()
    with writer.push_sequence() as message:
        message.write_integer(number)
        with message.push_sequence(asn1.ASN1Tag(asn1.TagClass.APPLICATION, _MODIFY_REQUEST, True)) as request:
            request.write_octet_string(dn.encode())
            with request.push_sequence() as written:
                for change in changes:
                    _pack_change(written, change)
        if controls:
            with message.push_sequence(asn1.ASN1Tag(asn1.TagClass.CONTEXT_SPECIFIC, 0, True)) as written:
                for control in controls:
                    _pack_control(written, control)
    return bytes(writer.get_data())


def _pack_change(writer: asn1.ASN1Writer, change: Change) -> None:
    with writer.push_sequence() as item:
        item.write_enumerated(_KINDS[change.how])
        with item.push_sequence() as attribute:
            attribute.write_octet_string(change.attribute.encode())
            with attribute.push_set() as values:
                for value in change.values:
                    values.write_octet_string(value)


def _pack_control(writer: asn1.ASN1Writer, control: Control) -> None:
    with writer.push_sequence() as item:
        item.write_octet_string(control.oid.encode())
        if control.critical:
            item.write_boolean(True)
        if control.value is not None:
            item.write_octet_string(control.value)


def unpack_modified(frame: bytes) -> tuple[int, Answer] | None:
    """The message ID and result of a modify response; None if the message is another.

    Raises:
        Malformed: it cannot be read.
    """
    try:
        message = asn1.ASN1Reader(frame).read_sequence()
        number, header = message.read_integer(), message.peek_header()
        if (header.tag.tag_class, header.tag.tag_number) != (asn1.TagClass.APPLICATION, _MODIFY_RESPONSE):
            return None
        result = message.read_sequence(header=header)
        code = result.read_enumerated(int)
        result.read_octet_string()  # matchedDN
        return number, Answer(code, result.read_octet_string().decode(errors="replace"), _unpack_controls(message))
    except _UNREADABLE as error:
        raise Malformed("not a modify response") from error


def _unpack_controls(message: asn1.ASN1Reader) -> dict[str, bytes]:
    found = {}
    while message:
        header = message.peek_header()
        if (header.tag.tag_class, header.tag.tag_number) != (asn1.TagClass.CONTEXT_SPECIFIC, 0):
            message.skip_value(header)
            continue
        controls = message.read_sequence(header=header)
        while controls:
            item = controls.read_sequence()
            oid, value = item.read_octet_string().decode(), b""
            while item:
                part = item.peek_header()
                if part.tag.tag_number == asn1.TypeTagNumber.OCTET_STRING:
                    value = item.read_octet_string(header=part)
                else:
                    item.skip_value(part)
            found[oid] = value
    return found


def pack_password_modify(dn: str, new: str, old: str = "") -> bytes:
    """The value of a password modify request (RFC 3062 2.1)."""
    writer = asn1.ASN1Writer()
    with writer.push_sequence() as request:
        for number, text in enumerate((dn, old, new)):
            if text:
                tag = asn1.ASN1Tag(asn1.TagClass.CONTEXT_SPECIFIC, number, False)
                request.write_octet_string(text.encode(), tag=tag)
    return bytes(writer.get_data())


def pack_policy_hints() -> bytes:
    """The value of Active Directory's policy hints control: its password history holds for a reset too."""
    writer = asn1.ASN1Writer()
    with writer.push_sequence() as hints:
        hints.write_integer(1)
    return bytes(writer.get_data())


def policy_error(value: bytes) -> int | None:
    """The error in the answer's password policy control (draft-behera-ldap-password-policy 6.2), if it holds one."""
    try:
        reader = asn1.ASN1Reader(value).read_sequence()
        while reader:
            header = reader.peek_header()
            if (header.tag.tag_class, header.tag.tag_number) == (asn1.TagClass.CONTEXT_SPECIFIC, 1):
                return reader.read_enumerated(int, tag=header.tag, header=header)
            reader.skip_value(header)
    except _UNREADABLE:
        return None
    return None

"""The reader of LDAP: all that stands between the wire and Regain. Whatever comes is an answer or a fault."""

import pytest
import sansldap
from hypothesis import given
from hypothesis import strategies as st

from regain.directories.ldap import connection, messages
from regain.directories.ldap.connection import Connection
from regain.directories.ldap.messages import Malformed
from regain.directories.ldap.names import first_value
from tests.directories.wire import message
from tests.fuzz.strategies import bounded, text

ANSWERS = message(1 << 30, 7, 19, b"", b"0000052D: policy") + message(1, 1, 49, b"cn=x", b"data 52e")


def read(received):
    """Reads what a server sent after a bind, as a connection does."""
    opened = object.__new__(Connection)
    opened._client = sansldap.LDAPClient()
    opened._client.bind_simple("cn=x", "secret")
    try:
        while length := messages.complete_length(received, 1 << 20):
            frame, received = received[:length], received[length:]
            if messages.unpack_modified(frame) is None:
                connection._answer(opened._read(frame))
    except Malformed:
        return


@bounded
@given(received=st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_a_fault(received):
    read(received)
    read(b"\x30" + bytes([min(len(received), 127)]) + received)


@bounded
@given(at=st.integers(0, len(ANSWERS) - 1), byte=st.integers(0, 255), cut=st.integers(0, len(ANSWERS)))
def test_an_answer_with_a_changed_byte_is_an_answer_or_a_fault(at, byte, cut):
    read(ANSWERS[:at] + bytes([byte]) + ANSWERS[at + 1 :])
    read(ANSWERS[:cut])


@bounded
@given(value=st.binary(max_size=40))
def test_a_policy_control_of_any_bytes_is_an_error_or_none(value):
    assert isinstance(messages.policy_error(value), int | None)


@bounded
@given(dn=text | st.text("CN=ab\\\\,+0fF", max_size=20))
def test_any_dn_has_a_first_value(dn):
    assert isinstance(first_value(dn), str)


@pytest.mark.parametrize(
    ("dn", "value"),
    [
        ("CN=Domain Admins,CN=Users,DC=x", "Domain Admins"), ("OU=Vertrieb\\, Köln,DC=x", "Vertrieb, Köln"),
        ("OU=Vertrieb\\2C K\\C3\\B6ln,DC=x", "Vertrieb, Köln"), ("CN=a\\\"b\\\\c", 'a"b\\c'), ("", ""), ("CN=\\", "\\"),
        ("CN=\\4", "@"), ("CN=\\FF", "�"), ("CN=\\4x", "?"),
    ],
)  # fmt: skip
def test_the_first_value_of_a_dn_is_read_without_its_escapes(dn, value):
    assert first_value(dn) == value

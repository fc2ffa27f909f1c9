"""LDAP messages as a server writes them."""

from sansldap import asn1


def message(number, tag, *parts):
    """An LDAP message whose operation holds octet strings (bytes) and enumerated values (int)."""
    writer = asn1.ASN1Writer()
    with writer.push_sequence() as outer:
        outer.write_integer(number)
        with outer.push_sequence(asn1.ASN1Tag(asn1.TagClass.APPLICATION, tag, True)) as inner:
            for part in parts:
                inner.write_enumerated(part) if isinstance(part, int) else inner.write_octet_string(part)
    return bytes(writer.get_data())

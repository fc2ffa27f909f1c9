"""Passwords in Active Directory and OpenLDAP, over LDAP (RFC 4511) with TLS."""

"""A certificate authority for directories on this machine."""

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificate:
    """A server's certificate and key, and the authority's certificate, as PEM files."""

    file: Path
    key_file: Path
    ca_file: Path


class Authority:
    """An authority that lives as long as its folder."""

    def __init__(self, folder: Path, name: str = "Contoso test CA") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.file = folder, folder / "ca.pem"
        self._key = rsa.generate_private_key(65537, 2048)
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.BasicConstraints(ca=True, path_length=0)
        built = _builder(self._name, self._name, self._key).add_extension(usage, critical=True)
        built = built.add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
        self.file.write_bytes(built.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, address: str, days: int = 30) -> Certificate:
        """A certificate for a host name and an address."""
        key = rsa.generate_private_key(65537, 2048)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ipaddress.ip_address(address))])
        own = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        built = _builder(subject, self._name, key, days).add_extension(names, critical=False)
        signed = built.add_extension(own, critical=False).sign(self._key, hashes.SHA256())
        made = Certificate(self.folder / f"{name}.pem", self.folder / f"{name}.key", self.file)
        made.file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        made.key_file.touch(mode=0o600)  # Samba insists
        made.key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return made


def _builder(subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, days: int = 30) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    began = now - datetime.timedelta(days=1)
    return builder.not_valid_before(began).not_valid_after(now + datetime.timedelta(days=days))

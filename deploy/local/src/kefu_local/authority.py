"""Who certifies the servers: an authority drawn for this site, or the company's own."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kefu.trouble import Trouble
from shared.files import replace_file

_AUTHORITY_DAYS = 3650
"""Days for which an authority that we draw is good."""
_SERVER_DAYS = 397
"""Days for which a server's certificate is good; clients take none for longer."""
_RENEWED_BEFORE = timedelta(days=30)
"""How long before its end a server's certificate is drawn anew."""


class Authority:
    """An authority's certificate and what it has certified, in a folder: `ca.crt`, `ca.key`, `<server>.crt`, `.key`.

    Without a `ca.crt` one is drawn. A folder that holds a `ca.crt` and no `ca.key` is the company's: there every
    server's certificate has to lie already.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.certificate = folder / "ca.crt"
        self._key = folder / "ca.key"
        if not self.certificate.exists():
            self._draw()

    def certify(self, server: str, hosts: Sequence[str]) -> tuple[str, str]:
        """A server's certificate and private key, both PEM; kept, and drawn anew 30 days before its end.

        Also drawn anew when the server has other hosts than before. Trouble when the company's authority has to
        certify it and has not.
        """
        certificate, key = (self.certificate.with_name(f"{server}.{part}") for part in ("crt", "key"))
        if not self._key.exists():
            if not (certificate.exists() and key.exists()):
                raise Trouble(f"{self.certificate} has no key beside it: put {certificate} and {key} there as well")
        elif not certificate.exists() or not self._good(certificate, hosts):
            self._issue(certificate, key, hosts)
        return certificate.read_text(), key.read_text()

    def _good(self, file: Path, hosts: Sequence[str]) -> bool:
        found = x509.load_pem_x509_certificate(file.read_bytes())
        try:
            found.verify_directly_issued_by(x509.load_pem_x509_certificate(self.certificate.read_bytes()))
        except (InvalidSignature, ValueError):
            return False
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        lasts = found.not_valid_after_utc - datetime.now(UTC) > _RENEWED_BEFORE
        return lasts and list(names) == _names(hosts)

    def _draw(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kefu authority")])
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        certificate = (
            _begun(name, name, key.public_key(), _AUTHORITY_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(certifies=True), critical=True)
            .add_extension(identifier, critical=False)
            .sign(key, SHA256())
        )
        replace_file(self._key, _pem(key), mode=0o600)
        replace_file(self.certificate, certificate.public_bytes(Encoding.PEM).decode())

    def _issue(self, certificate: Path, key_file: Path, hosts: Sequence[str]) -> None:
        authority = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        signs = load_pem_private_key(self._key.read_bytes(), password=None)
        if not isinstance(signs, ec.EllipticCurvePrivateKey):
            raise Trouble(f"{self._key} is not the key that was drawn here")
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
        identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        issued = (
            _begun(name, authority.subject, key.public_key(), _SERVER_DAYS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(certifies=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(_SERVES), critical=False)
            .add_extension(x509.SubjectAlternativeName(_names(hosts)), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
            .sign(signs, SHA256())
        )
        replace_file(key_file, _pem(key), mode=0o600)
        replace_file(certificate, issued.public_bytes(Encoding.PEM).decode())


_SERVES = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
"""Members of a replica set are each other's clients too."""


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, certifies: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certifies,
        key_cert_sign=certifies,
        crl_sign=certifies,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _names(hosts: Sequence[str]) -> list[x509.GeneralName]:
    return [_name(host) for host in hosts]


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

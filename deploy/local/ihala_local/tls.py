"""Certificates of a local run that speaks TLS (`make run IHALA_TLS=1`): an authority of its own in the home, made once.

`trust` must run before aiohttp is imported: it makes its idea of whom to trust only then.
"""

import ipaddress
import json
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ihala_local.home import Home, write_private
from ihala_local.ports import speaks_tls

LIVES = timedelta(days=825)  # the longest that browsers take
RENEW_BEFORE = timedelta(days=30)
HOSTS = ("localhost", "127.0.0.1", "::1")


def trust(environ: MutableMapping[str, str]) -> None:
    """Have this process, and all that it starts, trust the authority of the home, if TLS is wanted or what is up speaks it."""
    home = Home.from_environment(environ)
    if speaks_tls(environ) or (home.demo.exists() and json.loads(home.demo.read_text())["base_url"].startswith("https:")):
        environ["SSL_CERT_FILE"] = str(Certificates.of(home).authority)


@dataclass(frozen=True)
class Certificates:
    """The files of one home; PEM."""

    folder: Path

    @classmethod
    def of(cls, home: Home) -> "Certificates":
        """Return the home's, made if they are missing or run out soon."""
        found = cls(home.path / "tls")
        found.make()
        return found

    @property
    def authority(self) -> Path:
        return self.folder / "authority.pem"

    def certificate(self, name: str) -> Path:
        """Return the certificate of `gateway` or `client`."""
        return self.folder / f"{name}.pem"

    def key(self, name: str) -> Path:
        """Return the private key that belongs to it (0600)."""
        return self.folder / f"{name}-key.pem"

    def make(self) -> None:
        """Make what is missing or runs out soon: an authority, the gateway's certificate and one for a client."""
        if all(_good(file) for file in (self.authority, self.certificate("gateway"), self.certificate("client"))):
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Ihala, local authority")
        authority = _builder(name, name, key.public_key(), ca=True).sign(key, hashes.SHA256())
        self._sign("gateway", name, key, ExtendedKeyUsageOID.SERVER_AUTH)
        self._sign("client", name, key, ExtendedKeyUsageOID.CLIENT_AUTH)
        write_private(self.authority, _pem(authority))

    def _sign(self, name: str, issuer: x509.Name, authority: ec.EllipticCurvePrivateKey, usage: x509.ObjectIdentifier) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = [x509.DNSName(f"{name}.ihala.localhost")]
        if name == "gateway":
            names += [x509.DNSName(HOSTS[0]), *(x509.IPAddress(ipaddress.ip_address(host)) for host in HOSTS[1:])]
        builder = _builder(_name(f"Ihala, {name}"), issuer, key.public_key(), ca=False)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
        write_private(self.certificate(name), _pem(builder.sign(authority, hashes.SHA256())))
        pkcs8, open_ = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        write_private(self.key(name), key.private_bytes(serialization.Encoding.PEM, pkcs8, open_).decode())


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, ca: bool) -> x509.CertificateBuilder:
    """Return a certificate for that key, without what tells servers from clients."""
    now = datetime.now(UTC)
    signs = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    usage = x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, **signs)
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + LIVES)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )  # fmt: skip


def _good(file: Path) -> bool:
    try:
        found = x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError):
        return False
    return found.not_valid_after_utc - RENEW_BEFORE > datetime.now(UTC)


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()

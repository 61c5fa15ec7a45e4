"""Certificates of clients (RFC 8705): what a token is bound to, and two ways to authenticate with one."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

from ihala_gateway.oauth import base64url
from ihala_gateway.tables import Client

_UNREADABLE = (ValueError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


def thumbprint(certificate: bytes) -> str:
    """Return `x5t#S256` of a certificate in DER."""
    return base64url.sha256(certificate)


class Authorities:
    """Who may sign certificates that prove a client's name. Verified here, whatever the door in front has looked at."""

    def __init__(self, file: Path | None) -> None:
        """Read the authorities' certificates, PEM. Raises OSError and ValueError."""
        self._trusted = [] if file is None else x509.load_pem_x509_certificates(file.read_bytes())

    @property
    def there(self) -> bool:
        """Tell whether `tls_client_auth` is offered."""
        return bool(self._trusted)

    def prove(self, client: Client, certificate: bytes) -> bool:
        """Tell whether the certificate is signed by an authority, of now, and names the client."""
        try:
            found = x509.load_der_x509_certificate(certificate)
            return self._signed(found) and (
                client.tls_subject_dn == found.subject.rfc4514_string()
                if client.tls_san_dns is None
                else client.tls_san_dns.lower() in _names(found)
            )
        except _UNREADABLE:  # parts are read when they are looked at
            return False

    def _signed(self, certificate: x509.Certificate) -> bool:
        if not self._trusted:
            return False
        authority = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
        verifier = (
            PolicyBuilder().store(Store(self._trusted)).time(datetime.now(UTC))
            .extension_policies(ca_policy=authority, ee_policy=ExtensionPolicy.permit_all())
            .build_client_verifier()
        )  # fmt: skip
        try:
            verifier.verify(certificate, [])
        except VerificationError:
            return False
        return _for_clients(certificate)


def proves_self_signed(client: Client, certificate: bytes) -> bool:
    """Tell whether the certificate is one of those registered with the client's keys (`x5c`)."""
    keys: Sequence[dict[str, object]] = (client.jwks or {}).get("keys", ())
    return any(registered(key.get("x5c")) == certificate for key in keys)


def registered(chain: object) -> bytes | None:
    """Return the first certificate of an `x5c`, which is what the client itself has."""
    try:
        return base64.b64decode(chain[0], validate=True) if isinstance(chain, list) and chain and isinstance(chain[0], str) else None
    except ValueError:  # binascii.Error too
        return None


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [name.lower() for name in names.get_values_for_type(x509.DNSName)]


def _for_clients(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.CLIENT_AUTH in usage

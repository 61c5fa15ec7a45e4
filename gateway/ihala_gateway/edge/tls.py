"""TLS of our own port, where nothing stands in front that ends it: TLS 1.2 and 1.3, and a client's certificate if it shows one.

A certificate that is shown must be signed by one of `client_authorities`, or be one of them itself. Most callers prove
themselves otherwise and show none. One that a client signed itself and registered can only be shown through a proxy of ours (front.py).
"""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ihala_gateway.edge.connection import Connection
from ihala_gateway.settings import Settings


def server(settings: Settings) -> dict[str, Any]:
    """Return what uvicorn must know to serve callers: our connections, and TLS where the settings name a certificate."""
    told: dict[str, Any] = {"http": Connection, "date_header": True}  # FAPI 2.0's own tests want to see our clock
    if settings.tls_certificate is not None and settings.tls_key is not None:
        made = context(settings.tls_certificate, settings.tls_key, settings.client_authorities)
        told["ssl_context_factory"] = _given(made)
    return told


def context(certificate: Path, key: Path, authorities: Path | None) -> ssl.SSLContext:
    """Return a server's context from PEM files. Raises OSError (SSLError is one)."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    made.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")  # of TLS 1.2; all of 1.3 are good
    made.set_alpn_protocols(["http/1.1"])
    made.load_cert_chain(certificate, key)
    if authorities is not None:
        made.load_verify_locations(authorities)
        made.verify_mode = ssl.CERT_OPTIONAL
        made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    return made


def _given(made: ssl.SSLContext) -> Callable[..., ssl.SSLContext]:
    return lambda *_: made

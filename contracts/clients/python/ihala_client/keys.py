"""The client's private key: with it a client proves who it is (RFC 7523), and that a token is its own (DPoP, RFC 9449)."""

import base64
import hashlib
import json
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

PrivateKey = ECKey | RSAKey | OKPKey
ALGORITHMS = ("ES256", "PS256", "Ed25519")
ASSERTION_SECONDS = 60
_REGISTRY = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
_REGISTRY.max_header_length = 4096  # a proof's header holds the public key


class SigningKey:
    """EC P-256, RSA of 2048 bits or more, or Ed25519. Its text shows nothing of it."""

    def __init__(self, key: PrivateKey, key_id: str | None = None) -> None:
        self._key, self._id = key, key_id or key.kid
        self._algorithm = "ES256" if isinstance(key, ECKey) else "PS256" if isinstance(key, RSAKey) else "Ed25519"

    @classmethod
    def read(cls, given: "str | Path | SigningKey", key_id: str | None = None) -> "SigningKey":
        """Return the key of a file, PEM or JWK. `key_id` (kid) is needed where the client has registered several and the file names none.

        Raises ValueError for anything else; the text says nothing of what the file holds.
        """
        if isinstance(given, SigningKey):
            return given
        content = Path(given).read_bytes()
        try:
            return cls(_imported(content), key_id)
        except ValueError:
            raise ValueError(f"{given} holds no private key that can be used: EC P-256, RSA or Ed25519, as PEM or JWK") from None

    @classmethod
    def new(cls) -> "SigningKey":
        """Return a fresh EC key that lives as long as the process: for proofs, which need none that anybody knows."""
        return cls(ECKey.generate_key("P-256"))

    def assertion(self, client_id: str, issuer: str) -> str:
        """Return a statement that it is this client, good once within a minute."""
        now = int(time.time())
        claims = {"iss": client_id, "sub": client_id, "aud": issuer, "jti": str(uuid4()), "iat": now, "exp": now + ASSERTION_SECONDS}
        return self._signed({"typ": "JWT"} | ({"kid": self._id} if self._id else {}), claims)

    def proof(self, method: str, address: str, nonce: str | None, token: str | None = None) -> str:
        """Return a proof for one request to `address` (without query), with the token that goes with it."""
        claims: dict[str, Any] = {"jti": str(uuid4()), "htm": method, "htu": address, "iat": int(time.time())}
        if nonce is not None:
            claims["nonce"] = nonce
        if token is not None:
            claims["ath"] = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        return self._signed({"typ": "dpop+jwt", "jwk": self._key.as_dict(private=False)}, claims)

    def _signed(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": self._algorithm, **header}, claims, self._key, registry=_REGISTRY)


def _imported(content: bytes) -> PrivateKey:
    """Return the private key that a file holds. Raises ValueError and others."""
    given = json.loads(content) if content.lstrip().startswith(b"{") else content
    for kind in (ECKey, RSAKey, OKPKey):
        try:
            found: PrivateKey = kind.import_key(given)
            private = found.is_private
        except (JoseError, ValueError, TypeError, LookupError, AttributeError):  # it is another kind of key
            continue
        if private:
            return found
    raise ValueError("no private key")

"""Public keys of clients: which are taken, and for which algorithm each."""

from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

ALGORITHMS: Final = ("ES256", "PS256", "EdDSA", "Ed25519")  # the last two are one: RFC 9864 renamed it
SMALLEST_RSA_BITS, LARGEST_RSA_BITS = 2048, 8192
LARGEST_RSA_EXPONENT = 2**32  # almost all have 65537; with one of 3000 bits anybody's proof would cost us a hundred times as much

Key = ECKey | RSAKey | OKPKey


class KeysRefused(ValueError):
    """A client's keys cannot be used; the text says why, for whoever registers it."""


def usable_keys(jwks: dict[str, Any]) -> list[Key]:
    """Return a client's public keys. Raises KeysRefused when one is private, weak, of another kind, or cannot be told apart."""
    try:
        keys = KeySet.import_key_set(jwks).keys  # type: ignore[arg-type]  # its TypedDict is stricter than what it takes
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeysRefused("not a JWK set (RFC 7517)") from error
    found = [key for key in keys if isinstance(key, ECKey | RSAKey | OKPKey)]
    if not found or len(found) != len(keys):
        raise KeysRefused("one or more public keys: EC P-256, RSA of 2048 bits or more, or Ed25519")
    for key in found:
        _check(key)
    if len(found) > 1 and len({key.kid for key in found} - {None}) != len(found):
        raise KeysRefused("several keys need a kid each")
    return found


def algorithms_of(key: Key) -> tuple[str, ...]:
    """Return the algorithms a key may be used with: one key, one algorithm."""
    if isinstance(key, ECKey):
        return ("ES256",)
    return ("PS256",) if isinstance(key, RSAKey) else ("EdDSA", "Ed25519")


def _check(key: Key) -> None:
    public = key.as_dict(private=False)
    if key.is_private:
        raise KeysRefused("a private key was given; register the public one only")
    if not (_is_usual(key) if isinstance(key, RSAKey) else public["crv"] in ("P-256", "Ed25519")):
        raise KeysRefused("a key is of another curve, too short, or larger than anybody needs")
    if public.get("alg", algorithms_of(key)[0]) not in algorithms_of(key) or public.get("use", "sig") != "sig":
        raise KeysRefused("a key is marked for another use")


def _is_usual(key: RSAKey) -> bool:
    """Tell whether an RSA key is neither weak nor one that takes long to check with: strangers choose the keys of their proofs."""
    return SMALLEST_RSA_BITS <= key.public_key.key_size <= LARGEST_RSA_BITS and key.public_key.public_numbers().e <= LARGEST_RSA_EXPONENT

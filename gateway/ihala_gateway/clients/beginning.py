"""What a new client is, whatever its operator gives it: whose it is, and how it proves itself."""

from typing import Any

from ihala_kit.auth import Caller
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.clients import keys, models, store
from ihala_gateway.clients.errors import KeysRefused
from ihala_gateway.oauth import certificates


def proof(wanted: models.NewClient) -> dict[str, Any]:
    """Return how the client proves itself. Raises KeysRefused (422)."""
    jwks = None if wanted.jwks is None else keys.normal(wanted.jwks)
    if wanted.mutual_tls and jwks is not None and not all(certificates.registered(key.get("x5c")) for key in jwks["keys"]):
        raise KeysRefused(pointer="#/jwks")
    by_authority = wanted.tls_subject_dn is not None or wanted.tls_san_dns is not None
    method = "client_secret" if wanted.with_secret else "self_signed_tls_client_auth" if wanted.mutual_tls else "private_key_jwt"
    return {
        "auth_method": "tls_client_auth" if by_authority else method, "jwks": {"keys": []} if wanted.jwks_uri else jwks,
        "jwks_uri": wanted.jwks_uri, "tls_subject_dn": wanted.tls_subject_dn, "tls_san_dns": wanted.tls_san_dns,
    }  # fmt: skip


async def owner(tx: AsyncSession, caller: Caller) -> dict[str, Any]:
    """Return the facts of the organisation: from the caller's token, never from what was sent."""
    known = await store.organization(tx, caller.organization_id)
    return {
        "organization_id": caller.organization_id, "organization_kind": caller.organization_kind, "operator_id": caller.operator_id,
        "governorates": sorted(caller.governorates),
        "organization_name": known.name if known else await store.name_of(tx, caller.organization_id),
    }  # fmt: skip

"""A client's keys: several beside each other, so that a change of keys interrupts nothing; when each was used last."""

from datetime import UTC, datetime, timedelta
from typing import Any

from ihala_kit.auth import Caller
from ihala_kit.problems import MalformedRequest
from pydantic_core import to_json
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway import store as all_clients
from ihala_gateway.clients import models, rights, standing, store
from ihala_gateway.clients.errors import ClientStateRefused, KeyNotFound, KeysKeptElsewhere, KeysRefused, LastKey
from ihala_gateway.clients.tables import ClientKey
from ihala_gateway.oauth import certificates, client_keys
from ihala_gateway.tables import Client

MOST_KEYS = 10
LARGEST_SET = 64 * 1024  # bytes, certificates and all: it is read with each token that the client asks for
LONGEST_OVERLAP = timedelta(days=90)
_MEMBERS = frozenset({"kty", "crv", "x", "y", "n", "e", "kid", "alg", "use", "x5c"})  # what else a set holds, nobody here reads


def normal(jwks: dict[str, Any], pointer: str = "#/jwks") -> dict[str, Any]:
    """Return a set of public keys with nothing in it but them, each with a kid. Raises KeysRefused (422), which points to where it came."""
    try:
        found = client_keys.usable_keys(jwks)
    except client_keys.KeysRefused:
        raise KeysRefused(pointer=pointer) from None
    for key in found:
        key.ensure_kid()
    kids = {str(key.kid) for key in found}
    kept = {"keys": [{name: value for name, value in key.as_dict(private=False).items() if name in _MEMBERS} for key in found]}
    usual = len(found) <= MOST_KEYS and all(len(kid) <= 200 and kid.isprintable() for kid in kids)
    if len(kids) != len(found) or not usual or not _fits(kept):
        raise KeysRefused(pointer=pointer)
    return kept


def _fits(kept: dict[str, Any]) -> bool:
    """Tell whether a set can be kept and is not too large. What came as JSON may hold half a character, which nothing can write."""
    try:
        return len(to_json(kept)) <= LARGEST_SET
    except ValueError:
        return False


def begin(tx: AsyncSession, client: Client, now: datetime) -> None:
    """Note since when the client's keys are there."""
    if client.jwks_uri is None:
        tx.add_all([ClientKey(client_id=client.client_id, kid=key["kid"], added_at=now) for key in _of(client)])


async def listed(tx: AsyncSession, client: Client) -> models.Keys:
    """Return the client's keys and what is known of each."""
    known = await store.keys(tx, client.client_id)
    shown = client_keys.usable_keys({"keys": _of(client)}) if _of(client) else []
    return models.Keys(items=[
        models.Key(
            kid=kid, thumbprint=key.thumbprint(), kty=key.key_type, algorithms=list(client_keys.algorithms_of(key)),
            added_at=row.added_at if row else None, ends_at=row.ends_at if row else None, used_at=row.used_at if row else None,
        ) for key in shown for kid in [key.kid or ""] for row in [known.get(kid)]
    ])  # fmt: skip


async def add(tx: AsyncSession, caller: Caller, client_id: str, wanted: models.NewKey) -> models.Keys:
    """Add a key; those there end when the caller says, or stay. Tokens stay good, so no system notices.

    Raises RoleNeeded (403), ClientNotFound (404), KeysKeptElsewhere, ClientStateRefused (409), KeysRefused, MalformedRequest (422).
    """
    client = await _changing(tx, caller, client_id)
    now, known = datetime.now(UTC), await store.keys(tx, client_id)
    end = None if wanted.others_end_at is None else _aware(wanted.others_end_at)
    if end is not None and not now < end <= now + LONGEST_OVERLAP:
        raise MalformedRequest(errors=[{"pointer": "#/others_end_at", "code": "out_of_range", "expected": "90 days"}])
    [new], before = normal({"keys": [wanted.jwk]}, "#/jwk")["keys"], _of(client)
    if client.auth_method == "self_signed_tls_client_auth" and not certificates.registered(new.get("x5c")):
        raise KeysRefused(pointer="#/jwk")
    client.jwks = normal({"keys": [*before, new]}, "#/jwk")
    if end is not None:
        for key in before:
            row = known.get(key["kid"]) or ClientKey(client_id=client_id, kid=key["kid"], added_at=client.changed_at)
            row.ends_at = min(row.ends_at or end, end)  # never later than it was to end before
            tx.add(row)
    await tx.merge(ClientKey(client_id=client_id, kid=new["kid"], added_at=now))
    await tx.flush()
    return await listed(tx, client)


async def remove(tx: AsyncSession, caller: Caller, client: Client, kid: str) -> None:
    """Take a key away at once, named by its kid or its thumbprint, and end every token of the client: one may have been got with it.
    Emits ClientApproved.

    Raises RoleNeeded (403), KeyNotFound (404), KeysKeptElsewhere, ClientStateRefused, LastKey (409).
    """
    _may_change(caller, client)
    found = client_keys.usable_keys({"keys": _of(client)}) if _of(client) else []
    kids = {key.thumbprint(): str(key.kid) for key in found} | {str(key.kid): str(key.kid) for key in found}
    if kid not in kids:
        raise KeyNotFound
    await _take(tx, client, kids[kid])
    standing.touch(client)
    standing.tell(tx, client)


async def end_old(tx: AsyncSession, now: datetime) -> int:
    """Take away the keys whose time is over; tokens got with them end by themselves. Return how many."""
    ended = await store.ended_keys(tx, now)
    for row in ended:
        client = await all_clients.locked_client(tx, row.client_id)
        if client is not None and len(_of(client)) > 1 and client.jwks_uri is None:
            await _take(tx, client, row.kid)
        else:
            row.ends_at = None  # the last one: whoever has no other key left would be shut out
    return len(ended)


async def _take(tx: AsyncSession, client: Client, kid: str) -> None:
    left = [key for key in _of(client) if key["kid"] != kid]
    if not left:
        raise LastKey
    client.jwks = {"keys": left}
    row = await tx.get(ClientKey, (client.client_id, kid))
    if row is not None:
        await tx.delete(row)


async def _changing(tx: AsyncSession, caller: Caller, client_id: str) -> Client:
    client = await store.client(tx, caller, client_id, lock=True)
    _may_change(caller, client)
    return client


def _may_change(caller: Caller, client: Client) -> None:
    rights.owner(caller, client)
    if client.jwks_uri is not None or client.jwks is None:
        raise KeysKeptElsewhere
    if client.status == "revoked":
        raise ClientStateRefused


def _of(client: Client) -> list[dict[str, Any]]:
    """Return the client's own keys, each with a kid, also those that were loaded without one."""
    keys: list[dict[str, Any]] = normal(client.jwks)["keys"] if client.jwks and client.jwks["keys"] else []
    return keys


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)

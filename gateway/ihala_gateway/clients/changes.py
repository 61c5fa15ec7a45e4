"""What an administrator does to a client by herself: suspend it, let it in again, end it, give it a new secret."""

from ihala_kit.auth import Caller
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.clients import rights, standing
from ihala_gateway.clients.errors import ClientStateRefused, KeysKeptElsewhere
from ihala_gateway.oauth import secret_hash
from ihala_gateway.tables import Client


async def suspend(tx: AsyncSession, caller: Caller, client: Client) -> Client:
    """Suspend it; emits ClientSuspended. Raises RoleNeeded (403), ClientStateRefused (409) when it is revoked."""
    rights.administrator(caller)
    if not standing.hold(tx, client, _as(caller)) and client.status == "revoked":
        raise ClientStateRefused
    return client


async def restore(tx: AsyncSession, caller: Caller, client: Client) -> Client:
    """Let it in again; emits ClientApproved unless somebody else holds it. Raises RoleNeeded (403), ClientStateRefused (409)."""
    rights.administrator(caller)
    if not standing.release(tx, client, _as(caller)):
        raise ClientStateRefused
    return client


async def revoke(tx: AsyncSession, caller: Caller, client: Client) -> Client:
    """End it for good; emits ClientSuspended. Raises RoleNeeded (403)."""
    rights.administrator(caller)
    standing.revoke(tx, client)
    return client


async def new_secret(tx: AsyncSession, caller: Caller, client: Client) -> str:
    """Return a new secret, which is not kept; emits ClientApproved. Raises RoleNeeded (403), KeysKeptElsewhere, ClientStateRefused."""
    rights.owner(caller, client)
    if client.secret_hash is None:
        raise KeysKeptElsewhere
    if client.status == "revoked":
        raise ClientStateRefused
    secret, client.secret_hash = secret_hash.new()
    standing.touch(client)
    standing.tell(tx, client)
    return secret


def _as(caller: Caller) -> standing.By:
    return "operator" if rights.may_approve(caller) else "organization"

"""What an organisation asks for its clients, and what its operator decides. Each change is one transaction with its event."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from ihala_contracts.gateway_v1 import ClientRegistered
from ihala_kit.auth import Caller
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from ihala_kit.two_people import Hand
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.clients import beginning, keys, models, remote, rights, standing, store
from ihala_gateway.clients.errors import (
    AddressRefused,
    AnotherPersonNeeded,
    ClearanceRefused,
    ClientStateRefused,
    RequestDecided,
    RequestOpen,
    ScopeRefused,
    TooManyClients,
)
from ihala_gateway.clients.tables import ClientRequest
from ihala_gateway.oauth import redirects, secret_hash
from ihala_gateway.tables import Client

MOST_CLIENTS = 50  # of one organisation
ID_BYTES = 10  # of a new client's id: nobody meets another's by trying


async def register(tx: AsyncSession, caller: Caller, wanted: models.NewClient, scopes: Iterable[str]) -> tuple[Client, str | None]:
    """Return a new client, pending, of the caller's organisation, and its secret this once; emits ClientRegistered.

    `scopes` are all there are. Raises RoleNeeded (403), NoOperator, TooManyClients (409), ScopeRefused, AddressRefused, KeysRefused (422).
    """
    rights.administrator(caller)
    held = standing.begins_held(await store.is_suspended(tx, caller.organization_id))
    if await store.count_of(tx, caller.organization_id) >= MOST_CLIENTS:
        raise TooManyClients
    secret, secret_hash_ = secret_hash.new() if wanted.with_secret else (None, None)
    now = datetime.now(UTC)
    client = Client(
        client_id=f"{wanted.kind}-{secrets.token_hex(ID_BYTES)}", name=wanted.name, kind=wanted.kind, **({"status": "pending"} | held),
        version=1, changed_at=now, secret_hash=secret_hash_, **beginning.proof(wanted),
        redirect_uris=[], scopes=[], roles=[], cleared=False, first_party=False, **await beginning.owner(tx, caller),
    )  # fmt: skip
    tx.add(client)
    await tx.flush()
    keys.begin(tx, client, now)
    await ask(tx, caller, client, wanted, scopes)
    return client, secret


async def ask(tx: AsyncSession, caller: Caller, client: Client, wanted: models.Asked, scopes: Iterable[str]) -> ClientRequest:
    """Return a request of other scopes or addresses for a client, which goes on as it is; emits ClientRegistered.

    Raises RoleNeeded (403), NoOperator, RequestOpen, ClientStateRefused (409), ScopeRefused, AddressRefused (422).
    """
    rights.owner(caller, client)
    if client.status == "revoked" or (wanted.jwks_uri is None) != (client.jwks_uri is None):
        raise ClientStateRefused
    _check(wanted, client.kind, frozenset(scopes))
    if await store.open_request(tx, client.client_id):
        raise RequestOpen
    operator_id, hand, now = await rights.decider(tx, caller), rights.hand(caller), datetime.now(UTC)
    request = ClientRequest(
        id=new_id(), client_id=client.client_id, organization_id=client.organization_id, operator_id=operator_id, state="open",
        scopes=sorted(set(wanted.scopes)), redirect_uris=sorted(set(wanted.redirect_uris)), jwks_uri=wanted.jwks_uri,
        asked_client=hand.client_id, asked_officer=hand.acting_officer, asked_at=now,
    )  # fmt: skip
    tx.add(request)
    emit(tx, ClientRegistered(
        organization_id=client.organization_id, client_id=client.client_id, operator_id=operator_id,
        kind="sandbox" if client.kind == "sandbox" else "live", scopes=request.scopes, asked_at=now,
    ))  # fmt: skip
    return request


async def approve(tx: AsyncSession, caller: Caller, request_id: UUID, given: models.Approval) -> ClientRequest:
    """Give what was asked for, or less of it; emits ClientApproved unless somebody holds the client.

    Raises RoleNeeded (403), RequestNotFound (404), RequestDecided, AnotherPersonNeeded, ClientStateRefused (409), ScopeRefused,
    ClearanceRefused (422).
    """
    request = await _deciding(tx, caller, request_id)
    client = await store.client(tx, caller, request.client_id, lock=True)
    if client.status == "revoked":
        raise ClientStateRefused
    granted = request.scopes if given.scopes is None else sorted(set(given.scopes))
    _within(granted, frozenset(request.scopes), given.scopes or ())
    client.scopes, client.redirect_uris = granted, request.redirect_uris
    if request.jwks_uri != client.jwks_uri:  # what was read at the address before proves it no more
        client.jwks_uri, client.jwks, client.jwks_read_at = request.jwks_uri, {"keys": []}, None
    await _give(tx, client, given)
    _decided(request, caller, "approved")
    standing.approve(tx, client)
    return request


async def send_back(tx: AsyncSession, caller: Caller, request_id: UUID, words: str) -> ClientRequest:
    """Return a request to its organisation with words; the client stays as it is. Raises as `approve`."""
    request = await _deciding(tx, caller, request_id)
    request.words = words
    _decided(request, caller, "returned")
    return request


async def confidentiality(
    tx: AsyncSession, caller: Caller, client_id: str, version: int, trained_on: date | None, code_signed_on: date | None
) -> Client:
    """Record training and the signed code; emits ClientApproved. Raises RoleNeeded (403), ClientNotFound (404), Stale (412)."""
    rights.approver(caller)
    client = await of_version(tx, caller, client_id, version)
    client.trained_on, client.code_signed_on = trained_on, code_signed_on
    standing.touch(client)
    standing.tell(tx, client)
    return client


async def of_version(tx: AsyncSession, caller: Caller, client_id: str, version: int) -> Client:
    """Return a client, locked, in the version that the caller read. Raises ClientNotFound (404), Stale (412)."""
    client = await store.client(tx, caller, client_id, lock=True)
    if client.version != version:
        raise Stale
    return client


async def _deciding(tx: AsyncSession, caller: Caller, request_id: UUID) -> ClientRequest:
    rights.approver(caller)
    request = await store.request(tx, caller, request_id, lock=True)
    if request.state != "open":
        raise RequestDecided
    if not rights.hand(caller).is_another_than(Hand(request.asked_client, request.asked_officer)):
        raise AnotherPersonNeeded
    return request


def _decided(request: ClientRequest, caller: Caller, state: str) -> None:
    hand = rights.hand(caller)
    request.state, request.decided_at = state, datetime.now(UTC)
    request.decided_client, request.decided_officer = hand.client_id, hand.acting_officer


def _check(wanted: models.Asked, kind: str, scopes: frozenset[str]) -> None:
    """Raise ScopeRefused or AddressRefused (422), saying where."""
    _within(wanted.scopes, scopes, wanted.scopes)
    for place, address in enumerate(wanted.redirect_uris):
        if not redirects.usable(address, kind):
            raise AddressRefused(pointer=f"#/redirect_uris/{place}")
    if wanted.jwks_uri is not None and not remote.usable(wanted.jwks_uri, kind):
        raise AddressRefused(pointer="#/jwks_uri")


def _within(scopes: Sequence[str], known: frozenset[str], sent: Sequence[str]) -> None:
    for place, scope in enumerate(sent or scopes):
        if scope not in known:
            raise ScopeRefused(pointer=f"#/scopes/{place}")


async def _give(tx: AsyncSession, client: Client, given: models.Approval) -> None:
    """Give roles, clearance and being first-party; what is not named stays. Raises ClearanceRefused (422)."""
    cleared = client.cleared if given.cleared is None else given.cleared
    first_party = client.first_party if given.first_party is None else given.first_party
    own = client.organization_kind == rights.OPERATOR
    known = await store.organization(tx, client.organization_id)
    if cleared and not own and not (known and known.cleared):
        raise ClearanceRefused(pointer="#/cleared")
    if first_party and not own:
        raise ClearanceRefused(pointer="#/first_party")
    client.cleared, client.first_party = cleared, first_party
    if given.roles is not None:
        client.roles = sorted(set(given.roles))

"""HTTP in: scope, body, command, response model. No rule and no query."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import MalformedRequest, responses

from ihala_gateway.clients import changes, keys, requests, store
from ihala_gateway.clients import errors as no
from ihala_gateway.clients import models as v1
from ihala_gateway.tables import Client

router = APIRouter(prefix="/v1", tags=["clients"])
Managing = Annotated[Caller, Security(caller, scopes=["gateway:clients"])]
Approving = Annotated[Caller, Security(caller, scopes=["gateway:approve"])]
Status = Literal["pending", "active", "suspended", "revoked"]


def _known_scopes(request: Request) -> frozenset[str]:
    found: frozenset[str] = request.app.state.known_scopes
    return found


KnownScopes = Annotated[frozenset[str], Depends(_known_scopes)]


def _shown(client: Client, response: Response) -> v1.Client:
    set_etag(response, client.version)
    return v1.Client.model_validate(client, from_attributes=True)


@router.get("/clients", response_model=Page[v1.Client])
async def clients(caller: Managing, tx: Transaction, page: PageQuery, status: Status | None = None) -> Page[v1.Client]:
    """List your organisation's clients by id; an operator's administrator also those of the organisations it decides on."""
    rows = page_of(await store.clients(tx, caller, page, status), page, lambda row: (row.client_id,))
    return Page(items=[v1.Client.model_validate(row, from_attributes=True) for row in rows])


@router.post(
    "/clients", status_code=201, response_model=v1.RegisteredClient,
    responses=responses(no.RoleNeeded, no.NoOperator, no.TooManyClients, no.ScopeRefused, no.AddressRefused, no.KeysRefused),
)  # fmt: skip
async def register(
    body: v1.NewClient, caller: Managing, once: Once, tx: Transaction, scopes: KnownScopes, response: Response
) -> v1.RegisteredClient:
    """Register a system of your organisation. It waits for your operator; a secret is told this once."""
    told: list[str | None] = []

    async def run() -> Client:  # what is kept for a repetition is without the secret
        client, secret = await requests.register(tx, caller, body, scopes)
        told.append(secret)
        return client

    set_etag(response, 1)
    kept = await once(v1.Client, run)
    return v1.RegisteredClient(**kept.model_dump(), secret=told[0] if told else None)


@router.get("/clients/{client_id}", response_model=v1.Client, responses=responses(no.ClientNotFound))
async def client(client_id: str, caller: Managing, tx: Transaction, response: Response) -> v1.Client:
    """Show one client."""
    return _shown(await store.client(tx, caller, client_id), response)


@router.get("/clients/{client_id}/requests", response_model=Page[v1.ClientRequest], responses=responses(no.ClientNotFound))
async def requests_of(client_id: str, caller: Managing, tx: Transaction) -> Page[v1.ClientRequest]:
    """List what was asked for a client and what was decided, newest first, at most 50."""
    await store.client(tx, caller, client_id)
    rows = await store.requests_of(tx, client_id)
    return Page(items=[v1.ClientRequest.model_validate(row, from_attributes=True) for row in rows])


@router.post(
    "/clients/{client_id}/requests", status_code=201, response_model=v1.ClientRequest,
    responses=responses(
        no.ClientNotFound, no.RoleNeeded, no.NoOperator, no.RequestOpen, no.ClientStateRefused, no.ScopeRefused, no.AddressRefused
    ),
)  # fmt: skip
async def ask(
    client_id: str, body: v1.Asked, caller: Managing, once: Once, tx: Transaction, scopes: KnownScopes, version: IfMatch
) -> v1.ClientRequest:
    """Ask for other scopes or addresses: all that the client shall have. It goes on as it is until your operator decides."""

    async def run() -> object:
        return await requests.ask(tx, caller, await requests.of_version(tx, caller, client_id, version), body, scopes)

    return await once(v1.ClientRequest, run)


@router.get("/clients/{client_id}/keys", response_model=v1.Keys, responses=responses(no.ClientNotFound))
async def list_keys(client_id: str, caller: Managing, tx: Transaction) -> v1.Keys:
    """List a client's keys, and when each was used last."""
    return await keys.listed(tx, await store.client(tx, caller, client_id))


@router.post(
    "/clients/{client_id}/keys", status_code=201, response_model=v1.Keys,
    responses=responses(
        no.ClientNotFound, no.RoleNeeded, no.KeysKeptElsewhere, no.ClientStateRefused, no.KeysRefused, MalformedRequest
    ),
)  # fmt: skip
async def add_key(client_id: str, body: v1.NewKey, caller: Managing, once: Once, tx: Transaction) -> v1.Keys:
    """Add a key beside those there are, which end when you say. No token ends by it."""
    return await once(v1.Keys, lambda: keys.add(tx, caller, client_id, body))


@router.delete(
    "/clients/{client_id}/keys/{kid}", response_model=v1.Client,
    responses=responses(no.ClientNotFound, no.KeyNotFound, no.RoleNeeded, no.KeysKeptElsewhere, no.ClientStateRefused, no.LastKey),
)  # fmt: skip
async def remove_key(client_id: str, kid: str, caller: Managing, tx: Transaction, version: IfMatch, response: Response) -> v1.Client:
    """Take a key away at once, named by its kid or its thumbprint. Every token of the client ends within a second."""
    found = await requests.of_version(tx, caller, client_id, version)
    await keys.remove(tx, caller, found, kid)
    return _shown(found, response)


@router.post(
    "/clients/{client_id}/secret", status_code=201, response_model=v1.Secret,
    responses=responses(no.ClientNotFound, no.RoleNeeded, no.KeysKeptElsewhere, no.ClientStateRefused),
)  # fmt: skip
async def new_secret(client_id: str, caller: Managing, once: Once, tx: Transaction, version: IfMatch) -> v1.Secret:
    """Replace a sandbox client's secret; the new one is told this once. Every token of the client ends within a second."""
    told: list[str] = []

    async def run() -> v1.Secret:
        told.append(await changes.new_secret(tx, caller, await requests.of_version(tx, caller, client_id, version)))
        return v1.Secret(client_id=client_id)

    kept = await once(v1.Secret, run)
    return v1.Secret(client_id=kept.client_id, secret=told[0]) if told else kept


_STANDING = responses(no.ClientNotFound, no.RoleNeeded, no.ClientStateRefused)


@router.put("/clients/{client_id}/suspension", response_model=v1.Client, responses=_STANDING)
async def suspend(client_id: str, caller: Managing, tx: Transaction, version: IfMatch, response: Response) -> v1.Client:
    """Give a client no tokens any more, and refuse those it has within a second; by whom is kept."""
    return _shown(await changes.suspend(tx, caller, await requests.of_version(tx, caller, client_id, version)), response)


@router.delete("/clients/{client_id}/suspension", response_model=v1.Client, responses=_STANDING)
async def restore(client_id: str, caller: Managing, tx: Transaction, version: IfMatch, response: Response) -> v1.Client:
    """Let a client in again that you suspended; it needs a new token."""
    return _shown(await changes.restore(tx, caller, await requests.of_version(tx, caller, client_id, version)), response)


@router.delete("/clients/{client_id}", response_model=v1.Client, responses=_STANDING)
async def revoke(client_id: str, caller: Managing, tx: Transaction, version: IfMatch, response: Response) -> v1.Client:
    """End a client for good. What it did stays known under its id."""
    return _shown(await changes.revoke(tx, caller, await requests.of_version(tx, caller, client_id, version)), response)


@router.put("/clients/{client_id}/confidentiality", response_model=v1.Client, responses=responses(no.ClientNotFound, no.RoleNeeded))
async def confidentiality(
    client_id: str, body: v1.Confidentiality, caller: Approving, tx: Transaction, version: IfMatch, response: Response
) -> v1.Client:
    """Record the days of training and of the signed code of confidentiality: without both, no scope for referrals works."""
    found = await requests.confidentiality(tx, caller, client_id, version, body.trained_on, body.code_signed_on)
    return _shown(found, response)


@router.get("/client-requests", response_model=Page[v1.ClientRequest], responses=responses(no.RoleNeeded))
async def waiting(
    caller: Approving, tx: Transaction, page: PageQuery, state: Literal["open", "approved", "returned"] = "open"
) -> Page[v1.ClientRequest]:
    """List what organisations ask of you as their operator, oldest first."""
    rows = page_of(await store.requests(tx, caller, page, state), page, lambda row: (row.id,))
    return Page(items=[v1.ClientRequest.model_validate(row, from_attributes=True) for row in rows])


_DECIDING = responses(no.RequestNotFound, no.ClientNotFound, no.RoleNeeded, no.RequestDecided, no.AnotherPersonNeeded)


@router.post(
    "/client-requests/{request_id}/approval", response_model=v1.ClientRequest,
    responses=responses(
        no.RequestNotFound, no.ClientNotFound, no.RoleNeeded, no.RequestDecided, no.AnotherPersonNeeded, no.ClientStateRefused,
        no.ScopeRefused, no.ClearanceRefused,
    ),
)  # fmt: skip
async def approve(request_id: UUID, body: v1.Approval, caller: Approving, once: Once, tx: Transaction) -> v1.ClientRequest:
    """Give what was asked for, or less: the client may call from now on."""
    return await once(v1.ClientRequest, lambda: requests.approve(tx, caller, request_id, body))


@router.post("/client-requests/{request_id}/return", response_model=v1.ClientRequest, responses=_DECIDING)
async def send_back(request_id: UUID, body: v1.Returned, caller: Approving, once: Once, tx: Transaction) -> v1.ClientRequest:
    """Return it with words; the client stays as it is."""
    return await once(v1.ClientRequest, lambda: requests.send_back(tx, caller, request_id, body.words))

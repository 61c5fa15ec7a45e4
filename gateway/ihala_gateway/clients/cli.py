"""`ihala-gateway clients`: what organisations and operators do by the API, for whoever runs the gateway."""

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from ihala_kit.auth import Caller
from ihala_kit.problems import Problem
from pydantic import BaseModel, ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway import store as all_clients
from ihala_gateway.administration.inside import NAME
from ihala_gateway.clients import changes, commands, keys, models, requests, rights, standing, store
from ihala_gateway.clients.tables import ClientRequest
from ihala_gateway.console import Refused, end, in_transaction
from ihala_gateway.documents.contracts import service_documents
from ihala_gateway.edge.routes import compile_routes
from ihala_gateway.settings import Settings
from ihala_gateway.tables import Client

app = typer.Typer(no_args_is_help=True, help="Systems of organisations that may call.")
ClientId = Annotated[str, typer.Argument(help="the client's id")]
RequestId = Annotated[UUID, typer.Argument(help="the request's id, as `requests` shows it")]
Json = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="a JSON file")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
T = TypeVar("T")


class _Places(BaseModel):
    governorates: list[commands.PlaceCode]


@app.command("load")
def load(file: Json) -> None:
    """Register the clients of a file, or bring them to what it says. Loading it again changes nothing."""
    try:
        entries = commands.read(file.read_bytes())
    except ValidationError as error:
        raise end("; ".join(f"{'/'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())) from None
    loaded = in_transaction(lambda tx, _: commands.load(tx, entries))
    typer.echo(f"{len(loaded.added)} added, {len(loaded.changed)} changed, {len(loaded.unchanged)} unchanged")


@app.command("list")
def list_clients() -> None:
    """Show every client: id, status, kind, organisation, scopes."""
    for client in in_transaction(lambda tx, _: all_clients.clients(tx)):
        trained = "" if client.trained_on and client.code_signed_on else "  (no training recorded)"
        held = f" by {', '.join(client.suspended_by)}" if client.suspended_by else ""
        shown = f"{client.client_id}  {client.status}{held}  {client.kind}  {client.organization_name}"
        typer.echo(f"{shown}  {' '.join(client.scopes)}{trained}")


@app.command("suspend")
def suspend(client_id: ClientId) -> None:
    """Give a client no tokens any more, and refuse those it has within a second."""
    done = in_transaction(lambda tx, _: standing.suspend(tx, client_id))
    typer.echo("suspended" if done else "was suspended already")


@app.command("activate")
def activate(client_id: ClientId) -> None:
    """Let a suspended client in again, whoever held it; it needs a new token."""
    done = in_transaction(lambda tx, _: standing.activate(tx, client_id))
    typer.echo("active" if done else "was active already")


@app.command("revoke")
def revoke(client_id: ClientId) -> None:
    """End a client for good, and refuse the tokens it has within a second."""
    done = in_transaction(lambda tx, _: standing.end(tx, client_id))
    typer.echo("revoked" if done else "was revoked already")


@app.command("register")
def register(
    file: Json,
    organization_id: Annotated[UUID, typer.Option(help="whose system it is")],
    governorate: Annotated[list[str] | None, typer.Option(help="P-code, once for each; none: as its other systems")] = None,
) -> None:
    """Register the system of a file, as `POST /gateway/v1/clients` takes it, and print its id, and its secret this once.

    It waits for its operator: whoever runs the gateway does not both ask and approve.
    """
    wanted, places = _checked(models.NewClient, _json(file)), _checked(_Places, {"governorates": governorate or []}).governorates

    async def run(tx: AsyncSession, told: Settings) -> tuple[Client, str | None]:
        return await _told(requests.register(tx, await _administrator(tx, organization_id, places), wanted, _scopes(told)))

    client, secret = in_transaction(run)
    typer.echo(f"{client.client_id}  {secret or ''}".rstrip())


@app.command("ask")
def ask(client_id: ClientId, file: Json) -> None:
    """Ask for other scopes or addresses, as `POST /gateway/v1/clients/{id}/requests` takes them; prints the request's id."""
    wanted = _checked(models.Asked, _json(file))

    async def run(tx: AsyncSession, told: Settings) -> ClientRequest:
        client = await _locked(tx, client_id)
        return await _told(requests.ask(tx, await _administrator(tx, client.organization_id), client, wanted, _scopes(told)))

    typer.echo(str(in_transaction(run).id))


@app.command("new-secret")
def new_secret(client_id: ClientId) -> None:
    """Replace a sandbox client's secret and print the new one, this once; every token of the client ends."""
    typer.echo(_of(client_id, changes.new_secret))


@app.command("requests")
def list_requests() -> None:
    """Show what waits for an operator, oldest first."""
    for one in in_transaction(lambda tx, _: store.all_open(tx)):
        addresses = " ".join([*one.redirect_uris, *filter(None, [one.jwks_uri])])
        typer.echo(f"{one.id}  {one.client_id}  {one.asked_at:%Y-%m-%d %H:%M}Z  {' '.join(one.scopes)}  {addresses}".rstrip())


@app.command("approve")
def approve(
    request_id: RequestId,
    scope: Annotated[list[str] | None, typer.Option(help="fewer than were asked for; once for each")] = None,
    role: Annotated[list[str] | None, typer.Option(help="once for each; none: those it has")] = None,
    cleared: Annotated[bool | None, typer.Option(help="may see restricted cases; not named: as it is")] = None,
    first_party: Annotated[bool | None, typer.Option(help="the operator's own: its people are not asked for consent")] = None,
) -> None:
    """Give what was asked for, or less, in the place of its operator."""
    wanted = _checked(models.Approval, {"scopes": scope or None, "roles": role or None, "cleared": cleared, "first_party": first_party})
    done = _as_operator(request_id, lambda tx, caller: requests.approve(tx, caller, request_id, wanted))
    typer.echo(f"{done.client_id} approved")


@app.command("return")
def send_back(request_id: RequestId, words: Annotated[str, typer.Argument(help="what is missing, for the organisation")]) -> None:
    """Return what was asked for, with words."""
    done = _as_operator(request_id, lambda tx, caller: requests.send_back(tx, caller, request_id, words))
    typer.echo(f"{done.client_id} returned")


@app.command("trained")
def trained(client_id: ClientId, trained_on: Day = None, code_signed_on: Day = None) -> None:
    """Record the days of training and of the signed code of confidentiality; without both, no scope for referrals works."""
    told = {"trained_on": trained_on and trained_on.date(), "code_signed_on": code_signed_on and code_signed_on.date()}
    days = _checked(models.Confidentiality, told)
    _of(client_id, lambda tx, caller, client: requests.confidentiality(
        tx, caller, client_id, client.version, days.trained_on, days.code_signed_on
    ))  # fmt: skip
    typer.echo("recorded")


@app.command("keys")
def list_keys(client_id: ClientId) -> None:
    """Show a client's keys, and when each was used last."""
    for key in _of(client_id, lambda tx, _, client: keys.listed(tx, client)).items:
        used = f"used {key.used_at:%Y-%m-%d %H:%M}Z" if key.used_at else "never used"
        typer.echo(f"{key.kid}  {key.kty}  {used}" + (f"  ends {key.ends_at:%Y-%m-%d %H:%M}Z" if key.ends_at else ""))


@app.command("add-key")
def add_key(client_id: ClientId, file: Json, others_end: Day = None) -> None:
    """Add the public key (a JWK) of a file; the keys there are stay good, or end on a day."""
    wanted = _checked(models.NewKey, {"jwk": _json(file), "others_end_at": others_end})
    found = _of(client_id, lambda tx, caller, _: keys.add(tx, caller, client_id, wanted))
    typer.echo(f"{len(found.items)} keys")


@app.command("remove-key")
def remove_key(client_id: ClientId, kid: Annotated[str, typer.Argument(help="the key's id")]) -> None:
    """Take a key away at once, and end every token of the client."""
    _of(client_id, lambda tx, caller, client: keys.remove(tx, caller, client, kid))
    typer.echo("taken away")


def _as_operator(request_id: UUID, work: Callable[[AsyncSession, Caller], Awaitable[ClientRequest]]) -> ClientRequest:
    async def run(tx: AsyncSession) -> ClientRequest:
        request = await tx.get(ClientRequest, request_id)
        if request is None:
            raise Refused("there is no such request")
        return await _told(work(tx, _operator(request.operator_id)))

    return in_transaction(lambda tx, _: run(tx))


def _of(client_id: str, work: Callable[[AsyncSession, Caller, Client], Awaitable[T]]) -> T:
    async def run(tx: AsyncSession) -> T:
        client = await _locked(tx, client_id)
        return await _told(work(tx, _operator(client.organization_id), client))

    return in_transaction(lambda tx, _: run(tx))


async def _locked(tx: AsyncSession, client_id: str) -> Client:
    client = await all_clients.locked_client(tx, client_id)
    if client is None:
        raise Refused(f"there is no client {client_id}")
    return client


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        raise end("the file is not JSON") from None


def _scopes(told: Settings) -> frozenset[str]:
    """Return all scopes there are."""
    return frozenset(compile_routes(service_documents([*told.upstreams, NAME])).scopes())


async def _administrator(tx: AsyncSession, organization_id: UUID, governorates: Sequence[str] | None = None) -> Caller:
    """Return whoever runs the gateway, in the place of an organisation's administrator. Raises Refused for one that nobody told of."""
    known, one = await store.organization(tx, organization_id), await store.one_of(tx, organization_id)
    if known is not None:
        kind, operator_id = known.kind, known.operator_id
    elif one is not None:  # an operator: no event of the directory tells of these
        kind, operator_id = one.organization_kind, one.operator_id
    else:
        raise Refused("no organisation with this id is known here")
    places = frozenset(governorates or (one.governorates if one else ()))
    roles = frozenset({"organization-administrator"})
    return Caller("ihala-gateway", organization_id, kind, operator_id, governorates=places, roles=roles)


def _operator(organization_id: UUID) -> Caller:
    """Return whoever runs the gateway, in the place of an organisation's operator."""
    roles, scopes = frozenset({"operator-administrator"}), frozenset({rights.APPROVE})
    return Caller("ihala-gateway", organization_id, rights.OPERATOR, roles=roles, scopes=scopes)


async def _told(work: Awaitable[T]) -> T:
    try:
        return await work
    except Problem as problem:
        raise Refused(problem.title.en) from None


def _checked(model: type[Any], values: dict[str, Any]) -> Any:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise end("; ".join(f"{'/'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())) from None

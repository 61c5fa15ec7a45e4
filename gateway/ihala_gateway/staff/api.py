"""HTTP in: scope, body, command, response model. No rule and no query."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from ihala_kit.vault import Vault

from ihala_gateway.clients.errors import RoleNeeded
from ihala_gateway.staff import accounts as change
from ihala_gateway.staff import administering, names, store
from ihala_gateway.staff import errors as no
from ihala_gateway.staff import models as v1
from ihala_gateway.staff.tables import Account

router = APIRouter(prefix="/v1/accounts", tags=["accounts"])
Administering = Annotated[Caller, Security(caller, scopes=["gateway:accounts"])]
_CHANGING = responses(no.AccountNotFound, RoleNeeded, no.OwnAccountRefused)


def _vault(request: Request) -> Vault:
    return Vault.of(request.app.state.database.settings)


def _issuer(request: Request) -> str:
    issuer: str = request.app.state.database.settings.issuer
    return issuer


Sealed = Annotated[Vault, Depends(_vault)]
Issuer = Annotated[str, Depends(_issuer)]


def _shown(vault: Vault, account: Account, response: Response | None = None) -> v1.Person:
    if response is not None:
        set_etag(response, account.version)
    return v1.Person.model_validate(account.model_dump() | {"name": names.shown(vault, account)})


@router.get("", response_model=Page[v1.Person], responses=responses(RoleNeeded))
async def accounts(caller: Administering, tx: Transaction, page: PageQuery, vault: Sealed) -> Page[v1.Person]:
    """List the people of your organisation; as an operator's administrator also those of the organisations you decide on."""
    rows = page_of(await store.administered_accounts(tx, caller, page), page, lambda row: (row.account_id,))
    return Page(items=[_shown(vault, row) for row in rows])


@router.post(
    "", status_code=201, response_model=v1.InvitedPerson,
    responses=responses(RoleNeeded, no.AccountNotFound, no.NameTaken, no.AccountStateRefused, no.NameRefused, no.RoleRefused),
)  # fmt: skip
async def add(
    body: v1.NewPerson, caller: Administering, once: Once, tx: Transaction, vault: Sealed, issuer: Issuer, response: Response
) -> v1.InvitedPerson:
    """Let somebody sign in. The link at which she chooses her password is told this once."""
    told: list[str | None] = []

    async def run() -> v1.Person:  # what is kept for a repetition is without the link
        added = await administering.add(tx, caller, vault, body)
        told.append(added.invitation)
        return _shown(vault, added.account)

    set_etag(response, 1)
    kept = await once(v1.Person, run)
    return v1.InvitedPerson(**kept.model_dump(), invitation=change.link(issuer, told[0]) if told and told[0] else None)


@router.get("/{account_id}", response_model=v1.Person, responses=responses(no.AccountNotFound, RoleNeeded))
async def account(account_id: UUID, caller: Administering, tx: Transaction, vault: Sealed, response: Response) -> v1.Person:
    """Show one person's account."""
    return _shown(vault, await store.administered(tx, caller, account_id), response)


@router.put(
    "/{account_id}/rights", response_model=v1.Person,
    responses=responses(no.AccountNotFound, RoleNeeded, no.OwnAccountRefused, no.AccountStateRefused, no.RoleRefused),
)  # fmt: skip
async def rights(
    account_id: UUID, body: v1.Rights, caller: Administering, tx: Transaction, version: IfMatch, vault: Sealed, response: Response
) -> v1.Person:
    """Give somebody other roles, governorates or clearance. Tokens given before are refused within a second."""
    found = await administering.of_version(tx, caller, account_id, version)
    await administering.change(tx, caller, found, body)
    return _shown(vault, found, response)


@router.put("/{account_id}/confidentiality", response_model=v1.Person, responses=_CHANGING)
async def confidentiality(
    account_id: UUID, body: v1.PersonConfidentiality, caller: Administering, tx: Transaction, version: IfMatch, vault: Sealed,
    response: Response,
) -> v1.Person:  # fmt: skip
    """Record the days of training and of the signed code of confidentiality, as the operator."""
    found = await administering.of_version(tx, caller, account_id, version)
    administering.confidentiality(caller, found, body.trained_on, body.code_signed_on)
    return _shown(vault, found, response)


@router.put("/{account_id}/suspension", response_model=v1.Person, responses=_CHANGING)
async def suspend(
    account_id: UUID, caller: Administering, tx: Transaction, version: IfMatch, vault: Sealed, response: Response
) -> v1.Person:
    """Let somebody in no more: her sessions end, her tokens are refused within a second."""
    found = await administering.of_version(tx, caller, account_id, version)
    await change.suspend(tx, found)
    return _shown(vault, found, response)


@router.delete(
    "/{account_id}/suspension", response_model=v1.Person,
    responses=responses(no.AccountNotFound, RoleNeeded, no.OwnAccountRefused, no.AccountStateRefused),
)  # fmt: skip
async def restore(
    account_id: UUID, caller: Administering, tx: Transaction, version: IfMatch, vault: Sealed, response: Response
) -> v1.Person:
    """Let somebody in again; she signs in anew."""
    found = await administering.of_version(tx, caller, account_id, version)
    administering.restore(found)
    return _shown(vault, found, response)


@router.delete("/{account_id}/sessions", status_code=204, responses=responses(no.AccountNotFound, RoleNeeded))
async def end_sessions(account_id: UUID, caller: Administering, tx: Transaction, version: IfMatch) -> None:
    """End all sessions of somebody, and the tokens given in them."""
    found = await administering.of_version(tx, caller, account_id, version, own=True)
    await store.end_sessions(tx, account_id)
    change.touch(found)


@router.post(
    "/{account_id}/invitation", status_code=201, response_model=v1.InvitedPerson,
    responses=responses(no.AccountNotFound, RoleNeeded, no.OwnAccountRefused, no.AccountStateRefused),
)  # fmt: skip
async def invite(
    account_id: UUID, caller: Administering, once: Once, tx: Transaction, version: IfMatch, vault: Sealed, issuer: Issuer
) -> v1.InvitedPerson:
    """Invite somebody anew who lost password or phone: both are forgotten, sessions end, the new link is told this once."""
    told: list[str] = []

    async def run() -> v1.Person:
        found = await administering.of_version(tx, caller, account_id, version)
        told.append(await administering.reset(tx, found))
        return _shown(vault, found)

    kept = await once(v1.Person, run)
    return v1.InvitedPerson(**kept.model_dump(), invitation=change.link(issuer, told[0]) if told else None)

"""Who read what of a person, for the data-protection officer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses

from ihala_intake.errors import RoleNeeded
from ihala_intake.models.protection import AccessView
from ihala_intake.protection import store
from ihala_intake.protection.errors import PersonNotFound

router = APIRouter(prefix="/v1/access-log", tags=["access-log"])
Protecting = Annotated[Caller, Security(caller, scopes=["intake:protect"])]


@router.get("", response_model=Page[AccessView], responses=responses(PersonNotFound, RoleNeeded))
async def find(caller: Protecting, tx: Transaction, page: PageQuery, person_id: Annotated[UUID, Query()]) -> Page[AccessView]:
    """Return the reads of one person's data, the oldest first. `ihala audit verify` checks that none is missing or altered."""
    if await store.owned_person(tx, caller, person_id) is None:
        raise PersonNotFound()
    if "dpo" not in caller.roles:
        raise RoleNeeded()
    after = page.after_as(int)
    rows = page_of(await store.accesses(tx, caller, person_id, after[0] if after else None, page.fetch), page, lambda row: (row.n,))
    offices = await store.organizations(tx, {row.organization_id for row in rows})
    kinds = {one.id: one.kind for one in offices.values()}
    return Page(items=[
        AccessView.model_validate(row.model_dump() | {"organization_kind": kinds.get(row.organization_id)}) for row in rows
    ])  # fmt: skip

"""An employer that takes part is looked at again: what an officer finds is recorded, and what is found wanting lets its offers rest."""

from uuid import UUID

from ihala_contracts.directory_v1 import OrganizationChecked
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.commands import organizations
from ihala_directory.joining import demands
from ihala_directory.joining.tables import ApplicationCheck
from ihala_directory.models.joining import NewOrganizationCheck
from ihala_directory.tables import Organization


async def record(tx: AsyncSession, caller: Caller, organization_id: UUID, version: int, body: NewOrganizationCheck) -> Organization:
    """Record what an officer looked at; emits OrganizationChecked, and OrganizationSuspended where something was found wanting.

    A registration that is not the entry's own may be looked at before it becomes that: then nothing rests for its sake.

    Raises OfficersOnly (403), OrganizationNotFound (404), OrganizationHasLeft (409), Stale (412).
    """
    row = await organizations.of_operator(tx, caller, organization_id, version)
    organizations.refuse_left(row)
    registration = body.registration or row.registration
    tx.add(ApplicationCheck(
        id=new_id(), organization_id=row.id, operator_id=row.operator_id, hidden=row.hidden, code=body.code, passed=body.passed,
        note=body.note, registration=registration, checked_by=caller.client_id, acting_officer=caller.acting_officer, checked_at=now(tx),
    ))  # fmt: skip
    await tx.flush()
    emit(tx, OrganizationChecked(
        organization_id=row.id, operator_id=row.operator_id, code=body.code, passed=body.passed, hidden=row.hidden, checked_at=now(tx),
    ))  # fmt: skip
    if row.status == "active" and demands.failed(row.kind, await organizations.found(tx, row, row.registration)):
        await organizations.suspend(tx, caller, row.id, row.version, "under_review")
    return row

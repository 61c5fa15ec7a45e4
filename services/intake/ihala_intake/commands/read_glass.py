"""What an open glass shows: the file of one case, to the one who opened it."""

from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import now
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.commands.break_glass import about
from ihala_intake.commands.people import open_person
from ihala_intake.commands.read import open_need
from ihala_intake.details import GlassDetails, NeedDetails
from ihala_intake.errors import PersonErased
from ihala_intake.ledger import log_access
from ihala_intake.models.protection import BreakGlassView, FileNeed, FileView
from ihala_intake.protection import store
from ihala_intake.protection.errors import BreakGlassEnded, BreakGlassNotFound
from ihala_intake.tables import BreakGlass, CaseFile, Need, Person


async def view(tx: AsyncSession, glass: BreakGlass) -> BreakGlassView:
    """Return an opening with its reason."""
    try:
        told = (await keys.of(tx, glass.key_id)).open(GlassDetails, glass.details, about(glass.id)).explanation
    except PersonErased:
        told = None
    return BreakGlassView.model_validate(glass.model_dump(exclude={"details"}) | {
        "break_glass_id": glass.id, "acting_officer": glass.acting_officer or None, "explanation": told,
    })  # fmt: skip


async def file(tx: AsyncSession, caller: Caller, break_glass_id: UUID) -> FileView:
    """Return the opened file. Row policies show it only while the glass is open, and only to who opened it.

    Raises BreakGlassNotFound (404), BreakGlassEnded (409), PersonErased (410).
    """
    glass = await store.break_glass_of(tx, caller, break_glass_id)
    if glass is None or (glass.client_id, glass.acting_officer) != (caller.client_id, caller.acting_officer or ""):
        raise BreakGlassNotFound()
    if glass.state != "open" or glass.until <= now(tx):
        raise BreakGlassEnded()
    case = (await tx.exec(select(CaseFile).where(CaseFile.id == glass.case_id))).one()
    person = (await tx.exec(select(Person).where(Person.id == glass.person_id))).one()
    needs = (await tx.exec(select(Need).where(Need.case_id == glass.case_id).order_by(col(Need.id)))).all()
    details = await open_person(tx, person)
    shown = [_need(need, await open_need(tx, need)) for need in needs]
    await log_access(tx, "break_glass", person_id=person.id, operator_id=glass.operator_id, categories=["everything"])
    return FileView(
        case_id=case.id, reference=case.reference, sensitivity=case.sensitivity, person=details.model_dump(mode="json", exclude_none=True),
        needs=shown,
    )  # fmt: skip


def _need(need: Need, details: NeedDetails) -> FileNeed:
    return FileNeed(need_id=need.id, code=details.code, note=details.note, urgency=need.urgency, state=need.state)

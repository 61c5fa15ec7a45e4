"""Opening a file that is not one's own: for a reason, for three hours, with its owner and the data-protection officer told.

It opens nothing by itself: row policies show an open glass's file to the client and officer who broke it, and each read is logged.
"""

from datetime import timedelta
from uuid import UUID

from ihala_contracts import intake_v1
from ihala_kit.auth import Caller
from ihala_kit.db import act_for, now
from ihala_kit.due import schedule
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.details import GlassDetails
from ihala_intake.errors import PersonErased, RoleNeeded
from ihala_intake.models.protection import BreakGlassIn
from ihala_intake.protection import store
from ihala_intake.protection.errors import BreakGlassEnded, BreakGlassNotFound, BreakGlassOpenAlready, CaseNotFound
from ihala_intake.store import OPERATOR
from ihala_intake.tables import BreakGlass, CaseFile, Person

OVER = "break-glass-over"
LASTS = timedelta(hours=3)
SUPERVISOR, DPO = "supervisor", "dpo"


async def open_file(tx: AsyncSession, caller: Caller, body: BreakGlassIn) -> BreakGlass:
    """Open a file to the caller for three hours; emits BreakGlassOpened.

    Raises RoleNeeded (403) unless a cleared supervisor of an operator calls, CaseNotFound (404), BreakGlassOpenAlready (409).
    """
    if caller.organization_kind != OPERATOR or SUPERVISOR not in caller.roles or not caller.cleared:
        raise RoleNeeded()
    case, person = await _found(tx, caller, body.case_id)
    if await store.open_already(tx, caller, case.id):
        raise BreakGlassOpenAlready()
    glass_id, at = new_id(), now(tx)
    try:
        key = await keys.of(tx, person.key_id)
    except PersonErased:
        raise CaseNotFound() from None
    glass = BreakGlass(
        id=glass_id, case_id=case.id, person_id=person.id, key_id=key.id, operator_id=case.operator_id, office_id=case.office_id,
        organization_id=caller.organization_id, client_id=caller.client_id, acting_officer=caller.acting_officer or "",
        sensitivity=case.sensitivity, reason=body.reason, details=key.seal(GlassDetails(explanation=body.explanation), about(glass_id)),
        state="open", opened_at=at, until=at + LASTS, version=1,
    )  # fmt: skip
    tx.add(glass)
    emit(tx, intake_v1.BreakGlassOpened(
        break_glass_id=glass.id, operator_id=glass.operator_id, office_id=glass.office_id, organization_id=glass.organization_id,
        opened_at=at, until=glass.until,
    ))  # fmt: skip
    await schedule(tx, OVER, glass.id, glass.until)
    return glass


async def end(tx: AsyncSession, caller: Caller, break_glass_id: UUID) -> BreakGlass:
    """End it before its time, as the reader or as the owner's data-protection officer; emits BreakGlassEnded.

    Raises BreakGlassNotFound (404), RoleNeeded (403), BreakGlassEnded (409).
    """
    glass = await store.break_glass_of(tx, caller, break_glass_id, lock=True)
    if glass is None:
        raise BreakGlassNotFound()
    by_reader = glass.client_id == caller.client_id and glass.acting_officer == (caller.acting_officer or "")
    by_dpo = glass.operator_id == caller.organization_id and DPO in caller.roles
    if not (by_reader or by_dpo):
        raise RoleNeeded()
    if glass.state != "open":
        raise BreakGlassEnded()
    _close(tx, glass, "dpo" if by_dpo else "reader")
    return glass


async def time_is_up(tx: AsyncSession, break_glass_id: UUID) -> None:
    """End it at its time."""
    glass = await store.break_glass_of(tx, Caller.system("clock"), break_glass_id, lock=True)
    if glass is not None and glass.state == "open":
        _close(tx, glass, "time")


def about(break_glass_id: UUID) -> str:
    """Return the place of the sealed reason."""
    return f"break_glass.details/{break_glass_id}"


async def _found(tx: AsyncSession, caller: Caller, case_id: UUID) -> tuple[CaseFile, Person]:
    """Look the file up as the system, since nobody shows it to the caller yet."""
    await act_for(tx, Caller.system("break-glass"))
    case = await store.case_by(tx, case_id)
    person = await tx.get(Person, case.person_id) if case else None
    await act_for(tx, caller)
    if case is None or person is None:
        raise CaseNotFound()
    return case, person


def _close(tx: AsyncSession, glass: BreakGlass, by: str) -> None:
    glass.state, glass.ended_at, glass.ended_by, glass.version = "ended", now(tx), by, glass.version + 1
    emit(tx, intake_v1.BreakGlassEnded.model_validate({
        "break_glass_id": glass.id, "operator_id": glass.operator_id, "office_id": glass.office_id,
        "organization_id": glass.organization_id, "by": by, "ended_at": glass.ended_at,
    }))  # fmt: skip

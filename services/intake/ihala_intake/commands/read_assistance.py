"""Help that was given, as a reader gets to see it. Each read is logged with the person."""

from collections.abc import Sequence

from ihala_kit.auth import Caller
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.errors import PersonErased
from ihala_intake.giving import store
from ihala_intake.giving.details import GivenDetails, PartDetails
from ihala_intake.ledger import log_access
from ihala_intake.models.assistance import AssistanceView, InstalmentView
from ihala_intake.store import OPERATOR
from ihala_intake.tables import Assistance, CaseFile, Instalment


async def views(tx: AsyncSession, caller: Caller, case: CaseFile, rows: Sequence[Assistance]) -> list[AssistanceView]:
    """Return help of one case, opened, and log once that it was read. Of an erased person neither code nor amount is left."""
    if not rows:
        return []
    try:
        key = await keys.of(tx, rows[0].key_id)
    except PersonErased:
        key = None
    else:
        await log_access(tx, "assistance", person_id=case.person_id, operator_id=case.operator_id, categories=["needs"])
    parts = await store.parts_of(tx, [row.id for row in rows])
    return [await _view(tx, caller, key, row, [part for part in parts if part.assistance_id == row.id]) for row in rows]


async def view(tx: AsyncSession, caller: Caller, row: Assistance) -> AssistanceView:
    """Return one."""
    [one] = await views(tx, caller, await tx.get_one(CaseFile, row.case_id), [row])
    return one


async def _view(tx: AsyncSession, caller: Caller, key: keys.Key | None, row: Assistance, parts: Sequence[Instalment]) -> AssistanceView:
    erased = GivenDetails(code=row.code)
    details = key.open(GivenDetails, row.details, f"assistance.details/{row.id}") if key else erased
    owner = caller.organization_kind == OPERATOR and caller.organization_id == row.operator_id
    return AssistanceView.model_validate(row.model_dump(exclude={"details"}) | details.model_dump() | {
        "assistance_id": row.id, "organization_id": row.origin_id, "instalments": [_part(key, part) for part in parts],
        "possible_duplicates": await store.count_doubles(tx, row.id) if owner else None,
    })  # fmt: skip


def _part(key: keys.Key | None, row: Instalment) -> InstalmentView:
    amount = key.open(PartDetails, row.details, f"instalment.details/{row.id}").amount if key else None
    return InstalmentView.model_validate(row.model_dump(exclude={"details"}) | {"amount": amount})

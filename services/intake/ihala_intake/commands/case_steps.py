"""What was done with a case, written down with it."""

from ihala_kit.db import caller_of, now
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.casework.details import StepDetails
from ihala_intake.casework.rules import Step
from ihala_intake.tables import CaseFile, CaseStep, Person

ERASED = "erased"  # the reason of what ends with a person


async def key_of(tx: AsyncSession, case: CaseFile) -> keys.Key:
    """Return the key that seals what belongs to a case. Raises PersonErased (410)."""
    person = await tx.get_one(Person, case.person_id)
    return await keys.of(tx, person.key_id)


async def write_step(
    tx: AsyncSession, case: CaseFile, act: Step, *, reason: str | None = None, details: StepDetails | None = None
) -> CaseStep:
    """Add what was just done, with who has the case now. Raises PersonErased (410), but for what ends since the person is erased."""
    caller, step_id = caller_of(tx), new_id()
    person = await tx.get_one(Person, case.person_id)
    key = None if reason == ERASED else await keys.of(tx, person.key_id)
    step = CaseStep(
        id=step_id, case_id=case.id, operator_id=case.operator_id, sensitivity=case.sensitivity, act=act.value, officer=case.officer,
        office_id=case.office_id, reason=reason, key_id=person.key_id,
        details=None if details is None or key is None else key.seal(details, f"case_step.details/{step_id}"),
        organization_id=caller.organization_id, client_id=caller.client_id, acting_officer=caller.acting_officer, at=now(tx),
    )  # fmt: skip
    tx.add(step)
    return step

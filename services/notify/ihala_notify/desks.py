"""Events that one operator's desks have to act on: a case, an offer, a complaint, what waits. They go into its feed and nobody else's.

Who is restricted is in no feed: those who may know have a list in intake. So has whoever handles a sensitive complaint.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from ihala_contracts import intake_v1 as intake
from ihala_contracts.directory_v1 import RulesetPublished
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import HandOverEnded, HandOverOffered, Sensitivity
from ihala_contracts.referral_v1 import CompetenceChanged, DutyRosterChanged
from ihala_kit.inbox import reads
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify import feed, standing
from ihala_notify.visibility import Circle

_OF_ONE_OPERATOR: tuple[type[Event], ...] = (
    intake.ArrivalAnnounced, intake.CallBackAsked, intake.WaitingEnded, intake.ConcernFiled,
    intake.ProgrammePlanSent, intake.ProgrammePlanSettled,
    intake.CaseOpened, intake.CaseMoved, intake.CaseClosed, intake.CaseReopened, intake.PossibleDoubleFound,
    intake.ComplaintReceived, intake.ComplaintAssigned, intake.ComplaintOverdue,
    intake.BreakGlassOpened, intake.BreakGlassEnded, intake.ErasureOverdue,
    RulesetPublished, DutyRosterChanged, CompetenceChanged,
)  # fmt: skip


@reads(HandOverOffered)
async def hand_over_offered(tx: AsyncSession, event: HandOverOffered) -> None:
    """The other operator has to answer."""
    await _tell(tx, event, event.to_operator_id, event.sensitivity)


@reads(HandOverEnded)
async def hand_over_ended(tx: AsyncSession, event: HandOverEnded) -> None:
    """Both go on from there."""
    for operator_id in (event.operator_id, event.to_operator_id):
        await _tell(tx, event, operator_id, event.sensitivity)


async def _tell(tx: AsyncSession, event: Event, operator_id: UUID, sensitivity: Sensitivity) -> None:
    gone = await standing.gone(tx, [operator_id])
    feed.show(tx, event, Circle(operator_id=operator_id, sensitivity=sensitivity, gone=gone))


def _for_its_operator(model: type[Event]) -> Callable[[AsyncSession, Event], Awaitable[None]]:
    async def follow(tx: AsyncSession, event: Event) -> None:
        await _tell(tx, event, vars(event)["operator_id"], _said_of_itself(event))

    return reads(model)(follow)


def _said_of_itself(event: Event) -> Sensitivity:
    """Return how sensitive an event says it is; one that could say so and does not counts as restricted."""
    if "sensitivity" in type(event).model_fields:
        return vars(event)["sensitivity"] or Sensitivity.RESTRICTED
    return Sensitivity.RESTRICTED if getattr(event, "sensitive", False) else Sensitivity.STANDARD


for _model in _OF_ONE_OPERATOR:
    globals()[f"follow_{_model.__name__}"] = _for_its_operator(_model)

READ_HERE = frozenset({*_OF_ONE_OPERATOR, HandOverOffered, HandOverEnded})

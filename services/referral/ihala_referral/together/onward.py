"""A receiver finds that something else is needed, too. Intake opens it in the same case, or has its office decide."""

from uuid import UUID

from ihala_contracts import referral_v1 as v1
from ihala_contracts.intake_v1 import OnwardNeedSettled, Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing
from ihala_referral.competence import sensitivity_of
from ihala_referral.errors import NeedCodeRestricted, NeedCodeUnknown
from ihala_referral.states import TAKEN
from ihala_referral.tables import OnwardNeed
from ihala_referral.together import ground
from ihala_referral.together.errors import SaidByVoice
from ihala_referral.together.trouble_models import OnwardIn


async def ask(tx: AsyncSession, caller: Caller, referral_id: UUID, body: OnwardIn) -> OnwardNeed:
    """Ask that another need be opened; emits OnwardNeedAsked. A restricted one is brought to the office by voice.

    Raises what `ground.begin` does, SaidByVoice, NeedCodeRestricted (409), NeedCodeUnknown (422).
    """
    situation, referral, party = await ground.begin(tx, caller, referral_id, ground.RECEIVER, TAKEN)
    sensitivity = sensitivity_of(body.need_code)
    if sensitivity is None:
        raise NeedCodeUnknown(pointer="#/need_code")
    if sensitivity is Sensitivity.RESTRICTED:
        raise NeedCodeRestricted(pointer="#/need_code")
    if referral.restricted:
        raise SaidByVoice()
    row = OnwardNeed(
        id=new_id(), referral_id=referral.id, operator_id=referral.operator_id, organization_id=referral.organization_id,
        need_code=body.need_code, urgency=body.urgency, state="asked", asked_at=situation.now, client_id=caller.client_id,
        acting_officer=caller.acting_officer,
    )  # fmt: skip
    tx.add(row)
    announcing.record(tx, situation, "ask_onward", party, referral.state, referral.state, referral=referral)
    announcing.moved(tx, situation, referral, v1.OnwardNeedAsked, onward_id=row.id, need_code=row.need_code, urgency=row.urgency)
    return row


async def settled(tx: AsyncSession, event: OnwardNeedSettled) -> None:
    """Write down what intake made of it; one that referral does not know is nobody's here."""
    row = await tx.get(OnwardNeed, event.onward_id, with_for_update=True, populate_existing=True)
    if row is None:
        return
    row.state, row.need_id = event.outcome, event.opened_need_id
    row.settled_at = None if event.outcome == "waits" else event.settled_at

"""What an open offer says is corrected: by intake, which owns the need, or by origin or office for this offer and those that follow.

The receiver sees which fields read differently and why, never what stood there before.
"""

from uuid import UUID

from ihala_contracts.referral_v1 import ReferralAmended
from ihala_kit.auth import Caller
from ihala_kit.db import caller_of
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, sealing, work_items
from ihala_referral.guards import Situation
from ihala_referral.sealing import AGE, Facts
from ihala_referral.states import UNDECIDED, Party
from ihala_referral.tables import Amendment, Placement, Referral
from ihala_referral.together import ground, store
from ihala_referral.together.errors import NothingToAmend, SaidByVoice
from ihala_referral.together.trouble_models import AmendmentIn

SAID_BY_INTAKE = "corrected"


async def amend(tx: AsyncSession, caller: Caller, referral_id: UUID, version: int, body: AmendmentIn) -> Referral:
    """Correct what the offer says of the person, as far as it says it; emits ReferralAmended. The office is asked to correct the file.

    Raises what `ground.begin` does, SaidByVoice, NothingToAmend (409), Stale (412).
    """
    situation, referral, party = await ground.begin(tx, caller, referral_id, ground.ASKING_SIDE, UNDECIDED)
    if referral.version != version:
        raise Stale()
    if referral.restricted:
        raise SaidByVoice()
    placement = situation.placement
    said = body.facts.model_dump(exclude_none=True)
    facts = await sealing.facts_of(tx, placement)
    if facts is None or not set(said) <= {*referral.attributes, AGE}:
        raise NothingToAmend(fields=sorted({*referral.attributes, AGE}) if facts is not None else [])
    # Of an emergency there may be another offer that says the same.
    saying = [one for one in situation.open() if one.state in UNDECIDED and set(said) & {*one.attributes, AGE}]
    before = [await sealing.shown(tx, one) for one in saying]
    await sealing.keep_facts(tx, placement, facts | said)
    for one, shown_before in zip(saying, before, strict=True):
        await told(tx, situation, one, shown_before, body.reason, party)
    await work_items.open_item(tx, situation, work_items.FILE_CORRECTION, referral, detail=",".join(sorted(said)))
    return referral


async def told(tx: AsyncSession, situation: Situation, referral: Referral, before: Facts, reason: str, party: Party = Party.SYSTEM) -> None:
    """Show the receiver what is known now, raise the version with its audit, and write down which of the fields it sees read differently.

    `before` is what it was shown. Emits ReferralAmended where there are any.
    """
    of_need = _of_need(situation, referral)
    await show(tx, situation.placement, referral)
    referral.need_changed = True
    referral.version += 1
    announcing.record(tx, situation, store.AMEND, party, referral.state, referral.state, referral=referral, reason=reason)
    fields = _differing(before, await sealing.shown(tx, referral)) + of_need
    if not fields:
        return
    caller = caller_of(tx)
    tx.add(Amendment(
        id=new_id(), referral_id=referral.id, operator_id=referral.operator_id, fields=fields, reason=reason, at=situation.now,
        organization_id=None if caller.is_system else caller.organization_id, client_id=caller.client_id,
        acting_officer=caller.acting_officer,
    ))  # fmt: skip
    announcing.moved(tx, situation, referral, ReferralAmended, fields=fields, reason=reason)


async def show(tx: AsyncSession, placement: Placement, referral: Referral) -> None:
    """Let the offer say what is known now. Its clocks stay as they were told: they go by what was offered."""
    await sealing.keep_shown(tx, placement, referral)
    referral.need_urgency, referral.need_governorate = placement.urgency, placement.governorate
    if referral.district:
        referral.district = placement.district


def _differing(before: Facts, after: Facts) -> list[str]:
    then, now = before.get("attributes", {}), after.get("attributes", {})
    bands = ["age_band"] if before.get("age_band") != after.get("age_band") else []
    return bands + sorted(name for name in {*then, *now} if then.get(name) != now.get(name))


def _of_need(situation: Situation, referral: Referral) -> list[str]:
    """Return what the offer says of the need itself that is no longer so; a restricted one says no place."""
    placement = situation.placement
    said: dict[str, str | None] = {"urgency": referral.urgency_told}
    if not referral.restricted:
        said |= {"governorate": referral.governorate_told} | ({"district": referral.district} if referral.district else {})
    return [name for name, value in said.items() if getattr(placement, name) != value]

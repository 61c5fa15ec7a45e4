"""Notes: of one side alone, or for all parties. Sealed under the need's key; none of a restricted referral."""

from uuid import UUID

from ihala_contracts.referral_v1 import NoteShared
from ihala_kit.auth import Caller
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, sealing
from ihala_referral.states import State
from ihala_referral.tables import Note
from ihala_referral.together import ground
from ihala_referral.together.errors import SaidByVoice
from ihala_referral.together.models import NoteIn, NoteView

KIND = "note"
NOTED = frozenset(State) - {State.ENTERED_IN_ERROR}


async def write(tx: AsyncSession, caller: Caller, referral_id: UUID, body: NoteIn) -> Note:
    """Write a note; emits NoteShared if it is for all parties, else nothing. Raises what `ground.begin` does, SaidByVoice,
    OutsideConsent (409).
    """
    situation, referral, party = await ground.begin(tx, caller, referral_id, ground.BOTH_SIDES, NOTED)
    if referral.restricted:
        raise SaidByVoice()
    ground.inside(situation.placement, body.categories)
    note = Note(
        id=new_id(), referral_id=referral.id, operator_id=referral.operator_id, need_id=referral.need_id,
        organization_id=caller.organization_id, shared=body.shared, text=await sealing.seal(tx, referral.need_id, body.text, KIND),
        at=situation.now, client_id=caller.client_id, acting_officer=caller.acting_officer,
    )  # fmt: skip
    tx.add(note)
    if note.shared:
        announcing.moved(tx, situation, referral, NoteShared, note_id=note.id, by=party.value)
    return note


async def shown(tx: AsyncSession, note: Note) -> NoteView:
    """Return the note in words; without them once the person was erased or the referral redacted."""
    text = await sealing.opened(tx, note.need_id, note.text, KIND)
    return NoteView(id=note.id, organization_id=note.organization_id, shared=note.shared, text=text, at=note.at)

"""Notes: of one side alone, or for all parties. Sealed under the need's key; none of a restricted referral."""

from collections.abc import Sequence
from uuid import UUID

from ihala_contracts.referral_v1 import NoteShared
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import access, announcing, sealing
from ihala_referral.states import TAKEN, State
from ihala_referral.tables import Note, Referral
from ihala_referral.together import ground
from ihala_referral.together.errors import OutsideConsent, SaidByVoice
from ihala_referral.together.models import NoteIn, NoteView

KIND = "note"
NOTED = frozenset(State) - {State.ENTERED_IN_ERROR}


async def write(tx: AsyncSession, caller: Caller, referral_id: UUID, body: NoteIn) -> Note:
    """Write a note; emits NoteShared if it is for all parties, else nothing.

    Raises what `ground.begin` does, SaidByVoice, OutsideConsent (409), also for data of the person that is shared before intake has
    opened them to the receiver, or after the end.
    """
    situation, referral, party = await ground.begin(tx, caller, referral_id, ground.BOTH_SIDES, NOTED)
    if referral.restricted:
        raise SaidByVoice()
    ground.inside(situation.placement, body.categories)
    if body.shared and body.categories and not (referral.disclosed_at is not None and referral.state in TAKEN):
        raise OutsideConsent(pointer="#/categories", categories=body.categories)
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
    """Return the note in words, as `shown_of_all` does."""
    [view] = await shown_of_all(tx, [note])
    return view


async def shown_to(tx: AsyncSession, caller: Caller, referral: Referral, notes: Sequence[Note]) -> list[NoteView]:
    """Return notes as the caller may read them: of others' none in words to a receiver whose access is over."""
    views = await shown_of_all(tx, notes)
    if access.reads(caller, referral, now(tx)):
        return views
    return [view if view.organization_id == caller.organization_id else view.model_copy(update={"text": None}) for view in views]


async def shown_of_all(tx: AsyncSession, notes: Sequence[Note]) -> list[NoteView]:
    """Return notes of one referral in words; without them once the person was erased or the referral redacted."""
    words = await sealing.opened_of_one(tx, notes[0].need_id, [note.text for note in notes], KIND) if notes else []
    return [
        NoteView(id=note.id, organization_id=note.organization_id, shared=note.shared, text=text, at=note.at)
        for note, text in zip(notes, words, strict=True)
    ]

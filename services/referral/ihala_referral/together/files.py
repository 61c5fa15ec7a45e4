"""Files that go with a referral, by their ids at intake: named by who asks, fetched there by the receiver under the consent's lock."""

from uuid import UUID

from ihala_contracts.referral_v1 import ReferralFilesChanged
from ihala_kit.auth import Caller
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing
from ihala_referral.guards import Situation
from ihala_referral.states import OPEN, Party
from ihala_referral.tables import FileReference, Referral
from ihala_referral.together import ground, store
from ihala_referral.together.errors import FileNotFound, FilesFull, SaidByVoice
from ihala_referral.together.models import FileIn

FILES = "files"  # the consent's category
MOST = 20


async def name(tx: AsyncSession, caller: Caller, referral_id: UUID, body: FileIn) -> FileReference:
    """Name a file for the receiver; the same again changes nothing. Emits ReferralFilesChanged.

    Intake alone knows whether there is such a file, and gives it out only to whom the consent opens it; here it is an id.
    Raises what `ground.begin` does, SaidByVoice, OutsideConsent, FilesFull (409).
    """
    situation, referral, party = await ground.begin(tx, caller, referral_id, ground.ASKING_SIDE, OPEN)
    if referral.restricted:
        raise SaidByVoice()
    ground.inside(situation.placement, [FILES])
    row = await tx.get(FileReference, (referral.id, body.attachment_id))
    if row is not None and row.removed_at is None:
        return row
    named = len(await store.files(tx, referral.id))
    if named >= MOST:
        raise FilesFull(most=MOST)
    if row is None:
        row = FileReference(
            referral_id=referral.id, attachment_id=body.attachment_id, operator_id=referral.operator_id, purpose=body.purpose,
            organization_id=caller.organization_id, client_id=caller.client_id, added_at=situation.now,
        )  # fmt: skip
        tx.add(row)
    row.purpose, row.removed_at, row.added_at = body.purpose, None, situation.now
    row.organization_id, row.client_id, row.acting_officer = caller.organization_id, caller.client_id, caller.acting_officer
    _tell(tx, situation, referral, "name_file", party, named + 1)
    return row


async def take_back(tx: AsyncSession, caller: Caller, referral_id: UUID, attachment_id: UUID) -> FileReference:
    """Name a file no more; emits ReferralFilesChanged. Raises what `ground.begin` does, FileNotFound (404)."""
    situation, referral, party = await ground.begin(tx, caller, referral_id, ground.ASKING_SIDE, OPEN)
    named = await store.files(tx, referral.id)
    row = next((one for one in named if one.attachment_id == attachment_id), None)
    if row is None:
        raise FileNotFound()
    row.removed_at = situation.now
    _tell(tx, situation, referral, "take_file_back", party, len(named) - 1)
    return row


def _tell(tx: AsyncSession, situation: Situation, referral: Referral, act: str, party: Party, files: int) -> None:
    announcing.record(tx, situation, act, party, referral.state, referral.state, referral=referral)
    announcing.moved(tx, situation, referral, ReferralFilesChanged, files=files)

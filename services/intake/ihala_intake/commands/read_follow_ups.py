"""A follow-up as the office sees it."""

from ihala_kit.auth import Caller
from ihala_kit.words import Language
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.commands.follow_ups import terms_of
from ihala_intake.details import FollowUpDetails
from ihala_intake.errors import PersonErased
from ihala_intake.following import policy, store
from ihala_intake.ledger import log_access
from ihala_intake.models.follow_ups import FollowUpDetail, FollowUpView, TryView
from ihala_intake.tables import FollowUp, FollowUpTry, Need


def view(follow_up: FollowUp, need: Need, language: Language) -> FollowUpView:
    """Return a follow-up for a list: nothing that anybody said."""
    terms = terms_of(need, follow_up.policy)
    return FollowUpView.model_validate(follow_up.model_dump(exclude={"details"}) | {
        "follow_up_id": follow_up.id, "need_reference": need.reference, "need_state": need.state, "ways": terms.ways,
        "question": policy.question(follow_up.policy, follow_up.number).spoken(language), "own_worker": terms.own_worker,
        "tries_left": terms.tries - follow_up.tries if follow_up.state in ("planned", "due") else 0,
    })  # fmt: skip


async def detail(tx: AsyncSession, caller: Caller, follow_up: FollowUp, need: Need, language: Language) -> FollowUpDetail:
    """Return one with its tries and what was said, and log that it was read. Of an erased person both are empty."""
    tries = await store.tries(tx, caller, follow_up.id)
    try:
        key = await keys.of(tx, follow_up.key_id)
    except PersonErased:
        key = None
    else:
        await log_access(
            tx, "follow_up", person_id=need.person_id, operator_id=need.operator_id, need_id=need.id, categories=["needs"]
        )  # fmt: skip
    said = _opened(key, follow_up.details, f"follow_up.details/{follow_up.id}")
    return FollowUpDetail(
        **view(follow_up, need, language).model_dump(), tried=[_try(key, one) for one in tries], by=said and said.by,
        note=said and said.note,
    )  # fmt: skip


def _try(key: keys.Key | None, row: FollowUpTry) -> TryView:
    said = _opened(key, row.details, f"follow_up_try.details/{row.id}")
    return TryView.model_validate(row.model_dump(exclude={"details"}) | {"by": said and said.by})


def _opened(key: keys.Key | None, sealed: bytes | None, about: str) -> FollowUpDetails | None:
    return key.open(FollowUpDetails, sealed, about) if key and sealed else None

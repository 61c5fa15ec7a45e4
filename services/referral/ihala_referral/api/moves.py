"""Moving a referral. Every POST takes If-Match and an Idempotency-Key, and answers the referral as it stands then."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from ihala_kit.auth import Caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once, Retries
from ihala_kit.problems import Problem, responses
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from ihala_referral import models, tables, views
from ihala_referral.api.rights import Answering, Reading
from ihala_referral.commands import moves
from ihala_referral.errors import (
    AgreementMissing,
    CommentMissing,
    CriterionMissing,
    DateNotAllowed,
    MoveNotAllowed,
    OfferChanged,
    OutcomeNotAsked,
    QuestionNotAsked,
    ReasonUnknown,
    ReferralNotFound,
    TriesMissing,
    WordsMissing,
)
from ihala_referral.states import Act
from ihala_referral.together.errors import OutsideConsent, SaidByVoice

router = APIRouter(prefix="/v1/referrals/{referral_id}", tags=["moves"])


@dataclass
class Change:
    """What every move comes with."""

    referral_id: UUID
    version: int
    once: Retries
    tx: AsyncSession
    response: Response

    async def answer(self, caller: Caller, move: Callable[[], Awaitable[tables.Referral]]) -> models.Referral:
        """Return the moved referral as the caller may see it; a repeated request gets the first answer again."""

        async def run() -> models.Referral:
            row = await move()
            set_etag(self.response, row.version)
            return await views.referral(self.tx, caller, row)

        return await self.once(models.Referral, run)

    @property
    def this(self) -> tuple[UUID, int]:
        """Return the referral and the version that the caller read."""
        return self.referral_id, self.version


async def _change(  # async, since FastAPI would give anything else a thread of its own
    referral_id: UUID, version: IfMatch, once: Once, tx: Transaction, response: Response
) -> Change:
    return Change(referral_id, version, once, tx, response)


Moving = Annotated[Change, Depends(_change, scope="function")]


def _post(path: str, *problems: type[Problem]) -> Callable[[Any], Any]:
    refusals = responses(ReferralNotFound, MoveNotAllowed, *problems)
    return router.post(path, response_model=models.Referral, responses=refusals)


@_post("/acknowledgement")
async def acknowledge(caller: Answering, change: Moving, body: models.Nothing | None = None) -> models.Referral:
    """Say that it was seen. The decision clock runs on."""
    return await change.answer(caller, lambda: moves.acknowledge(change.tx, caller, *change.this))


@_post("/acceptance", OfferChanged)
async def accept(caller: Answering, change: Moving, body: models.Nothing | None = None) -> models.Referral:
    """Accept a referral that was offered to the caller's organisation."""
    return await change.answer(caller, lambda: moves.accept(change.tx, caller, *change.this))


@_post("/decline", ReasonUnknown, CommentMissing, CriterionMissing, QuestionNotAsked, SaidByVoice)
async def decline(body: models.Decline, caller: Answering, change: Moving) -> models.Referral:
    """Say no, with a reason. The next provider is asked."""
    return await change.answer(
        caller,
        lambda: moves.decline(change.tx, caller, *change.this, Act.DECLINE, body.reason, body.comment, body.criterion),
    )


@_post("/question", SaidByVoice, WordsMissing)
async def ask(body: models.Question, caller: Answering, change: Moving) -> models.Referral:
    """Ask for more, twice at most. The decision clock rests until the answer."""
    return await change.answer(caller, lambda: moves.ask(change.tx, caller, *change.this, body.text))


@_post("/answer", OutsideConsent, SaidByVoice, WordsMissing)
async def answer(body: models.Answer, caller: Reading, change: Moving) -> models.Referral:
    """Answer the receiver's question, as origin or coordinator, inside the consent."""
    return await change.answer(caller, lambda: moves.answer(change.tx, caller, *change.this, body.text, body.categories))


@_post("/waitlisting", AgreementMissing, DateNotAllowed)
async def waitlist(body: models.Waitlisting, caller: Answering, change: Moving) -> models.Referral:
    """Put the person, who agreed, on the receiver's waiting list. The place is given back."""
    return await change.answer(
        caller,
        lambda: moves.waitlist(change.tx, caller, *change.this, body.review_at, agreed=body.person_agreed),
    )


@_post("/start", DateNotAllowed)
async def start(body: models.Start, caller: Answering, change: Moving) -> models.Referral:
    """Record the first contact: the service runs."""
    return await change.answer(caller, lambda: moves.start(change.tx, caller, *change.this, body.first_contact_at))


@_post("/release", ReasonUnknown, CommentMissing, CriterionMissing, QuestionNotAsked, SaidByVoice)
async def release(body: models.Decline, caller: Answering, change: Moving) -> models.Referral:
    """Give an accepted referral back before the first contact. It counts as declined."""
    return await change.answer(
        caller,
        lambda: moves.decline(change.tx, caller, *change.this, Act.RELEASE, body.reason, body.comment, body.criterion),
    )


@_post("/failure", ReasonUnknown, CommentMissing, TriesMissing, SaidByVoice)
async def fail(body: models.Failure, caller: Reading, change: Moving) -> models.Referral:
    """Say that it could not be done, as receiver or coordinator."""
    return await change.answer(caller, lambda: moves.fail(change.tx, caller, *change.this, body.reason, body.comment))


@_post("/hold", ReasonUnknown, DateNotAllowed)
async def hold(body: models.Hold, caller: Reading, change: Moving) -> models.Referral:
    """Let the service rest until a date, as receiver or coordinator."""
    return await change.answer(caller, lambda: moves.hold(change.tx, caller, *change.this, body.reason, body.resume_by))


@_post("/resumption")
async def resume(caller: Reading, change: Moving, body: models.Nothing | None = None) -> models.Referral:
    """Let the service go on, as receiver or coordinator."""
    return await change.answer(caller, lambda: moves.resume(change.tx, caller, *change.this))


@_post("/review")
async def review(caller: Answering, change: Moving, body: models.Nothing | None = None) -> models.Referral:
    """Say that the service, or the waiting, still goes on; asked for every 30 days."""
    return await change.answer(caller, lambda: moves.review(change.tx, caller, *change.this))


@_post("/completion", OutcomeNotAsked)
async def complete(body: models.Completion, caller: Answering, change: Moving) -> models.Referral:
    """Say what came of each thing asked: met, partly met, not met. The person is asked too, by intake."""
    outcomes = [outcome.sent() for outcome in body.outcomes]
    return await change.answer(caller, lambda: moves.complete(change.tx, caller, *change.this, outcomes))


@_post("/cancellation", ReasonUnknown, CommentMissing, SaidByVoice)
async def cancel(body: models.Cancellation, caller: Reading, change: Moving) -> models.Referral:
    """Take it back from the receiver, as origin or coordinator."""
    return await change.answer(
        caller, lambda: moves.cancel(change.tx, caller, *change.this, body.reason, body.comment, body.preferred_reservation_id)
    )

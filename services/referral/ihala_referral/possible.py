"""What a caller may do with a referral now, and what each move asks for in its body, read from the bodies' own models. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ihala_kit.words import Words
from pydantic import BaseModel, Field

from ihala_referral import consequences, lifecycle, models
from ihala_referral.guards import Situation
from ihala_referral.policy import policy
from ihala_referral.states import Act, Party
from ihala_referral.tables import Referral

_WORDS = frozenset({"text", "comment"})  # of a restricted referral nothing is written down


class PossibleReason(BaseModel):
    """A reason that the caller may give for a move now."""

    code: str
    title: dict[str, str]
    comment_needed: bool
    criterion_needed: bool


class PossibleMove(BaseModel):
    """A move that is open, and what its body holds."""

    move: Act
    address: str = Field(description="POST it to /v1/referrals/{referral_id}/ and this, with If-Match and Idempotency-Key")
    needed: list[str] = Field(description="members that the body must have")
    optional: list[str]
    reasons: list[PossibleReason] = Field(description="what `reason` may be; empty where the move has none")
    latest: datetime | None = Field(description="the last instant that the body's date may be")


class Moves(models.Moves):
    """What the caller may do now, and what each move asks for."""

    details: list[PossibleMove]


@dataclass(frozen=True, slots=True)
class Form:
    """Where a move is sent, and its body."""

    address: str
    body: type[BaseModel]


def moves(situation: Situation, referral: Referral, parties: frozenset[Party], forms: Mapping[Act, Form]) -> Moves:
    """Return what a caller who is all these parties may do."""
    allowed = lifecycle.allowed(situation, referral, parties)
    return Moves(moves=allowed, details=[_details(situation, referral, parties, act, forms[act]) for act in allowed if act in forms])


def _details(situation: Situation, referral: Referral, parties: frozenset[Party], act: Act, form: Form) -> PossibleMove:
    fields = {name: field for name, field in form.body.model_fields.items() if not (referral.restricted and name in _WORDS)}
    needed = [name for name, field in fields.items() if field.is_required() or field.description == models.SPOKEN]
    party = lifecycle.party_for(situation, referral, act, parties)
    return PossibleMove(
        move=act, address=form.address, needed=needed, optional=[name for name in fields if name not in needed],
        reasons=_reasons(situation, referral, act, party) if "reason" in fields else [], latest=_latest(situation, act),
    )  # fmt: skip


def _reasons(situation: Situation, referral: Referral, act: Act, party: Party) -> list[PossibleReason]:
    fits = [reason for reason in consequences.reasons() if act in reason.acts and party in reason.by]
    return [
        PossibleReason(
            code=reason.code, title=_words(reason.title), comment_needed=reason.comment and not referral.restricted,
            criterion_needed=reason.criterion,
        )
        for reason in fits
        if reason.in_force(situation.today) and (referral.rounds or not reason.after_question)
    ]  # fmt: skip


def _words(title: Words) -> dict[str, str]:
    return {"en": title.en, "ar": title.ar, "ckb": title.ckb}


def _latest(situation: Situation, act: Act) -> datetime | None:
    """Return how far ahead the date of a move may lie; a first contact lies not ahead at all."""
    rules = policy(situation.placement.policy_version)
    ahead = {Act.WAITLIST: rules.review, Act.HOLD: rules.longest_hold}
    if act is Act.START:
        return situation.now
    return situation.now + ahead[act] if act in ahead else None

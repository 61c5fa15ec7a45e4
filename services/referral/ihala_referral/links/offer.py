"""What a link shows of an offer: never who it is about."""

from dataclasses import dataclass
from datetime import date, datetime

from ihala_contracts.intake_v1 import Sensitivity, Urgency
from ihala_kit.db import now
from ihala_kit.words import Language, Words
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import calendar, labels, store
from ihala_referral.states import State
from ihala_referral.tables import Placement, Referral

OTHERS: dict[Language, tuple[str, ...]] = {"ar": ("ar", "ckb", "en"), "ckb": ("ckb", "ar", "en"), "en": ("en", "ar", "ckb")}


@dataclass(frozen=True)
class Offer:
    """One offer, masked. `need` is None for what is not standard."""

    reference: str
    service: dict[str, str]
    office: dict[str, str]
    need: Words | None
    urgency: Urgency
    governorate: Words | None
    acknowledged: bool
    need_changed: bool
    acknowledge_by: datetime | None
    decide_by: datetime | None
    today: date  # reasons have days on which they may be given


async def offer_of(tx: AsyncSession, referral: Referral) -> Offer:
    """Return what may be shown of a referral, whoever asks."""
    around = await tx.get_one(Placement, referral.placement_id)
    office = await store.organization(tx, referral.operator_id)
    acknowledged = referral.state is not State.OFFERED
    return Offer(
        reference=referral.reference, service=referral.service_name, office=office.names if office else {},
        need=labels.need(referral.need_code) if around.sensitivity is Sensitivity.STANDARD else None, urgency=referral.urgency_told,
        governorate=labels.governorate(referral.governorate_told), acknowledged=acknowledged, need_changed=referral.need_changed,
        acknowledge_by=None if acknowledged else referral.acknowledge_by, decide_by=referral.decide_by, today=calendar.today(now(tx)),
    )  # fmt: skip


def name_in(names: dict[str, str], language: Language) -> str | None:
    """Return a public name in a language, or in the one that is read next to it; None where there is none."""
    return next((names[tag] for tag in OTHERS[language] if names.get(tag)), None)

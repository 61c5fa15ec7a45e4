"""Needs: identified, corrected, moved, closed."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1.base import ConsentScope, NeedEvent, NeedState, Sensitivity, Urgency


class NeedIdentified(NeedEvent):
    """A person needs something and agreed that it be passed on. Read by referral, which opens the need's one placement; by notify.

    A child's restricted need whose consent waits for a decision comes with `consent.given` false: it is triaged, and goes nowhere yet.

    `need_code` is the code of the controlled list; for a restricted need it is `protection`, and `facts` is never there.
    `facts` is sealed to referral (compact JWE): age in years, sex, status, household size, languages, requirements; disability, to count.
    `earlier_cases` are others of the same file's person: whom they were parted from, this one is not brought together with either.
    None of, and none for, what is restricted.
    """

    type: Literal["org.ihala.intake.need-identified"] = "org.ihala.intake.need-identified"
    version: Literal[1] = 1
    case_id: UUID
    reference: str
    need_code: str
    sensitivity: Sensitivity
    urgency: Urgency
    governorate: str
    district: str | None = None
    origin_id: UUID
    origin_kind: str
    match_settled: bool
    consent: ConsentScope
    facts: str | None = None
    preferred_reservation_id: UUID | None = None
    requested_at: datetime
    messages_wanted: bool = False  # of a restricted need: the person wishes to be told of news, in words that say nothing
    earlier_cases: list[UUID] = []


class NeedChanged(NeedEvent):
    """What a need says about its place, urgency or facts was corrected. Read by referral; offers made before are told apart."""

    type: Literal["org.ihala.intake.need-changed"] = "org.ihala.intake.need-changed"
    version: Literal[1] = 1
    urgency: Urgency
    governorate: str
    district: str | None = None
    match_settled: bool
    facts: str | None = None
    reason: str | None = None  # code; None: not said
    changed_at: datetime
    messages_wanted: bool = False


class NeedClosed(NeedEvent):
    """Nothing more will be done for this need. Read by referral, which ends its placement, and by notify."""

    type: Literal["org.ihala.intake.need-closed"] = "org.ihala.intake.need-closed"
    version: Literal[1] = 1
    reason: str
    closed_at: datetime


class NeedStateChanged(NeedEvent):
    """The need moved (open, referring, served, verified …). Written by intake alone; read by notify and by statistics."""

    type: Literal["org.ihala.intake.need-state-changed"] = "org.ihala.intake.need-state-changed"
    version: Literal[1] = 1
    referral_id: UUID | None = None
    origin_id: UUID
    before: NeedState
    after: NeedState
    changed_at: datetime

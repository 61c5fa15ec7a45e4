"""Referral's tables, and what each column means. Tables do not validate: contracts and HTTP models do."""

from ihala_referral.tables.copies import Organization, ServiceCopy
from ihala_referral.tables.keeping import NeedKey, Overtaken, WorkItem
from ihala_referral.tables.placements import Attempt, BarredPair, Exclusion, Placement
from ihala_referral.tables.referrals import Exchange, Movement, Referral

__all__ = [
    "Attempt",
    "BarredPair",
    "Exchange",
    "Exclusion",
    "Movement",
    "NeedKey",
    "Organization",
    "Overtaken",
    "Placement",
    "Referral",
    "ServiceCopy",
    "WorkItem",
]

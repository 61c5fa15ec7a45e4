"""Referral's tables, and what each column means. Tables do not validate: contracts and HTTP models do."""

from ihala_referral.columns import Table
from ihala_referral.tables.calendars import CalendarStamp, Closure, OwnCalendar, ServicePolicy
from ihala_referral.tables.competences import CompetenceVersion
from ihala_referral.tables.copies import Organization, ServiceCopy
from ihala_referral.tables.duty import DutyShift
from ihala_referral.tables.keeping import NeedKey, Overtaken, WorkItem
from ihala_referral.tables.links import OneTimeLink
from ihala_referral.tables.placements import Attempt, BarredPair, Exclusion, Placement
from ihala_referral.tables.referrals import Exchange, Movement, Referral
from ihala_referral.tables.statistics import (
    StatisticCount,
    StatisticEvent,
    StatisticFigure,
    StatisticRestricted,
    StatisticSheet,
    StatisticTime,
)
from ihala_referral.tables.together import Amendment, Appointment, ContactTry, FileReference, Note, OnwardNeed, Redaction
from ihala_referral.tables.worklists import Assignment, HandOver

__all__ = [
    "Amendment",
    "Appointment",
    "Assignment",
    "Attempt",
    "BarredPair",
    "CalendarStamp",
    "Closure",
    "CompetenceVersion",
    "ContactTry",
    "DutyShift",
    "Exchange",
    "Exclusion",
    "FileReference",
    "HandOver",
    "Movement",
    "NeedKey",
    "Note",
    "OneTimeLink",
    "OnwardNeed",
    "Organization",
    "Overtaken",
    "OwnCalendar",
    "Placement",
    "Redaction",
    "Referral",
    "ServiceCopy",
    "ServicePolicy",
    "StatisticCount",
    "StatisticEvent",
    "StatisticFigure",
    "StatisticRestricted",
    "StatisticSheet",
    "StatisticTime",
    "Table",
    "WorkItem",
]

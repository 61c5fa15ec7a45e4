"""Intake's tables. Every column says whether it is personal; personal ones hold ciphertext or keyed hashes, nothing else."""

from ihala_intake.tables.access import AccessChain, AccessLog
from ihala_intake.tables.base import Table
from ihala_intake.tables.cases import Assistance, CaseFile, Need, Reference, Request, RequestIdentifier
from ihala_intake.tables.consents import Consent, ConsentRevision, Disclosure
from ihala_intake.tables.following import FollowUp, Organization, Overtaken, ReferralCopy
from ihala_intake.tables.people import DataKey, Household, Person, PersonMark

__all__ = [
    "AccessChain", "AccessLog", "Assistance", "CaseFile", "Consent", "ConsentRevision", "DataKey", "Disclosure", "FollowUp",
    "Household", "Need", "Organization", "Overtaken", "Person", "PersonMark", "Reference", "ReferralCopy", "Request",
    "RequestIdentifier", "Table",
]  # fmt: skip

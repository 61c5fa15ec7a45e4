"""Intake's tables. Every column says whether it is personal; personal ones hold ciphertext or keyed hashes, nothing else."""

from ihala_intake.tables.access import AccessChain, AccessLog
from ihala_intake.tables.assessing import Assessment
from ihala_intake.tables.attachments import Attachment, AttachmentPart
from ihala_intake.tables.base import Table
from ihala_intake.tables.cases import Assistance, CaseFile, Need, Reference, Request, RequestIdentifier
from ihala_intake.tables.casework import Appointment, CaseStep, HandOver
from ihala_intake.tables.complaints import Complaint
from ihala_intake.tables.consents import Consent, ConsentDecision, ConsentRevision, Disclosed, Disclosure
from ihala_intake.tables.emergencies import DutyCover, ServiceOnCall
from ihala_intake.tables.following import FollowUp, FollowUpTry, Organization, Overtaken, ReferralCopy
from ihala_intake.tables.giving import AssistanceDouble, Instalment
from ihala_intake.tables.onward import OnwardNeed
from ihala_intake.tables.people import DataKey, Household, HouseholdMember, Person, PersonMark
from ihala_intake.tables.plans import Plan, PlanGoal, PlanStep, ProgrammePlan
from ihala_intake.tables.protection import BreakGlass, Erasure, ErasureReport, RetentionLook, RetentionMark, RetentionReport
from ihala_intake.tables.reports import Report
from ihala_intake.tables.request_files import RequestFile, RequestFileLine, RequestFileRow
from ihala_intake.tables.same_person import LinkageRun, MatchCandidate, Merge
from ihala_intake.tables.ways_in import AskingRate, Concern, NaturalKey, NeedAgain, Occasion, Waiting

__all__ = [
    "Assessment", "Plan", "PlanGoal", "PlanStep", "ProgrammePlan",
    "Appointment", "Attachment", "AttachmentPart", "CaseStep", "Complaint", "HandOver",
    "AccessChain", "AccessLog", "Assistance", "AssistanceDouble", "Instalment", "BreakGlass", "Erasure", "ErasureReport",
    "RetentionLook", "RetentionMark", "RetentionReport",
    "CaseFile", "Consent", "ConsentDecision", "ConsentRevision", "DataKey", "Disclosed", "Disclosure", "FollowUp", "FollowUpTry",
    "LinkageRun", "MatchCandidate", "Merge", "Household", "HouseholdMember", "Need", "Organization", "Overtaken", "Person",
    "PersonMark", "Reference",
    "ReferralCopy", "Report", "Request", "RequestIdentifier", "Table",
    "DutyCover", "OnwardNeed", "ServiceOnCall",
    "AskingRate", "Concern", "NaturalKey", "NeedAgain", "Occasion", "RequestFile", "RequestFileLine",
    "RequestFileRow", "Waiting",
]  # fmt: skip

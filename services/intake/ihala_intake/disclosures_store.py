"""Queries about disclosures for their receivers, their owners and the data-protection officer."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.db import fetch
from sqlalchemy import ColumnElement, and_, or_, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.store import INTERIOR
from ihala_intake.tables import Disclosed, Disclosure, Need, Organization, Report

_READ = """
    INSERT INTO disclosed (disclosure_id, revision, operator_id, origin_id, organization_id, sensitivity, fields, reads,
                           first_read_at, last_read_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8)
    ON CONFLICT (disclosure_id, revision) DO UPDATE SET
        fields = (SELECT array_agg(DISTINCT f ORDER BY f) FROM unnest(disclosed.fields || excluded.fields) f),
        reads = disclosed.reads + 1, last_read_at = excluded.last_read_at
"""


def _owned(caller: Caller) -> ColumnElement[bool]:
    """Hold for disclosures the caller may know of as the owner or the origin; the interior ministry's centres learn of no provider."""
    owned = col(Disclosure.operator_id) == caller.organization_id
    return owned if caller.organization_kind in INTERIOR else or_(owned, col(Disclosure.origin_id) == caller.organization_id)


async def of_person(tx: AsyncSession, caller: Caller, person_id: UUID, after: UUID | None, limit: int) -> Sequence[Disclosure]:
    """Return a person's disclosures, the oldest first."""
    query = select(Disclosure).where(Disclosure.person_id == person_id, _owned(caller))
    query = query if after is None else query.where(Disclosure.id > after)
    return (await tx.exec(query.order_by(col(Disclosure.id)).limit(limit))).all()


async def open_of_person(tx: AsyncSession, person_id: UUID) -> Sequence[Disclosure]:
    """Return what is open of a person, locked in the order of their ids; for the system alone."""
    query = select(Disclosure).where(Disclosure.person_id == person_id, Disclosure.state == "open").order_by(col(Disclosure.id))
    return (await tx.exec(query.with_for_update(key_share=True), execution_options={"populate_existing": True})).all()


async def silent(tx: AsyncSession, caller: Caller, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Disclosure]:
    """Return the operator's disclosures whose receiver did not say in time that it deleted, the longest silent first."""
    query = select(Disclosure).where(Disclosure.operator_id == caller.organization_id)
    query = query.where(col(Disclosure.silent_since).is_not(None), col(Disclosure.acknowledged_at).is_(None))
    if after is not None:
        query = query.where(tuple_(Disclosure.silent_since, Disclosure.id) > after)
    return (await tx.exec(query.order_by(col(Disclosure.silent_since), col(Disclosure.id)).limit(limit))).all()


async def received(tx: AsyncSession, caller: Caller, referral_id: UUID) -> Disclosure | None:
    """Return what was opened to the caller's organisation for a referral, open or closed, locked."""
    query = select(Disclosure).where(
        Disclosure.referral_id == referral_id, Disclosure.organization_id == caller.organization_id
    )  # fmt: skip
    return (await tx.exec(query.with_for_update(key_share=True), execution_options={"populate_existing": True})).one_or_none()


async def unanswered(tx: AsyncSession, at: datetime, limit: int) -> Sequence[Disclosure]:
    """Return disclosures whose receivers should have answered by now, locked but for those somebody else has."""
    query = select(Disclosure).where(and_(
        col(Disclosure.acknowledge_by) <= at, col(Disclosure.acknowledged_at).is_(None), col(Disclosure.silent_since).is_(None)
    ))  # fmt: skip
    query = query.order_by(col(Disclosure.acknowledge_by), col(Disclosure.id)).limit(limit)
    return (await tx.exec(query.with_for_update(key_share=True, skip_locked=True))).all()


async def read_under(tx: AsyncSession, disclosure_ids: Sequence[UUID]) -> Sequence[Disclosed]:
    """Return what was read of these disclosures, by revision."""
    query = select(Disclosed).where(col(Disclosed.disclosure_id).in_(disclosure_ids))
    return (await tx.exec(query.order_by(col(Disclosed.disclosure_id), col(Disclosed.revision)))).all()


async def write_down(tx: AsyncSession, disclosure: Disclosure, fields: list[str], at: datetime) -> None:
    """Add one read to what went to the receiver under the disclosure's revision."""
    await fetch(
        tx, _READ, disclosure.id, disclosure.revision, disclosure.operator_id, disclosure.origin_id, disclosure.organization_id,
        disclosure.sensitivity, fields, at,
    )  # fmt: skip


async def of_consent(tx: AsyncSession, consent_id: UUID) -> tuple[Sequence[Disclosure], Sequence[Disclosed]]:
    """Return all disclosures under a consent that the caller may see, the oldest first, and what was read of them."""
    query = select(Disclosure).where(Disclosure.consent_id == consent_id).order_by(col(Disclosure.id))
    found = (await tx.exec(query)).all()
    return found, await read_under(tx, [one.id for one in found])


async def reports_of(tx: AsyncSession, caller: Caller, person_id: UUID, after: UUID | None, limit: int) -> Sequence[Report]:
    """Return the reports about a person: all of them to the operator, its own to the office that made one."""
    known = or_(col(Report.operator_id) == caller.organization_id, col(Report.organization_id) == caller.organization_id)
    query = select(Report).where(Report.person_id == person_id, known)
    query = query if after is None else query.where(Report.id > after)
    return (await tx.exec(query.order_by(col(Report.id)).limit(limit))).all()


async def has_report(tx: AsyncSession, consent_id: UUID) -> bool:
    """Tell whether something about a need of the consent was reported, and the person was told so."""
    query = select(Report.id).where(Report.consent_id == consent_id, col(Report.person_told)).limit(1)
    return (await tx.exec(query)).one_or_none() is not None


async def has_protected_need(tx: AsyncSession, consent_id: UUID) -> bool:
    """Tell whether one of the consent's needs is to be spoken of neutrally."""
    query = select(Need.id).where(Need.consent_id == consent_id, Need.sensitivity != Sensitivity.STANDARD).limit(1)
    return (await tx.exec(query)).one_or_none() is not None


async def organizations(tx: AsyncSession, organization_ids: Collection[UUID]) -> Sequence[Organization]:
    """Return what the directory says of these organisations."""
    return (await tx.exec(select(Organization).where(col(Organization.id).in_(organization_ids)))).all()

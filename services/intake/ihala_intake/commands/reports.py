"""Reports that a law obliges an office to make: written down as what they are, a disclosure that no consent opened; never automatic."""

from datetime import timedelta
from uuid import UUID

from ihala_contracts.intake_v1 import ReportMade
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import disclosures_store, keys, store
from ihala_intake.commands.checks import malformed
from ihala_intake.details import ReportDetails
from ihala_intake.errors import NeedNotFound
from ihala_intake.ledger import log_access
from ihala_intake.models.reports import ReportIn, ReportView
from ihala_intake.tables import Report

CLOCKS_DIFFER_BY = timedelta(hours=1)


async def write_down(tx: AsyncSession, caller: Caller, body: ReportIn) -> ReportView:
    """Write down a report that somebody made; emits ReportMade, which says neither to whom nor why.

    Raises NeedNotFound (404), PersonErased (410), MalformedRequest (422).
    """
    need = await store.need_of(tx, caller, body.need_id)
    if need is None:
        raise NeedNotFound()
    if body.reported_at > now(tx) + CLOCKS_DIFFER_BY:
        raise malformed("#/reported_at", "in_the_future")
    report_id, key = new_id(), await keys.of(tx, need.key_id)
    details = ReportDetails(authority=body.authority, law=body.law, reason=body.reason, recorded_by=body.recorded_by)
    report = Report(
        id=report_id, need_id=need.id, person_id=need.person_id, consent_id=need.consent_id, operator_id=need.operator_id,
        origin_id=need.origin_id, organization_id=caller.organization_id, key_id=key.id, sensitivity=need.sensitivity,
        categories=sorted(set(body.categories)), person_told=body.person_told, details=key.seal(details, _about(report_id)),
        reported_at=body.reported_at,
    )  # fmt: skip
    tx.add(report)
    await log_access(
        tx, "report", person_id=need.person_id, operator_id=need.operator_id, need_id=need.id, categories=report.categories
    )  # the chain shows it for good
    emit(tx, ReportMade(
        need_id=need.id, operator_id=need.operator_id, report_id=report_id, organization_id=caller.organization_id,
        person_told=body.person_told, reported_at=body.reported_at,
    ))  # fmt: skip
    return _view(report, details)


async def listed(tx: AsyncSession, caller: Caller, person_id: UUID, after: UUID | None, limit: int) -> list[ReportView]:
    """Return the reports about a person that the caller may know of, the oldest first; logged with the person."""
    found = await disclosures_store.reports_of(tx, caller, person_id, after, limit)
    if found:
        await log_access(tx, "report", person_id=person_id, operator_id=found[0].operator_id)
    return [
        _view(one, (await keys.of(tx, one.key_id)).open(ReportDetails, one.details, _about(one.id))) for one in found
    ]  # fmt: skip


def _view(report: Report, details: ReportDetails) -> ReportView:
    return ReportView.model_validate(report.model_dump(exclude={"details"}) | details.model_dump() | {"report_id": report.id})


def _about(report_id: UUID) -> str:
    return f"report.details/{report_id}"

"""What the directory and referral say of duty and services that are always open, and what follows for an emergency."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from ihala_contracts.directory_v1 import ServiceChanged
from ihala_contracts.intake_v1 import Urgency
from ihala_contracts.referral_v1 import DutyRosterChanged
from ihala_kit.db import now
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.emergencies import rules, store
from ihala_intake.emergencies.errors import NoDutyRoster
from ihala_intake.models.emergencies import CallNow
from ihala_intake.models.requests import RequestIn, RequestView
from ihala_intake.tables import Need, Organization, ServiceOnCall


async def roster_changed(tx: AsyncSession, event: DutyRosterChanged) -> None:
    """Keep when the operator has somebody on duty."""
    spans = [(one.starts_at, one.ends_at) for one in event.covered]
    await store.cover(tx, event.operator_id, event.governorate, spans)


async def service_changed(tx: AsyncSession, event: ServiceChanged) -> None:
    """Keep a public service that is always open and has a phone; forget one that is not, or not any more."""
    callable_ = event.status == "active" and event.always_open and event.phones and not event.hidden and not event.restricted
    if not callable_:
        await store.forget_service(tx, event.service_id)
        return
    await store.keep_service(tx, ServiceOnCall(
        id=event.service_id, organization_id=event.organization_id, names=event.names, need_codes=event.need_codes,
        governorates=event.governorates, phones=event.phones,
    ))  # fmt: skip


async def refuse_uncovered(tx: AsyncSession, operator_id: UUID, governorate: str, code: str) -> None:
    """Raise NoDutyRoster (409), with who can be called, where nobody of the owning operator is on duty now."""
    if not await store.is_covered(tx, operator_id, governorate, now(tx)):
        raise NoDutyRoster(call_now=await calls(tx, operator_id, governorate, [code]))


async def may_go(tx: AsyncSession, need: Need, governorate: str) -> bool:
    """Tell whether a need may be moved there: an emergency only to where somebody of its operator is on duty now, or where it is."""
    if need.urgency != Urgency.EMERGENCY or need.governorate == governorate:
        return True
    return await store.is_covered(tx, need.operator_id, governorate, now(tx))


async def refuse_any_uncovered(tx: AsyncSession, operator_id: UUID, needs: Iterable[Need]) -> None:
    """Raise NoDutyRoster (409) where one of these needs is an emergency for which nobody of that operator is on duty now."""
    for need in rules.open_ones(needs):
        await refuse_uncovered(tx, operator_id, need.governorate, need.code)


async def answered(tx: AsyncSession, body: RequestIn, view: RequestView, needs: Sequence[Need] | None = None) -> RequestView:
    """Return the answer to a request with whom to call for its emergencies; as it is where there are none.

    `needs` are those that were just written, which the caller may be unable to read again.
    """
    if not rules.asks(body):
        return view
    known = await store.needs(tx, [one.need_id for one in view.needs]) if needs is None else needs
    return view.model_copy(update={"call_now": await _of_all(tx, rules.open_ones(known))})


async def _of_all(tx: AsyncSession, needs: Iterable[Need]) -> list[CallNow]:
    wanted: dict[tuple[UUID, str], list[str]] = {}
    for need in needs:
        wanted.setdefault((need.operator_id, need.governorate), []).append(need.code)
    found = [one for (operator_id, where), codes in wanted.items() for one in await calls(tx, operator_id, where, codes)]
    return [one for n, one in enumerate(found) if one not in found[:n]]


async def calls(tx: AsyncSession, operator_id: UUID, governorate: str, codes: Sequence[str]) -> list[CallNow]:
    """Return whom to call: public services that are always open, then the operator itself.

    A restricted need is called `protection` in every row, which no public service meets: for it the operator alone is named.
    """
    found = [
        CallNow(kind="service", organization_id=one.organization_id, names=one.names, phones=one.phones)
        for one in await store.services(tx, governorate, codes)
    ]
    operator = await tx.get(Organization, operator_id)
    if operator is not None and operator.phone:
        found.append(CallNow(kind="operator", organization_id=operator_id, names=operator.names, phones=[operator.phone]))
    return found

"""Who may set whose time: each organisation its own, an operator its own and that of its organisations."""

from uuid import UUID

from ihala_kit.auth import Caller
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import store
from ihala_referral.calendars.errors import AdministratorsOnly, CalendarNotFound, ServiceNotFound
from ihala_referral.parties import OPERATOR, may_administer
from ihala_referral.tables import ServiceCopy


def operator(caller: Caller) -> UUID:
    """Return the operator whose administrator or coordinator calls. Raises AdministratorsOnly (403)."""
    if not may_administer(caller):
        raise AdministratorsOnly()
    return caller.organization_id


async def operator_of(tx: AsyncSession, caller: Caller, organization_id: UUID) -> UUID | None:
    """Return the operator of an organisation whose time the caller may set. Raises CalendarNotFound (404), AdministratorsOnly (403)."""
    if caller.organization_kind != OPERATOR:
        if organization_id != caller.organization_id:
            raise CalendarNotFound()
        return caller.operator_id
    await demand_ours(tx, caller, organization_id)
    return operator(caller)


async def demand_ours(tx: AsyncSession, caller: Caller, organization_id: UUID) -> None:
    """Raise CalendarNotFound (404) unless the organisation is the caller's own, its operator, or one of the calling operator's."""
    if organization_id in {caller.organization_id, caller.operator_id}:
        return
    known = await store.organization(tx, organization_id)
    if caller.organization_kind != OPERATOR or known is None or known.operator_id != caller.organization_id:
        raise CalendarNotFound()


async def seen_service(tx: AsyncSession, caller: Caller, service_id: UUID) -> UUID:
    """Return whose service it is: the caller's own, or one of the calling operator's organisations. Raises ServiceNotFound (404)."""
    known = await tx.get(ServiceCopy, service_id)
    try:
        if known is not None:
            await demand_ours(tx, caller, known.organization_id)
            return known.organization_id
    except CalendarNotFound:
        pass
    raise ServiceNotFound()


async def of_service(tx: AsyncSession, caller: Caller, service_id: UUID) -> tuple[UUID, UUID | None]:
    """Return whose service it is that the caller may promise for, and its operator.

    Raises ServiceNotFound (404), AdministratorsOnly (403).
    """
    organization_id = await seen_service(tx, caller, service_id)
    return organization_id, await operator_of(tx, caller, organization_id)

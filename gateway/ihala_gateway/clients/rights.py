"""Who administers clients: the scope opens the route, the role says that it is an administrator's work."""

from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.two_people import Hand
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.clients.errors import NoOperator, RoleNeeded
from ihala_gateway.clients.tables import KnownOrganization
from ihala_gateway.tables import Client

APPROVE = "gateway:approve"
OPERATOR = "operator"  # the kind of organisation
_ADMINISTRATORS = frozenset({"organization-administrator", "operator-administrator"})


def administrator(caller: Caller) -> None:
    """Raise RoleNeeded (403) unless the caller administers an organisation."""
    if caller.roles.isdisjoint(_ADMINISTRATORS):
        raise RoleNeeded


def owner(caller: Caller, client: Client) -> None:
    """Raise RoleNeeded (403) unless the caller administers the organisation whose client it is: whoever has its keys is the client."""
    administrator(caller)
    if client.organization_id != caller.organization_id:
        raise RoleNeeded


def hand(caller: Caller) -> Hand:
    """Return who acts: the person who signed in, else the client. What a client says of its officers is its own to say, so no proof."""
    return Hand(caller.client_id, caller.account_id)


def may_approve(caller: Caller) -> bool:
    """Tell whether the caller decides for an operator."""
    return caller.organization_kind == OPERATOR and APPROVE in caller.scopes and "operator-administrator" in caller.roles


def approver(caller: Caller) -> None:
    """Raise RoleNeeded (403) unless the caller decides for an operator."""
    if not may_approve(caller):
        raise RoleNeeded


async def decider(tx: AsyncSession, caller: Caller) -> UUID:
    """Return the operator that decides what the caller's organisation asks for. Raises NoOperator (409)."""
    if caller.organization_kind == OPERATOR:
        return caller.organization_id
    known = await tx.get(KnownOrganization, caller.organization_id)
    operator_id = (known.operator_id if known else None) or caller.operator_id
    if operator_id is None:
        raise NoOperator
    return operator_id

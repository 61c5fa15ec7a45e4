"""Every query of the API; each takes the caller and returns only what they may see. Row policies hold the same rules once more."""

from uuid import UUID

from ihala_kit.auth import Caller
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.errors import MessageNotFound
from ihala_notify.tables import Message


async def message(tx: AsyncSession, caller: Caller, message_id: UUID) -> Message:
    """Return one message of the caller's operator. Raises MessageNotFound (404)."""
    found = await tx.get(Message, message_id)
    if found is None or not is_of_operator(caller) or found.operator_id != caller.operator_id or (found.restricted and not caller.cleared):
        raise MessageNotFound()
    return found


def is_of_operator(caller: Caller) -> bool:
    """Tell whether the caller is the operator itself; a provider's clients name an operator too."""
    return caller.operator_id is not None and caller.operator_id == caller.organization_id

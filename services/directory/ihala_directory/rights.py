"""What a caller may do here beyond its scopes."""

from uuid import UUID

from ihala_kit.auth import Caller

from ihala_directory.errors import ClearanceNeeded, OfficersOnly

OFFICERS = {"officer", "coordinator", "supervisor", "directorate", "child-protection-officer"}


def office(caller: Caller) -> UUID:
    """Return the operator whose office calls. Raises OfficersOnly (403)."""
    if caller.organization_kind != "operator":
        raise OfficersOnly()
    return caller.organization_id


def officers_office(caller: Caller) -> UUID:
    """Return the operator whose officer calls. Raises OfficersOnly (403)."""
    if not caller.roles & OFFICERS:
        raise OfficersOnly()
    return office(caller)


def demand_clearance(caller: Caller) -> None:
    """Raise ClearanceNeeded (403) unless the caller may see what is restricted."""
    if not (caller.cleared or caller.is_system):
        raise ClearanceNeeded()

"""Which needs are emergencies that somebody must answer for now. Pure."""

from collections.abc import Iterable

from ihala_contracts.intake_v1 import Urgency

from ihala_intake.models.requests import RequestIn
from ihala_intake.needs import CAN_BE_PLACED
from ihala_intake.tables import Need


def asks(body: RequestIn) -> bool:
    """Tell whether anybody of the request has an emergency."""
    members = body.household.members if body.household else []
    asked = [*body.needs, *(need for member in members for need in member.needs)]
    return any(need.urgency is Urgency.EMERGENCY for need in asked)


def open_ones(needs: Iterable[Need]) -> list[Need]:
    """Return the emergencies for which a receiver may still be found."""
    return [need for need in needs if need.urgency == Urgency.EMERGENCY and need.state in CAN_BE_PLACED]

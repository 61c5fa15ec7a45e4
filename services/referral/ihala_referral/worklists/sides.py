"""The sides of a referral inside which work is given out: at the receiver, at the owning office, and at whoever acts as origin."""

from enum import StrEnum
from uuid import UUID

from ihala_kit.auth import Caller

from ihala_referral.parties import ANSWER, COORDINATE, OPERATOR, REFER, acting_origin
from ihala_referral.tables import Referral


class Side(StrEnum):
    """As whom an organisation has a referral before it; an operator may be all three."""

    RECEIVER = "receiver"
    OFFICE = "office"
    ORIGIN = "origin"


SCOPES: dict[Side, frozenset[str]] = {
    Side.RECEIVER: frozenset({ANSWER}),
    Side.OFFICE: frozenset({COORDINATE, REFER}),
    Side.ORIGIN: frozenset({REFER}),
}
OFFICERS: dict[Side, str] = {side: f"{side}_officer" for side in Side}
"""Columns of `referral`: who works on it there."""


def officer_of(caller: Caller) -> str:
    """Return who does what the caller asks: the officer that its system names, or else the client itself."""
    return caller.acting_officer or caller.client_id


def allowed(caller: Caller) -> list[Side]:
    """Return the sides on which the caller may give out its organisation's work, by its scopes."""
    operator = caller.organization_kind == OPERATOR
    return [side for side in Side if caller.scopes & SCOPES[side] and (side is not Side.OFFICE or operator)]


def organization(referral: Referral, side: Side) -> UUID:
    """Return whose side it is."""
    if side is Side.RECEIVER:
        return referral.organization_id
    return referral.operator_id if side is Side.OFFICE else acting_origin(referral)

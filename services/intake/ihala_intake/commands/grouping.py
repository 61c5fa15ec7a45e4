"""Which needs of a request go into which file. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.ids import new_id

from ihala_intake.commands.checks import checked_sensitivity
from ihala_intake.models.needs import NeedIn
from ihala_intake.models.requests import HelpedIn, RequestIn
from ihala_intake.person_rules import members_with_needs, stands_alone


@dataclass(frozen=True)
class Asked:
    """A need with how sensitive it is."""

    body: NeedIn
    sensitivity: Sensitivity
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True)
class Given:
    """Help on the spot with how sensitive it is."""

    body: HelpedIn
    sensitivity: Sensitivity


@dataclass(frozen=True)
class Group:
    """What goes into one file: of the one who asks, or of the member at this place of the household's list."""

    restricted: bool
    needs: Sequence[Asked] = ()
    helped: Given | None = None
    member: int | None = None
    case_id: UUID = field(default_factory=new_id)


def grouped(body: RequestIn) -> list[Group]:
    """Return for each person one group for all that is not restricted, and one for each restricted thing. Raises UnknownNeedCode (422)."""
    groups = _groups(_asked(body.needs, "#", stands_alone(body.person)), _given(body), None)
    for n, member in members_with_needs(body.household.members if body.household else []):
        groups += _groups(_asked(member.needs, f"#/household/members/{n}", stands_alone(member)), None, n)
    return groups


def _groups(asked: Sequence[Asked], given: Given | None, member: int | None) -> list[Group]:
    ordinary = [one for one in asked if one.sensitivity is not Sensitivity.RESTRICTED]
    ordinarily_given = given if given and given.sensitivity is not Sensitivity.RESTRICTED else None
    groups = [Group(False, ordinary, ordinarily_given, member)] if ordinary or ordinarily_given else []
    groups += [Group(True, [one], member=member) for one in asked if one.sensitivity is Sensitivity.RESTRICTED]
    return groups if given is ordinarily_given else [*groups, Group(True, helped=given, member=member)]


def _asked(needs: Sequence[NeedIn], of: str, alone: bool) -> list[Asked]:
    """`alone`: a minor for whom nobody safe stands, so whatever they need is handled as restricted."""
    raised = [need.model_copy(update={"sensitivity": "restricted"}) if alone else need for need in needs]
    return [Asked(need, checked_sensitivity(need.code, need.sensitivity, f"{of}/needs/{n}/code")) for n, need in enumerate(raised)]


def _given(body: RequestIn) -> Given | None:
    helped = body.helped_on_the_spot
    if helped is None:
        return None
    raised: Literal["restricted"] | None = "restricted" if stands_alone(body.person) else None
    return Given(helped, checked_sensitivity(helped.code, raised, "#/helped_on_the_spot/code"))

"""Which needs of a request go into which file. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.ids import new_id

from ihala_intake.commands.checks import checked_sensitivity
from ihala_intake.models.requests import HelpedIn, NeedIn, RequestIn


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
    """What goes into one file."""

    restricted: bool
    needs: Sequence[Asked] = ()
    helped: Given | None = None
    case_id: UUID = field(default_factory=new_id)


def grouped(body: RequestIn) -> list[Group]:
    """Return one group for all that is not restricted, and one for each restricted thing. Raises UnknownNeedCode (422)."""
    asked = [Asked(need, checked_sensitivity(need.code, need.sensitivity, f"#/needs/{n}/code")) for n, need in enumerate(body.needs)]
    helped = body.helped_on_the_spot
    given = Given(helped, checked_sensitivity(helped.code, None, "#/helped_on_the_spot/code")) if helped else None
    ordinary = [one for one in asked if one.sensitivity is not Sensitivity.RESTRICTED]
    ordinarily_given = given if given and given.sensitivity is not Sensitivity.RESTRICTED else None
    groups = [Group(False, ordinary, ordinarily_given)] if ordinary or ordinarily_given else []
    groups += [Group(True, [one]) for one in asked if one.sensitivity is Sensitivity.RESTRICTED]
    return groups if given is ordinarily_given else [*groups, Group(True, helped=given)]

"""Who protects: data-protection officers and supervisors of two operators."""

from tests.intake.actors import COORDINATOR, HLP, MOMD, NGO, OTHER_OPERATOR, PROVIDER, STRANGER, Actor

SCOPES = ("intake:protect", "intake:read")
DPO = Actor("dpo-baghdad", MOMD, "operator", SCOPES, roles=("dpo",), cleared=True)
UNCLEARED_DPO = DPO.but(cleared=False)
ASKING_COORDINATOR = COORDINATOR.but(scopes=(*COORDINATOR.scopes, "intake:protect"))
SUPERVISOR = Actor("supervisor-erbil", OTHER_OPERATOR, "operator", SCOPES, OTHER_OPERATOR, ("supervisor",), cleared=True)
OTHER_DPO = Actor("dpo-erbil", OTHER_OPERATOR, "operator", SCOPES, OTHER_OPERATOR, ("dpo",), cleared=True)
ALL_ROLES = ("dpo", "coordinator", "supervisor")
FOREIGNERS = tuple(actor.but(scopes=SCOPES, roles=ALL_ROLES, cleared=True) for actor in (STRANGER, HLP, NGO, PROVIDER))


def officer(actor: Actor, name: str) -> Actor:
    """Return the same client with an officer named at it."""
    return actor.but(more={"acting_officer": name})

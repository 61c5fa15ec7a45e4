"""The roles that a person can have, in the services' words, and the most that each may do through a client."""

from collections.abc import Iterable
from typing import Final

_READ = "directory:read events:read"
_TAKE = "intake:disclosure intake:read referral:answer referral:calendar referral:read directory:write"  # what providers and centres do
_DESK = (
    "directory:reserve intake:assistance intake:case intake:consent intake:follow-up intake:merge intake:occasion intake:plan "
    "intake:protect intake:read intake:request intake:withdraw notify:read referral:read referral:refer"
)
_COORDINATE = f"{_DESK} referral:calendar referral:coordinate referral:statistics"
_ADMINISTER = "gateway:accounts gateway:audit gateway:clients"

_OFFICE: Final[dict[str, str]] = {  # people of an operator
    "officer": _DESK,
    "coordinator": _COORDINATE,
    "supervisor": "intake:protect intake:read referral:read",
    "directorate": _COORDINATE,
    "child-protection": _DESK,
    "dpo": "intake:consent intake:protect intake:read notify:read referral:read",
    "complaints": "intake:case intake:read notify:read",
    "auditor": "gateway:audit",
    "operator-administrator":
        f"directory:admin directory:write gateway:approve notify:admin notify:read referral:calendar referral:read "
        f"{_ADMINISTER}",
    "organization-administrator": _ADMINISTER,
}  # fmt: skip
_PARTNER: Final[dict[str, str]] = {  # people of everybody else
    "officer": f"{_TAKE} intake:occasion intake:request intake:withdraw",
    "organization-administrator": f"directory:write notify:subscribe {_ADMINISTER}",
}

ROLES: Final = frozenset(_OFFICE)
PARTNERS_ROLES: Final = frozenset(_PARTNER)
"""The roles that people have who are not an operator's: police supervisors, for one, have none."""
OPERATOR: Final = "operator"  # the kind of organisation
_FREE = ("directory:", "gateway:")  # what needs neither training nor the signed code, since it shows nobody's case


def scopes_of(roles: Iterable[str], *, trained: bool, organization_kind: str = OPERATOR) -> frozenset[str]:
    """Return all that somebody with these roles may do; without training and the signed code nothing that has to do with cases."""
    by_role = _OFFICE if organization_kind == OPERATOR else _PARTNER
    found = {scope for role in roles if role in by_role for scope in f"{_READ} {by_role[role]}".split()}
    return frozenset(scope for scope in found if trained or scope.startswith(_FREE))

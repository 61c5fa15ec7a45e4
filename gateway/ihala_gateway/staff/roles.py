"""The roles that a person can have. What each opens: `ihala_gateway/oauth/role_scopes.py`."""

from typing import Final

from ihala_gateway.oauth.role_scopes import SCOPES

OPERATOR: Final = "operator"  # a kind of organisation
ROLES: Final = frozenset(SCOPES)
PARTNERS_ROLES: Final = frozenset({"officer", "organization-administrator"})
"""The roles of people who are not an operator's; police supervisors, for one, have none."""


def open_to(organization_kind: str) -> frozenset[str]:
    """Return the roles that people of such an organisation can have."""
    return ROLES if organization_kind == OPERATOR else PARTNERS_ROLES

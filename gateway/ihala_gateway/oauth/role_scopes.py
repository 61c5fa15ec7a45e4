"""What a person may do through a client by her roles, before the client's own limits. A scope opens a route; the services decide the rest.

Without training and a signed code of confidentiality nothing that concerns persons or referrals is open, whatever the role.
"""

from collections.abc import Iterable
from typing import Final

_READERS: Final = frozenset({"directory:read", "referral:read", "intake:read"})
_OFFICER: Final = _READERS | {
    "directory:reserve", "directory:write", "intake:request", "intake:case", "intake:consent", "intake:contact", "intake:disclosure",
    "intake:follow-up", "intake:merge", "intake:assistance", "intake:occasion", "intake:withdraw", "intake:protect",
    "referral:refer", "referral:answer", "notify:read", "notify:send", "notify:calls", "notify:letters", "events:read",
}  # fmt: skip
_COORDINATOR: Final = _OFFICER | {"referral:coordinate", "referral:calendar", "referral:statistics"}

SCOPES: Final[dict[str, frozenset[str]]] = {
    "officer": _OFFICER,
    "child-protection-officer": _OFFICER,
    "coordinator": _COORDINATOR,
    "directorate": _COORDINATOR,
    "supervisor": _READERS | {"intake:protect", "referral:calendar", "referral:statistics", "notify:read"},
    "data-protection-officer": frozenset({
        "intake:read", "intake:consent", "intake:protect", "referral:read", "notify:read", "events:read",
    }),
    "auditor": frozenset({"directory:read", "referral:statistics", "gateway:audit"}),
    "organization-administrator": frozenset({
        "directory:read", "directory:write", "gateway:clients", "gateway:accounts", "gateway:audit", "notify:subscribe",
    }),
    "operator-administrator": frozenset({
        "directory:read", "directory:write", "directory:admin", "notify:read", "notify:admin", "referral:calendar",
        "gateway:clients", "gateway:approve", "gateway:accounts", "gateway:audit",
    }),
}  # fmt: skip

# None of these without training: also who writes to a person, or reads what became of each message.
_OF_PERSONS: Final = ("intake:", "referral:", "notify:calls", "notify:letters", "notify:read", "notify:send")
_FOR_ALL: Final = frozenset({"referral:statistics", "referral:calendar"})  # but these name nobody


def needs_training(scope: str) -> bool:
    """Tell whether a scope concerns persons or referrals: nobody, person or system, has it without training and the signed code."""
    return scope.startswith(_OF_PERSONS) and scope not in _FOR_ALL


# The services' own words for two roles, beside the roles' names.
_WORDS: Final = {"child-protection-officer": "child-protection", "data-protection-officer": "dpo"}


def scopes_of(roles: Iterable[str], *, trained: bool) -> frozenset[str]:
    """Return what these roles open."""
    open_to = frozenset[str]().union(*(SCOPES.get(role, frozenset()) for role in roles))
    return frozenset(scope for scope in open_to if trained or not needs_training(scope))


def words_of(roles: Iterable[str]) -> list[str]:
    """Return the roles as tokens name them, sorted."""
    given = set(roles)
    return sorted(given | {_WORDS[role] for role in given & _WORDS.keys()})

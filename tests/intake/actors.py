"""Who calls in the tests: the organisations around one person."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from ihala_kit.testing import Mint

MOMD = UUID("f8c41901-9144-50cc-9662-abb2d158ccad")
OTHER_OPERATOR = UUID("01940000-0000-7000-8000-0000000000aa")

ORIGIN_SCOPES = ("intake:request", "intake:read", "intake:withdraw")
OPERATOR_SCOPES = (
    *ORIGIN_SCOPES, "intake:assistance", "intake:occasion", "intake:case", "intake:consent", "intake:follow-up", "intake:merge",
)  # fmt: skip
ALL_SCOPES = (*OPERATOR_SCOPES, "intake:disclosure")


@dataclass(frozen=True)
class Actor:
    """A client of an organisation."""

    client_id: str
    organization_id: UUID
    kind: str
    scopes: tuple[str, ...]
    operator_id: UUID | None = MOMD
    roles: tuple[str, ...] = ()
    cleared: bool = False
    more: dict[str, object] = field(default_factory=dict, hash=False)

    def headers(self, mint: Mint) -> dict[str, str]:
        """Return the Authorization header the gateway would send."""
        claims: dict[str, Any] = {
            "client_id": self.client_id, "org": str(self.organization_id), "org_kind": self.kind, "roles": list(self.roles),
            "operator": str(self.operator_id) if self.operator_id else None, "cleared": self.cleared, **self.more,
        }  # fmt: skip
        return mint.headers("intake", self.scopes, **claims)

    def but(self, **changes: object) -> "Actor":
        """Return the same with something else."""
        return replace(self, **changes)  # type: ignore[arg-type]


def _org(n: int) -> UUID:
    return UUID(f"01940000-0000-7000-8000-{n:012d}")


HLP = Actor("hlp-mosul", _org(1), "hlp", ORIGIN_SCOPES)
WLCO = Actor("wlco-mosul", _org(2), "wlco", (*ORIGIN_SCOPES, "intake:follow-up", "intake:consent"), cleared=True)
NGO = Actor("ngo-origin", _org(3), "nngo", (*ORIGIN_SCOPES, "intake:assistance", "intake:follow-up", "intake:consent"))
COORDINATOR = Actor("coordinator-mosul", MOMD, "operator", OPERATOR_SCOPES, roles=("coordinator", "officer"), cleared=True)
OFFICER = Actor("officer-telafar", MOMD, "operator", OPERATOR_SCOPES, roles=("officer",))
PROVIDER = Actor("provider", _org(4), "nngo", ("intake:disclosure",))
SECOND_PROVIDER = Actor("second-provider", _org(5), "cso", ("intake:disclosure",))
CLEARED_PROVIDER = Actor("cleared-provider", _org(6), "nngo", ("intake:disclosure",), cleared=True)
STRANGER = Actor("stranger", _org(7), "nngo", ALL_SCOPES)
OTHER_COORDINATOR = Actor(
    "coordinator-erbil", OTHER_OPERATOR, "operator", OPERATOR_SCOPES, OTHER_OPERATOR, ("coordinator",), cleared=True
)  # fmt: skip
FORUM = Actor("forum-telafar", _org(21), "cpf", ("intake:occasion",))
PROGRAMME = Actor("return-programme", _org(20), "io", ("intake:announce",))
NOTIFY = Actor("notify", _org(8), "system", ("intake:contact",), operator_id=None)
ANYBODY = Actor("anonymous", UUID(int=0), "anonymous", (), operator_id=None)  # whom the gateway lets come to public routes
NOBODY = None

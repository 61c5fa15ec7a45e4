"""Who takes part in the tests of referral, where and when."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

NINEWA, TELAFAR, MOSUL = "IQG15", "IQG15Q08", "IQG15Q05"
SUNDAY = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)  # 09:00 in Mosul, the first day of the week
MOMD = UUID("01940000-0000-7000-8000-0000000000aa")
ALL = "referral:read referral:answer referral:refer referral:coordinate"


@dataclass(frozen=True)
class Actor:
    """A client of an organisation."""

    name: str
    organization_id: UUID = field(default_factory=uuid4)
    kind: str = "nngo"
    scopes: str = "referral:read referral:answer"
    roles: tuple[str, ...] = ()
    operator_id: UUID | None = MOMD
    cleared: bool = False


HLP = Actor("hlp-mosul", kind="hlp", scopes=ALL)
NGO = Actor("ngo-origin", kind="nngo", scopes="referral:read referral:refer referral:answer")
COORDINATOR = Actor("coordinator", MOMD, "operator", "referral:read referral:refer referral:coordinate", ("coordinator",), MOMD, True)
OFFICER = Actor("officer", MOMD, "operator", "referral:read referral:refer", ("officer",), MOMD)
STRANGER = Actor("stranger", kind="ingo", scopes=ALL)
FIRST, SECOND, THIRD, FOURTH = (Actor(f"provider-{n}") for n in range(1, 5))
CLEARED = Actor("cleared-provider", cleared=True)

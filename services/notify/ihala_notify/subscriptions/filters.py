"""What a subscription leaves out. A filter looks only at what stands beside an event in the organisation's own feed (visibility.py).

Each of the four narrows further; one that is not given leaves nothing out. What concerns the organisation itself (that it is suspended,
its agreement, its subscriptions) comes whatever part or place is asked for, its services' own changes with the services asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ihala_notify.visibility import ITSELF

# As a condition on `feed`, with parameters $n from `asked`; NULL leaves nothing out.
MATCHES = """
    ({types}::text[] IS NULL OR type = ANY({types}))
    AND ({roles}::text[] IS NULL OR roles && {roles})
    AND ({governorates}::text[] IS NULL OR governorate = ANY({governorates}) OR roles = '{{itself}}')
    AND ({services}::uuid[] IS NULL OR service_id = ANY({services}) OR (service_id IS NULL AND roles = '{{itself}}'))
"""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is wanted: event types, P-codes of governorates, own services, own parts (origin, provider, operator). None: all."""

    types: Sequence[str] | None = None
    governorates: Sequence[str] | None = None
    services: Sequence[UUID] | None = None
    roles: Sequence[str] | None = None

    @classmethod
    def of(cls, subscription: Any) -> "Filters":
        """Return those of a subscription's row."""
        return cls(subscription.types, subscription.governorates, subscription.services, subscription.roles)

    def asked(self) -> tuple[object, ...]:
        """Return the values for MATCHES: types, roles, governorates, services."""
        roles = None if self.roles is None else [*self.roles, ITSELF]
        return self.types, roles, self.governorates, self.services


EVERYTHING = Filters()

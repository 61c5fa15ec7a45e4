"""Which services are switched off, as this process knows it: learnt with the standing, twice a second."""

from collections.abc import Mapping
from datetime import UTC, datetime

from ihala_gateway.maintenance.errors import UnderMaintenance

ALL = "*"
RETRY_AFTER_SECONDS = 60


class Switch:
    """Refuses calls to what is switched off."""

    def __init__(self) -> None:
        self.off: Mapping[str, datetime | None] = {}  # service -> when it is expected back

    def learn(self, off: Mapping[str, datetime | None]) -> None:
        """Replace what is known."""
        self.off = off

    def is_on(self, service: str) -> bool:
        """Tell whether neither the service nor everything is switched off."""
        return not self.off or not (service in self.off or ALL in self.off)

    def ask(self, service: str) -> None:
        """Raise UnderMaintenance (503) when the service, or everything, is switched off."""
        if not self.is_on(service):
            raise _refusal(self.off[service] if service in self.off else self.off[ALL])


def _refusal(until: datetime | None) -> UnderMaintenance:
    if until is None:
        return UnderMaintenance(headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
    left = max(RETRY_AFTER_SECONDS, round((until - datetime.now(UTC)).total_seconds()))
    return UnderMaintenance(headers={"Retry-After": str(left)}, until=until)

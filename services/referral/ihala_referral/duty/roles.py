"""The three duties of an emergency (domain, section 6)."""

from enum import StrEnum


class DutyRole(StrEnum):
    """Who hears which level: the provider's duty the first, the coordinator the second, the directorate the third."""

    PROVIDER = "provider"
    COORDINATOR = "coordinator"
    DIRECTORATE = "directorate"


OF_OPERATOR = (DutyRole.COORDINATOR, DutyRole.DIRECTORATE)

"""What intake is told by its environment: INTAKE_* variables, read once in app.py."""

from uuid import UUID

from ihala_kit.settings import KitSettings
from pydantic_settings import SettingsConfigDict


class Settings(KitSettings):
    """Settings of intake."""

    model_config = SettingsConfigDict(env_prefix="INTAKE_")

    contact_client: str = "notify"  # the one OAuth client that may ask for a contact
    desks: dict[str, UUID] = {}  # whose desks call back who asks on the public page, by governorate; "*": anywhere else
    quiet_hours: bool = True  # no text at night (data/messages_policy.json); off where a demonstration shows messages at any hour
    linkage_memory_gib: float = 1.0  # what a batch review may hold: about half in rows, half in DuckDB

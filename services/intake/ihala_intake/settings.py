"""What intake is told by its environment: INTAKE_* variables, read once in app.py."""

from ihala_kit.settings import KitSettings
from pydantic_settings import SettingsConfigDict


class Settings(KitSettings):
    """Settings of intake."""

    model_config = SettingsConfigDict(env_prefix="INTAKE_")

    contact_client: str = "notify"  # the one OAuth client that may ask for a contact

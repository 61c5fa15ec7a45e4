"""What directory is told by its environment."""

from ihala_kit.settings import KitSettings
from pydantic_settings import SettingsConfigDict


class Settings(KitSettings):
    """DIRECTORY_DATABASE_URL and so on."""

    model_config = SettingsConfigDict(env_prefix="DIRECTORY_", extra="ignore", hide_input_in_errors=True)

    publisher_name: str | None = None  # who publishes the HSDS feed
    publisher_website: str | None = None
    publisher_email: str | None = None

"""What referral is told by its environment: REFERRAL_* variables, read once in app.py."""

from ihala_kit.settings import KitSettings
from pydantic_settings import SettingsConfigDict


class Settings(KitSettings):
    """Settings of referral."""

    model_config = SettingsConfigDict(env_prefix="REFERRAL_")

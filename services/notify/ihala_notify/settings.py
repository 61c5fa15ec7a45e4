"""What notify is told by its environment: NOTIFY_* variables, read once in app.py."""

from pathlib import Path

from ihala_kit.settings import KitSettings
from pydantic import Field
from pydantic_settings import SettingsConfigDict


class Settings(KitSettings):
    """Settings of notify. Without a key file or an SMS address messages wait, and organisations are served all the same."""

    model_config = SettingsConfigDict(env_prefix="NOTIFY_")

    client_id: str = "notify"  # its own OAuth client, which may ask intake for a contact
    client_key_file: Path | None = None  # private key of that client, EC P-256 in PEM
    sms_url: str | None = None  # of the aggregator (or the local sink) that takes POST {id, to, text, lang}
    send_at_once: int = Field(default=20, ge=1, le=200)  # messages under way at a time, in one process

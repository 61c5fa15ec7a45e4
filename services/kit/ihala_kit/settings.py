"""What a service is told by its environment: read once, in its app.py."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class KitSettings(BaseSettings):
    """Settings that every service has. A service subclasses it with its own `env_prefix`, for example REFERRAL_."""

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True)

    database_url: str = Field(repr=False)  # of the application role, which owns nothing
    owner_database_url: str | None = Field(default=None, repr=False)  # of the owner: `ihala migrate` and `ihala clock advance`
    connections: int | None = Field(default=None, ge=2)  # to the database, of one process; else as many as its roles use: see run.py
    kafka_servers: str = "127.0.0.1:27092"
    kafka_username: str = ""
    kafka_password: SecretStr = SecretStr("")
    issuer: str = "http://127.0.0.1:8080"  # base address of the gateway, without a slash at its end
    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535)
    handover: Path | None = None  # unix socket by which a process that starts takes over the port: see listening.py
    leader_lost_after_seconds: int = Field(default=5, ge=1)  # a relay that says nothing for so long to PostgreSQL leads no more
    relay_shards: int = Field(default=1, ge=1, le=16)  # parts of the outbox, by key, that relays share among them; each has one leader
    stop_within_seconds: int = Field(default=5, ge=1)  # for requests that are under way when we are told to stop
    master_key: SecretStr  # 32 bytes in base64url, file:… or kms:…; see master_keys.py
    master_key_version: int = Field(default=1, ge=1, le=255)
    other_master_keys: SecretStr = SecretStr("")  # 1=key,3=key: known besides, while they are changed (rewrap.py)
    blind_key: SecretStr | None = None  # of blind indexes and chains; needed once master key 1 is gone (`ihala keys blind`)
    clock_may_move: bool = False
    otlp_endpoint: str | None = None  # base address of a collector, for example http://127.0.0.1:4318
    crash_dir: Path | None = None  # tests only: see crash.py
    inbox: bool = True  # off only in the test that shows what the inbox is for

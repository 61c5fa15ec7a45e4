"""What notify is told by its environment: NOTIFY_* variables, read once in app.py."""

from pathlib import Path
from typing import Literal

from ihala_kit.settings import KitSettings
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import SettingsConfigDict


class SmsRoute(BaseModel):
    """One way to send SMS. Of HTTP routes, one with a `receipt_secret` calls back; another's answer is all there will be."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: str = Field(pattern=r"^[a-z0-9-]{1,30}$")
    kind: Literal["http", "rapidpro", "smpp"]
    url: str = Field(pattern=r"^(https?|smpps?)://")
    weight: float = Field(default=1, ge=0, le=1000)
    sender: str | None = Field(default=None, max_length=11)  # the one neutral name
    token: SecretStr = SecretStr("")  # http, rapidpro: shown as a bearer
    receipt_secret: SecretStr = SecretStr("")  # http, rapidpro: what its calls back show as a bearer
    channel: str = ""  # rapidpro: the channel's id
    expects: str = Field(default="", max_length=100)  # http, rapidpro: what stands in the answer when a text was taken
    system_id: str = Field(default="", max_length=15)  # smpp
    password: SecretStr = SecretStr("")  # smpp, up to 8 letters
    window: int = Field(default=10, ge=1, le=1000)  # messages under way at a time; by smpp no more SMS either
    quiet_seconds: float = Field(default=20, ge=0.05, le=600)  # smpp: then the SMSC is asked whether it is there
    tells_id: bool = False  # smpp: the SMSC knows a repeated message by TLV 0x1501


class Settings(KitSettings):
    """Settings of notify. Without a key file or an SMS address messages wait, and organisations are served all the same."""

    model_config = SettingsConfigDict(env_prefix="NOTIFY_")

    client_id: str = "notify"  # its own OAuth client, which may ask intake for a contact
    client_key_file: Path | None = None  # private key of that client, EC P-256 in PEM
    sms_url: str | None = None  # of the one aggregator that takes POST {id, to, text, lang}, where no sms_routes are given
    sms_routes: tuple[SmsRoute, ...] = ()  # JSON; messages are shared by weight, and go by another when one fails
    smtp_host: str | None = None  # of the mail server; without it no e-mail goes out
    smtp_port: int = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"  # none: only where the server is on this machine
    smtp_authority: Path | None = None  # who signed the server's certificate, where the system does not know
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_sender: str = "no-reply@localhost"  # the one neutral address
    desk_url: str | None = None  # where officers work, without a slash at its end: links lead there, else to the API
    receipts_host: str = "127.0.0.1"
    receipts_port: int | None = None  # where aggregators say what became of messages; without it nobody can
    kafka_access_username: str = "notify-access"  # who may make topics and rights on Kafka
    kafka_access_password: SecretStr = SecretStr("")  # without it nobody outside reads Kafka
    # Hosts that webhooks may call over http and at private addresses: a partner's inside the same network, the receivers of a local run.
    webhook_hosts: frozenset[str] = frozenset()
    message_hosts: frozenset[str] = frozenset()  # hosts that an operator's own templates may name in links (https); else none
    limit_factor: int = Field(default=1, ge=1)  # how many times more a recipient is sent than data/limits.json says: for demonstrations
    send_at_once: int = Field(default=20, ge=1, le=200)  # SMS messages handed over at a time, in one process

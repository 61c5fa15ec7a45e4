"""What the gateway is told by its environment: GATEWAY_* variables, read once in app.py."""

from pathlib import Path
from typing import Annotated, Any, Self

from ihala_kit.settings import KitSettings
from pydantic import AnyHttpUrl, Field, IPvAnyNetwork, SecretStr, UrlConstraints, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from ihala_gateway.limits.policy import DEFAULTS, Limit, over_defaults

Upstream = Annotated[AnyHttpUrl, UrlConstraints(allowed_schemes=["http", "https"])]


class Settings(KitSettings):
    """Settings of the gateway. `issuer` is both the OAuth issuer and the audience of access tokens: the address partners use."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_")

    stop_within_seconds: int = Field(default=60, ge=1)  # services' answers may take long, uploads too
    upstreams: dict[str, Upstream]  # service name -> base address, for example {"intake": "http://127.0.0.1:8081"}
    keys_inside: bool = False  # read clients' keys from addresses of this machine and its net too: tests and local runs only
    access_log_days: int = Field(default=90, ge=1)
    largest_body: int = Field(default=1024 * 1024, ge=1)  # bytes of a request body that are still passed on
    upstream_silence_seconds: float = Field(default=90, gt=0)  # longest pause in an answer: above a long poll's
    limits: dict[str, Limit] = DEFAULTS  # calls a minute by kind; what is not said stays as in limits/policy.py
    limit_factor: int = Field(default=1, ge=1)  # times all of them
    places: int = Field(default=256, ge=1)  # calls under way at one service from this process
    places_of_one: int = Field(default=64, ge=1)  # of these, one client's
    trusted_proxies: list[IPvAnyNetwork] = []  # those in front of us whose Client-Cert (RFC 9440) and X-Forwarded-For are believed
    tls_certificate: Path | None = None  # PEM, with its chain: then we speak TLS ourselves, see edge/tls.py
    tls_key: Path | None = None  # PEM
    client_authorities: Path | None = None  # PEM: who may sign certificates for tls_client_auth; without it that is not offered
    outside_provider: Path | None = None  # a file that tells of an OpenID provider that signs staff in; see staff/outside_settings.py
    kafka_keys_file: Path | None = None  # where the keys of access tokens are kept for a broker, which reads no address that may be down
    seat_secret: SecretStr | None = Field(default=None, min_length=32)  # what nginx shows when it asks for decisions; see seat/

    @field_validator("limits", mode="before")
    @classmethod
    def _limits_over_defaults(cls, given: Any) -> Any:
        return over_defaults(given)

    @model_validator(mode="after")
    def _certificate_with_its_key(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key go together: with one of them alone we would speak without TLS")
        return self

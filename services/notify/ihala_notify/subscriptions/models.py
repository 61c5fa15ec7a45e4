"""Bodies of subscriptions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ihala_kit.bodies import Sent
from pydantic import AliasChoices, BaseModel, BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from ihala_notify.webhooks.models import KeyKind, NewKey, Ordered, Url

EventType = Annotated[str, Field(min_length=1, max_length=100)]
PCode = Annotated[str, Field(pattern=r"^IQ(G[0-9]{2}|-HALABJA)$")]  # and the one governorate that has none
Types = Annotated[
    list[EventType] | None,
    Field(default=None, min_length=1, max_length=100, description="Types of events; without it, everything your organisation may see."),
]
Governorates = Annotated[
    list[PCode] | None,
    Field(
        default=None, min_length=1, max_length=30,
        description="P-codes. Only what your organisation was told to belong there; what belongs nowhere is left out.",
    ),
]  # fmt: skip
Services = Annotated[
    list[UUID] | None,
    Field(default=None, min_length=1, max_length=100, description="Services of your organisation; needs `referral:read`."),
]
Roles = Annotated[
    list[Literal["origin", "provider", "operator"]] | None,
    Field(default=None, min_length=1, max_length=3, description="Your organisation's own part in what happens."),
]
# Contracts 1.0 know one kind. In requests more words may come, each as a Literal of its own beside the others (a union); in answers it
# stays, since clients of 1.0 may rely on it: every subscription follows the feed, and `way` says how its events come.
Kind = Literal["feed"]
AnsweredKind = Annotated[Literal["feed"], BeforeValidator(lambda _: "feed")]


class Wanted(Sent):
    """What of your organisation's events is wanted: each of the four narrows further, without any everything comes.

    What is about your organisation itself (its agreement, its suspension, its subscriptions) comes wherever `types` allows it.
    """

    types: Types
    governorates: Governorates
    services: Services
    roles: Roles


class SubscriptionRequest(Wanted):
    """What to follow."""

    kind: Kind | Literal["webhook"] = "feed"
    url: Url
    ordered: Ordered
    key: KeyKind = Field(default="hmac", description="Of a webhook: hmac signs `v1`, ed25519 signs `v1a` (Standard Webhooks).")

    @field_validator("url")
    @classmethod
    def _is_called(cls, url: str | None, info: ValidationInfo) -> str | None:
        """Refuse an address that nothing would ever be sent to: whoever names one waits there. Raises PydanticCustomError."""
        if url is not None and info.data.get("kind") == "feed":
            raise PydanticCustomError("webhook_only", "only a webhook has an address")
        return url


class SubscriptionChange(Wanted):
    """What is to be different: a filter that is named is replaced, with null it is taken away; the others stay."""


class Subscription(BaseModel):
    """A subscription of your organisation."""

    id: UUID
    kind: AnsweredKind = Field(description="What is followed: always your organisation's feed.")
    way: str = Field(default="feed", validation_alias=AliasChoices("way", "kind"), description="How its events come: feed or webhook.")
    types: list[str] | None
    governorates: list[str] | None = None
    services: list[UUID] | None = None
    roles: list[str] | None = None
    state: str = Field(default="active", description="active, degraded (what it is sent to fails), paused or disabled.")
    reason: str | None = Field(
        default=None,
        description="Code: why it is not active: `by_owner`, `by_operator`, `client_may_not_read`, `receiver_gone`, `failing`, "
        "`too_many_refused` (the rest is sent all the same), `failed_for_days`.",
    )
    since: datetime | None = Field(
        default=None, validation_alias=AliasChoices("since", "changed_at"), description="Since when it is in this state."
    )
    created_at: datetime


class NewSubscription(Subscription):
    """A subscription with the cursor from which it begins: list what is open, then follow from here."""

    cursor: str
    key: NewKey | None = Field(default=None, description="Of a webhook: the key that signs its requests. Its secret is told only here.")

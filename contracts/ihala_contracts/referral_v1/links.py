"""One-time links for providers without a system: that there is one and that it is over, never the link or its code."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.referral_v1.base import NeedEvent


class OneTimeLinkIssued(NeedEvent):
    """A receiver's focal person may answer an offer by a link. Read by notify: the operator's feed, and later the reminder to her."""

    type: Literal["org.ihala.referral.one-time-link-issued"] = "org.ihala.referral.one-time-link-issued"
    version: Literal[1] = 1
    operator_id: UUID
    referral_id: UUID
    organization_id: UUID  # the receiver
    link_id: UUID
    focal_id: str  # opaque, as the issuing office names her
    language: Literal["ar", "ckb", "en"]
    expires_at: datetime
    issued_at: datetime


class OneTimeLinkEnded(NeedEvent):
    """The link answers nobody any more: used, replaced, revoked, or `tries` (too many wrong codes). Read by notify: the operator's feed.

    One whose offer ended or whose time ran out has no event of its own: the referral's says it.
    """

    type: Literal["org.ihala.referral.one-time-link-ended"] = "org.ihala.referral.one-time-link-ended"
    version: Literal[1] = 1
    operator_id: UUID
    referral_id: UUID
    link_id: UUID
    reason: Literal["used", "replaced", "revoked", "tries"]
    ended_at: datetime

"""What the owning office does with one-time links: issues, lists, revokes. All raise ReferralNotFound (404) for everybody else."""

from datetime import UTC, datetime
from uuid import UUID

from ihala_contracts.referral_v1 import OneTimeLinkEnded, OneTimeLinkIssued
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from ihala_kit.vault import Vault
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import store, work_items
from ihala_referral.errors import ReferralNotFound
from ihala_referral.links import models, secrets
from ihala_referral.links import store as links
from ihala_referral.links.errors import LinkNotAllowed
from ihala_referral.parties import OPERATOR
from ihala_referral.states import State
from ihala_referral.tables import OneTimeLink, Referral

ANSWERABLE = frozenset({State.OFFERED, State.ACKNOWLEDGED})


async def issue(tx: AsyncSession, caller: Caller, referral_id: UUID, wanted: models.NewLink) -> models.IssuedLink:
    """Return a new link and its code, this once; one that was live is replaced. Emits OneTimeLinkIssued.

    Raises LinkNotAllowed (409), also to the second of two who issue one at the same time.
    """
    referral = await owned(tx, caller, referral_id)
    if (why := await unanswerable(tx, referral)) is not None:
        raise LinkNotAllowed(why=why)
    former = await links.live(tx, referral.id)
    if former is not None:
        finish(tx, former, referral, "replaced")
        await tx.flush()  # there is one live link a referral: the former ends before the new one begins
    vault = Vault.of(tx.info["service"])
    token, token_hash = secrets.new_token(vault)
    link_id, code = new_id(), secrets.new_code()
    link = await links.begin(tx, OneTimeLink(
        id=link_id, operator_id=referral.operator_id, referral_id=referral.id, organization_id=referral.organization_id,
        focal_id=wanted.focal_id, language=wanted.language, token_hash=token_hash, minute_at=datetime.now(UTC),
        code_hash=secrets.code_hash(vault, link_id, code), issued_at=now(tx), issued_by=caller.client_id,
        acting_officer=caller.acting_officer,
    ))  # fmt: skip
    if link is None:
        raise LinkNotAllowed(why="issued_meanwhile")
    await work_items.close_about(tx, referral.need_id, (work_items.LINK_BLOCKED,), now(tx))
    _tell(tx, link, referral)
    url = f"{tx.info['service'].issuer}/l/{token}?lang={link.language}"
    return models.IssuedLink(**shown(link, referral).model_dump(), url=url, code=code)


async def revoke(tx: AsyncSession, caller: Caller, referral_id: UUID, link_id: UUID) -> models.Link:
    """Let the link answer nobody any more; emits OneTimeLinkEnded, unless it had ended."""
    referral = await owned(tx, caller, referral_id)
    link = await links.one(tx, referral, link_id)
    if link.ended_at is None:
        finish(tx, link, referral, "revoked")
    return shown(link, referral)


async def listed(tx: AsyncSession, caller: Caller, referral_id: UUID) -> models.Links:
    """Return the referral's links."""
    referral = await owned(tx, caller, referral_id)
    return models.Links(items=[shown(link, referral) for link in await links.of_referral(tx, referral)])


async def owned(tx: AsyncSession, caller: Caller, referral_id: UUID) -> Referral:
    """Return a referral of the caller's office. Raises ReferralNotFound (404), also for its receiver and its origin."""
    referral = await store.referral(tx, referral_id)
    if caller.organization_kind != OPERATOR or caller.organization_id != referral.operator_id:
        raise ReferralNotFound()
    return referral


async def unanswerable(tx: AsyncSession, referral: Referral) -> str | None:
    """Return why nobody can answer this referral by a link now, or None."""
    receiver = await store.organization(tx, referral.organization_id)
    past = referral.decide_by is None or now(tx) >= referral.decide_by
    reasons = {
        "restricted": referral.restricted,
        "not_an_open_offer": referral.state not in ANSWERABLE,
        "receiver_suspended": receiver is None or receiver.suspended,
        "deadline_passed": past,
    }
    return next((why for why, holds in reasons.items() if holds), None)


def finish(tx: AsyncSession, link: OneTimeLink, referral: Referral, reason: str) -> None:
    """End a link and tell of it: emits OneTimeLinkEnded."""
    links.end(tx, link, reason)
    emit(
        tx,
        OneTimeLinkEnded(
            need_id=referral.need_id, placement_id=referral.placement_id, operator_id=referral.operator_id, referral_id=referral.id,
            link_id=link.id, reason=reason, ended_at=now(tx),
        ),
    )  # fmt: skip


def shown(link: OneTimeLink, referral: Referral) -> models.Link:
    """Return the link as its office sees it."""
    names = set(models.Link.model_fields) - {"expires_at"}
    expires_at = referral.decide_by if referral.ended_at is None else None
    return models.Link(**{name: getattr(link, name) for name in names}, expires_at=expires_at)


def _tell(tx: AsyncSession, link: OneTimeLink, referral: Referral) -> None:
    assert referral.decide_by is not None, "who can be answered has a deadline"
    emit(
        tx,
        OneTimeLinkIssued(
            need_id=referral.need_id, placement_id=referral.placement_id, operator_id=referral.operator_id, referral_id=referral.id,
            organization_id=referral.organization_id, link_id=link.id, focal_id=link.focal_id, language=link.language,
            expires_at=referral.decide_by, issued_at=link.issued_at,
        ),
    )  # fmt: skip

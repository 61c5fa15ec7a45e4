"""What a focal person does on the page of her link: gives the code, reads the offer, answers it.

Whatever is amiss (no link of ours, a wrong code, a used or dead link) has one and the same result: nothing. Who sent a code or a form is
known only once that is right; until then nobody acts but the system, which counts.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import act_for, attempt
from ihala_kit.problems import Problem
from ihala_kit.vault import Vault
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import store, work_items
from ihala_referral.commands import moves
from ihala_referral.links import commands, secrets
from ihala_referral.links import store as links
from ihala_referral.links.offer import Offer, offer_of
from ihala_referral.parties import ANSWER
from ihala_referral.states import Act
from ihala_referral.tables import OneTimeLink, Referral

WRONG_CODES = 5
FORMS_A_MINUTE = 20
PURPOSE = "one-time link"
DECISIONS = {"accept": "accepted", "decline": "declined"}


@dataclass(frozen=True)
class Form:
    """What the page's forms send: a code, or the ticket that came for it and what to do."""

    code: str = ""
    ticket: str = ""
    act: str = ""
    reason: str = ""
    comment: str = ""
    sure: bool = False


@dataclass(frozen=True)
class Turn:
    """What to show next: the offer with a ticket, or what was decided; `note` is a code of link_words.csv."""

    offer: Offer
    ticket: str | None = None
    note: str | None = None
    decided: str | None = None


async def answer(tx: AsyncSession, token: str, form: Form) -> Turn | None:
    """Do what a form asks; None when it may see nothing. The moves emit what they always do, a decision also OneTimeLinkEnded."""
    vault, at = Vault.of(tx.info["service"]), datetime.now(UTC)
    token_hash = secrets.known_token(vault, token)
    if token_hash is None:
        return None
    await store.act_as_system(tx, PURPOSE)
    link = await links.asked(tx, token_hash, at, at - timedelta(minutes=1))
    if link is None or link.asked > FORMS_A_MINUTE:
        return None
    referral = await tx.get_one(Referral, link.referral_id, populate_existing=True)
    version = secrets.version_of(vault, link.id, form.ticket, at) if form.ticket else None
    if version is None and (form.ticket or not await _code_is_right(tx, vault, link, referral, form.code)):
        return None  # a ticket that is too old is no wrong code
    if link.used_for is not None:  # her own form, sent twice
        return Turn(await offer_of(tx, referral), decided=DECISIONS[link.used_for]) if version is not None else None
    if link.ended_at is not None or await commands.unanswerable(tx, referral) is not None:
        return None
    return await _turn(tx, vault, link, referral, None if version is None else await _act(tx, link, referral, version, form))


async def _code_is_right(tx: AsyncSession, vault: Vault, link: OneTimeLink, referral: Referral, code: str) -> bool:
    """Compare the code; too many wrong ones end the link, and a coordinator hears of it as long as the offer can be answered."""
    given = secrets.code_hash(vault, link.id, secrets.typed_code(code))
    if link.ended_at is not None:
        return False
    if secrets.same(given, link.code_hash):
        return True
    blocked = link.tries + 1 >= WRONG_CODES
    situation = await store.of_need(tx, referral.need_id, referral.id) if blocked else None  # first: writing a link holds its referral
    link.tries += 1
    if blocked:
        commands.finish(tx, link, referral, "tries")
        if situation is not None and referral.state in commands.ANSWERABLE:  # as it is under the lock
            await work_items.open_item(tx, situation, work_items.LINK_BLOCKED, referral)
    return False


async def _act(tx: AsyncSession, link: OneTimeLink, referral: Referral, version: int, form: Form) -> str | None:
    """Make a move for the receiver, and return what to say of it. A refusal undoes it and is said in words."""
    if form.act == Act.ACCEPT and not form.sure:
        return "say_sure"
    try:
        async with attempt(tx):
            await _move(tx, _receiver(link, referral), referral.id, version, form)
    except Problem as refused:
        return {"comment-missing": "say_comment", "reason-unknown": "say_reason"}.get(refused.slug, "say_changed")
    if form.act in DECISIONS:
        link.used_for = form.act
        commands.finish(tx, link, referral, "used")
    return "say_seen" if form.act == Act.ACKNOWLEDGE else None


async def _move(tx: AsyncSession, caller: Caller, referral_id: UUID, version: int, form: Form) -> None:
    await act_for(tx, caller)
    if form.act == Act.ACKNOWLEDGE:
        await moves.acknowledge(tx, caller, referral_id, version)
    elif form.act == Act.ACCEPT:
        await moves.accept(tx, caller, referral_id, version)
    elif form.act == Act.DECLINE:
        await moves.decline(tx, caller, referral_id, version, Act.DECLINE, form.reason, form.comment or None, None)


def _receiver(link: OneTimeLink, referral: Referral) -> Caller:
    """Return as whom the link acts: a client of the receiver that may answer and no more, and nothing restricted."""
    return Caller(
        f"link:{link.id}", referral.organization_id, referral.organization_kind, scopes=frozenset({ANSWER}), acting_officer=link.focal_id
    )


async def _turn(tx: AsyncSession, vault: Vault, link: OneTimeLink, referral: Referral, note: str | None) -> Turn | None:
    """Return what to show after a move, or after none."""
    await tx.flush()
    await store.act_as_system(tx, PURPOSE)
    await tx.refresh(referral)
    offer = await offer_of(tx, referral)
    if link.used_for is not None:
        return Turn(offer, decided=DECISIONS[link.used_for])
    if await commands.unanswerable(tx, referral) is not None:
        return None
    return Turn(offer, secrets.new_ticket(vault, link.id, referral.version, datetime.now(UTC)), note)

"""What a need has here in words and facts, sealed under a key of its own that is destroyed with the person."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from ihala_kit.db import fetch, now
from ihala_kit.sealed import Unreadable, unseal
from ihala_kit.vault import Vault
from sqlalchemy.dialects import postgresql
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.tables import NeedKey, Placement, Referral

Facts = dict[str, Any]

AGE_BANDS = ((5, "0-5"), (11, "6-11"), (17, "12-17"), (25, "18-25"), (59, "26-59"))
OLDEST = "60+"
AGE = "age"
COUNTED_ONLY = frozenset({"disability"})  # for statistics: no rule of a service asks for it, so it goes no further
HIDDEN_FROM: Mapping[str, frozenset[str]] = {"private": frozenset({"status"})}  # an employer sees no displacement or return: domain, 10
_KEYS = "need keys"  # read in this transaction; kept with its session
_MADE = "need keys made"  # in this transaction: read again each time, for a savepoint may take them back
GONE = b""  # stands where something of an erased person would be sealed


async def received(tx: AsyncSession, token: str | None, need_id: UUID) -> tuple[Facts | None, bool]:
    """Return the facts that intake sealed to us, and whether they could be read; their key may be destroyed by now."""
    if token is None:
        return None, True
    try:
        return await unseal(tx, token, need_id), True
    except Unreadable:
        return None, False


async def seal(tx: AsyncSession, need_id: UUID, content: Facts | str, about: str) -> bytes:
    """Return `content` sealed under the need's key, which is made at its first use; nothing where it was destroyed with the person."""
    wrapped = await _key(tx, need_id) or await _new_key(tx, need_id)
    if wrapped is None:
        return GONE
    return _vault(tx).seal(wrapped, json.dumps(content).encode(), f"{about}/{need_id}")


async def opened(tx: AsyncSession, need_id: UUID, blob: bytes | None, about: str) -> Any:
    """Return what was sealed, or None when there is nothing, it was taken out, or its key was destroyed with the person."""
    [found] = await opened_of_one(tx, need_id, [blob], about)
    return found


async def opened_of_one(tx: AsyncSession, need_id: UUID, blobs: Sequence[bytes | None], about: str) -> list[Any]:
    """Return several things of one need and kind as `opened` does, in their order; the key is read once."""
    wrapped = await _key(tx, need_id) if any(blobs) else None
    if wrapped is None:
        return [None] * len(blobs)
    vault, name = _vault(tx), f"{about}/{need_id}"
    return [json.loads(vault.open(wrapped, blob, name)) if blob else None for blob in blobs]


async def keep_facts(tx: AsyncSession, placement: Placement, facts: Facts | None) -> None:
    """Keep what matching needs, for the next question to the directory."""
    placement.facts = None if facts is None else await seal(tx, placement.need_id, facts, "facts")


async def facts_of(tx: AsyncSession, placement: Placement) -> Facts | None:
    """Return what matching needs."""
    found: Facts | None = await opened(tx, placement.need_id, placement.facts, "facts")
    return found


async def facts_for_matching(tx: AsyncSession, placement: Placement) -> Facts | None:
    """Return of the facts what directory may know."""
    facts = await facts_of(tx, placement)
    return None if facts is None else {name: value for name, value in facts.items() if name not in COUNTED_ONLY}


async def facts_of_all(tx: AsyncSession, sealed: Mapping[UUID, bytes]) -> dict[UUID, Facts]:
    """Return the facts of many needs, by need; nothing of those whose key was destroyed or that have none."""
    keys = select(NeedKey.need_id, NeedKey.key).where(col(NeedKey.need_id).in_(list(sealed)), col(NeedKey.key).is_not(None))
    vault = _vault(tx)
    wrapped = {need_id: key for need_id, key in (await tx.exec(keys)).all() if key and sealed[need_id]}
    return {need_id: json.loads(vault.open(key, sealed[need_id], f"facts/{need_id}")) for need_id, key in wrapped.items()}


def told_to(kind: str, attributes: Sequence[str]) -> list[str]:
    """Return which attributes of the person a receiver of this kind is told, of those that its service's rules use."""
    return [name for name in attributes if name not in HIDDEN_FROM.get(kind, ())]


async def keep_shown(tx: AsyncSession, placement: Placement, referral: Referral) -> None:
    """Keep what the receiver may see before acceptance: an age band, and the attributes that the service's rules use."""
    facts = await facts_of(tx, placement)
    if facts is None or referral.restricted:
        referral.shown = None
        return
    used = {name: facts[name] for name in referral.attributes if name != AGE and facts.get(name) is not None}
    content = {"age_band": age_band(facts.get(AGE)), "attributes": used}
    referral.shown = await seal(tx, placement.need_id, content, "shown")


async def shown(tx: AsyncSession, referral: Referral) -> Facts:
    """Return what the receiver may see before acceptance."""
    found: Facts | None = await opened(tx, referral.need_id, referral.shown, "shown")
    return found or {}


async def shown_of_all(tx: AsyncSession, referrals: Sequence[Referral]) -> dict[UUID, Facts]:
    """Return what receivers may see of the persons behind several referrals, by referral; nothing where a key is gone."""
    sealed = {referral.id: referral for referral in referrals if referral.shown}
    query = select(NeedKey).where(col(NeedKey.need_id).in_({referral.need_id for referral in sealed.values()}))
    keys = {known.need_id: known.key for known in (await tx.exec(query)).all()} if sealed else {}
    vault, found = _vault(tx), {}
    for referral in sealed.values():
        wrapped = keys.get(referral.need_id)
        if wrapped is not None and referral.shown is not None:
            found[referral.id] = json.loads(vault.open(wrapped, referral.shown, f"shown/{referral.need_id}"))
    return found


def age_band(age: object) -> str | None:
    """Return the band of an age in years."""
    if not isinstance(age, int):
        return None
    return next((band for oldest, band in AGE_BANDS if age <= oldest), OLDEST)


async def _key(tx: AsyncSession, need_id: UUID) -> bytes | None:
    """Return the need's wrapped key, read once a transaction; None when there is none, or it was destroyed."""
    kept: dict[UUID, bytes] = tx.info.setdefault(_KEYS, {})
    if need_id in kept:
        return kept[need_id]
    rows = await fetch(tx, "SELECT key FROM need_key WHERE need_id = $1", need_id)
    wrapped: bytes | None = rows[0]["key"] if rows else None
    if wrapped is not None and need_id not in tx.info.get(_MADE, ()):
        kept[need_id] = wrapped
    return wrapped


async def destroy(tx: AsyncSession, need_ids: list[UUID]) -> int:
    """Destroy the keys of these needs, also of those that have none yet: none is made for them again. Return how many there were."""
    tx.info.pop(_KEYS, None)
    had = await tx.execute(select(NeedKey.need_id).where(col(NeedKey.need_id).in_(need_ids), col(NeedKey.key).is_not(None)))
    gone = {"key": None, "destroyed_at": now(tx)}
    for need_id in sorted(need_ids):
        made = postgresql.insert(NeedKey).values({"need_id": need_id, **gone})
        await tx.execute(made.on_conflict_do_update(index_elements=["need_id"], set_=gone, where=col(NeedKey.destroyed_at).is_(None)))
    return len(had.all())


async def _new_key(tx: AsyncSession, need_id: UUID) -> bytes | None:
    insert = "INSERT INTO need_key (need_id, key) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING key"
    made = await fetch(tx, insert, need_id, _vault(tx).new_key())
    tx.info.setdefault(_MADE, set()).add(need_id)
    return made[0]["key"] if made else await _key(tx, need_id)  # another's, who was first; none, if it was destroyed


def _vault(tx: AsyncSession) -> Vault:
    return Vault.of(tx.info["service"])

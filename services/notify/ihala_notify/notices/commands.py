"""Every change of a wish that its officer can ask for, and how it ends."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import fetch, seeing_all
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.vault import Vault
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.notices import models as v1
from ihala_notify.notices import proofs, store, times
from ihala_notify.notices.errors import DigestNotFound, MailNotSet, OfficerUnknown, TooManyCodes
from ihala_notify.notices.tables import Digest, DigestMail, about_address

MOST_CODES_A_DAY = 5

# Whose address, code and open mails go: nothing is sent to who does not want it, and nobody keeps an address for nothing.
_END = """
    WITH ended AS (
        UPDATE digest SET state = 'ended', reason = $2, sealed_email = NULL, code_hash = NULL, code_until = NULL, next_at = NULL,
                          version = version + 1, changed_at = $3
        WHERE {} AND state <> 'ended' RETURNING id
    )
    UPDATE digest_mail SET state = 'dropped', reason = $2, next_at = NULL, settled_at = $3
    FROM ended WHERE digest_id = ended.id AND state IN ('waiting', 'sending')
"""
_END_ONE = _END.format("id = $1")
_END_OF_ORGANIZATION = _END.format("organization_id = $1")
_END_OF_OFFICER = _END.format("organization_id = $1 AND officer = $4")


def officer_of(caller: Caller) -> str:
    """Return the opaque sign of whoever asks. Raises OfficerUnknown (403)."""
    officer = caller.acting_officer or caller.account_id
    if officer is None:
        raise OfficerUnknown()
    return officer


async def wish(tx: AsyncSession, caller: Caller, body: v1.DigestWish, version: int) -> Digest:
    """Keep what the officer wants from now on; a new address is asked for its code first.

    Raises OfficerUnknown (403), MailNotSet, TooManyCodes (409), Stale (412).
    """
    officer = officer_of(caller)
    if tx.info["service"].smtp_host is None:
        raise MailNotSet()
    row = await store.own(tx, caller, officer, lock=True)
    if version != version_of(row):
        raise Stale()
    if row is None:
        row = await _begin(tx, caller, officer, body)
    await _go_on(tx, caller, row, body)
    _set(row, body)
    row.version += 1
    vault = Vault.of(tx.info["service"])
    if row.state != "active" or _address(vault, row) != body.email:
        row.state, row.reason, row.next_at = "unconfirmed", None, None
        row.sealed_email = vault.seal_direct(body.email.encode(), about_address(row.id))
        await _mail_code(tx, caller, row)
    elif row.daily_at is not None:
        row.next_at = times.next_daily(datetime.now(UTC), row.daily_at)
    else:
        row.next_at = None
    return row


async def confirm(tx: AsyncSession, caller: Caller, body: v1.Confirmation) -> Digest:
    """Begin with the digests if the code is right, from now on; else one try is used up. Raises DigestNotFound (404)."""
    row = await store.own(tx, caller, officer_of(caller), lock=True)
    if row is None or row.state == "ended":
        raise DigestNotFound()
    if row.state == "active" or row.code_until is None or row.code_until < datetime.now(UTC) or row.code_tries >= proofs.MOST_TRIES:
        return row
    if not proofs.same(row.code_hash, proofs.code_hash(Vault.of(tx.info["service"]), row.id, body.code)):
        row.code_tries += 1
        return row
    row.state, row.code_hash, row.code_until, row.code_tries = "active", None, None, 0
    row.cursor = row.urgent_cursor = await store.newest(tx, row.organization_id)
    row.next_at = None if row.daily_at is None else times.next_daily(datetime.now(UTC), row.daily_at)
    row.version += 1
    return row


async def remove(tx: AsyncSession, caller: Caller, version: int) -> Digest:
    """End the officer's digests and forget the address. Raises DigestNotFound (404), Stale (412)."""
    row = await store.own(tx, caller, officer_of(caller), lock=True)
    if row is None or row.state == "ended":
        raise DigestNotFound()
    if row.version != version:
        raise Stale()
    await end(tx, row.id, "asked")
    await tx.refresh(row)
    return row


async def stop(tx: AsyncSession, token: str) -> None:
    """End the digests that a link came with. For what is no link of ours the database is asked the same, and finds nothing."""
    vault = Vault.of(tx.info["service"])
    async with seeing_all(tx, "stop digests"):
        await end(tx, proofs.stopped_by(vault, token) or new_id(), "unsubscribed")


async def end(tx: AsyncSession, digest_id: UUID, reason: str) -> None:
    """End one."""
    await fetch(tx, _END_ONE, digest_id, reason, datetime.now(UTC))


async def end_of_organization(tx: AsyncSession, organization_id: UUID, reason: str) -> None:
    """End those of an organisation's officers."""
    await fetch(tx, _END_OF_ORGANIZATION, organization_id, reason, datetime.now(UTC))


async def end_of_officer(tx: AsyncSession, organization_id: UUID, officer: str, reason: str) -> None:
    """End an officer's."""
    await fetch(tx, _END_OF_OFFICER, organization_id, reason, datetime.now(UTC), officer)


def shown(tx: AsyncSession, row: Digest | None) -> v1.Digest:
    """Return a wish as its officer sees it."""
    if row is None or row.state == "ended":
        return v1.Digest(state="none", reason=row.reason if row else None)
    address = _address(Vault.of(tx.info["service"]), row)
    left = proofs.MOST_TRIES - row.code_tries if row.state == "unconfirmed" else None
    return v1.Digest.model_validate({
        "state": row.state, "email": f"{address[:1]}…@{address.rpartition('@')[2]}", "language": row.language, "kinds": row.kinds,
        "governorates": row.governorates, "daily_at": None if row.daily_at is None else times.words(row.daily_at),
        "at_once": row.at_once, "next_at": row.next_at, "tries_left": left,
    })  # fmt: skip


def version_of(row: Digest | None) -> int:
    """Return what a change of it has to name: 0 while there never was one."""
    return 0 if row is None else row.version


def _address(vault: Vault, row: Digest) -> str:
    return "" if row.sealed_email is None else vault.open_direct(row.sealed_email, about_address(row.id)).decode()


async def _begin(tx: AsyncSession, caller: Caller, officer: str, body: v1.DigestWish) -> Digest:
    """Make the officer's row; of two at once the second is stale."""
    at = datetime.now(UTC)
    values = {
        "id": new_id(), "organization_id": caller.organization_id, "officer": officer, "language": body.language, "at_once": body.at_once,
        "state": "unconfirmed", "code_tries": 0, "cursor": 0, "urgent_cursor": 0, "version": 0, "changed_at": at, "created_at": at,
    }  # fmt: skip
    await tx.execute(insert(Digest).values(values).on_conflict_do_nothing())
    made = await store.own(tx, caller, officer, lock=True)
    if made is None or made.id != values["id"]:
        raise Stale()
    return made


async def _go_on(tx: AsyncSession, caller: Caller, row: Digest, body: v1.DigestWish) -> None:
    """Let what begins with this wish begin where what was before it has told; a daily one that rested begins now."""
    if row.daily_at is None and body.daily_at is not None:
        row.cursor = await store.newest(tx, row.organization_id)
    if body.at_once and not row.at_once:
        row.urgent_cursor = max(row.urgent_cursor, await store.told_daily(tx, caller, row))


def _set(row: Digest, body: v1.DigestWish) -> None:
    row.language, row.at_once = body.language, body.at_once
    row.kinds = None if body.kinds is None else sorted({kind.value for kind in body.kinds})
    row.governorates = None if body.governorates is None else sorted(set(body.governorates))
    row.daily_at = None if body.daily_at is None else times.minutes(body.daily_at)
    row.changed_at = datetime.now(UTC)


async def _mail_code(tx: AsyncSession, caller: Caller, row: Digest) -> None:
    """Have a code mailed; it is made when that mail is sent. Raises TooManyCodes (409)."""
    at = datetime.now(UTC)
    if await store.codes_since(tx, caller, row, at - timedelta(days=1)) >= MOST_CODES_A_DAY:
        raise TooManyCodes()
    row.code_hash, row.code_until, row.code_tries = None, None, 0
    await tx.flush()
    tx.add(DigestMail(
        id=new_id(), digest_id=row.id, organization_id=row.organization_id, kind="code", state="waiting", attempts=0, next_at=at,
        created_at=at,
    ))  # fmt: skip

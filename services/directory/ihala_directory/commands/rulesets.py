"""Rulesets: drafted, tried over past needs, published; what is published never changes."""

from datetime import datetime, timedelta
from uuid import UUID

from ihala_contracts.directory_v1 import RulesetPublished
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import rights
from ihala_directory.errors import RulesBeginBefore, RulesetNotChangeable
from ihala_directory.matching import store, trial
from ihala_directory.matching.tables import Ruleset
from ihala_directory.models.matches import DryRun, DryRunRequest, RulesetDraft

LOOKS_BACK = timedelta(days=90)


async def draft(tx: AsyncSession, caller: Caller, wanted: RulesetDraft) -> Ruleset:
    """Enter a draft of the caller's office. Raises OfficersOnly (403)."""
    row = Ruleset(
        id=new_id(), operator_id=rights.office(caller), name=wanted.name, body=wanted.body.model_dump(mode="json"),
        drafted_by=_who(caller), changed_at=now(tx),
    )  # fmt: skip
    tx.add(row)
    return row


async def change(tx: AsyncSession, caller: Caller, ruleset_id: UUID, version: int, wanted: RulesetDraft) -> Ruleset:
    """Change a draft. Raises OfficersOnly (403), RulesetNotFound (404), RulesetNotChangeable (409), Stale (412)."""
    row = await _locked(tx, caller, ruleset_id, version)
    row.name, row.body, row.tried = wanted.name, wanted.body.model_dump(mode="json"), None
    row.drafted_by = _who(caller)
    _touch(row, now(tx))
    return row


async def publish(tx: AsyncSession, caller: Caller, ruleset_id: UUID, version: int, valid_from: datetime | None) -> Ruleset:
    """Publish a draft: from then on the operator's needs are matched by it; emits RulesetPublished.

    Raises OfficersOnly (403), RulesetNotFound (404), RulesetNotChangeable (409), Stale (412), RulesBeginBefore (422).
    """
    row = await _locked(tx, caller, ruleset_id, version)
    at = now(tx)
    begins = valid_from or at
    if begins < at:
        raise RulesBeginBefore(pointer="#/valid_from")
    row.number = await store.next_number(tx)
    row.state, row.valid_from, row.published_by = "published", begins, _who(caller)
    _touch(row, at)
    emit(tx, RulesetPublished(ruleset_id=row.id, operator_id=row.operator_id, rule_version=row.number, valid_from=begins, published_at=at))
    return row


async def dry_run(tx: AsyncSession, caller: Caller, ruleset_id: UUID, asked: DryRunRequest) -> DryRun:
    """Compare what was answered with what the rules would answer; the counts stay with a draft.

    Raises OfficersOnly (403), RulesetNotFound (404).
    """
    operator_id = rights.office(caller)  # who keeps the rules tries them: an administrator, who is no officer
    known = await store.ruleset(tx, ruleset_id)
    found = await trial.run(tx, operator_id, known.body, asked.since or now(tx) - LOOKS_BACK, asked.most)
    row = await store.locked_draft(tx, ruleset_id)
    if row is not None and row.operator_id == operator_id and row.version == known.version:
        row.tried = found.model_dump(mode="json", exclude={"examples"}) | {"at": now(tx).isoformat()}
    return found


async def _locked(tx: AsyncSession, caller: Caller, ruleset_id: UUID, version: int) -> Ruleset:
    rights.office(caller)
    known = await store.ruleset(tx, ruleset_id)
    row = await store.locked_draft(tx, ruleset_id)
    if known.state == "published" or row is None:
        raise RulesetNotChangeable()
    if row.version != version:
        raise Stale()
    return row


def _touch(row: Ruleset, at: datetime) -> None:
    row.version += 1
    row.changed_at = at


def _who(caller: Caller) -> str:
    return f"{caller.client_id}/{caller.acting_officer}" if caller.acting_officer else caller.client_id

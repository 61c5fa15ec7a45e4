"""Takes a message by hand into the queue that events fill, too: one statement, nothing kept that could not be sent."""

import json
from datetime import UTC, datetime
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import fetch, now
from ihala_kit.ids import new_id
from ihala_kit.problems import FieldError
from ihala_kit.telemetry import inject
from ihala_kit.vault import Vault
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify import models
from ihala_notify.accepting import rules
from ihala_notify.accepting.errors import NeedHasEnded, NeedIsRestricted, NeedNotFound, NotByHand, ValuesRefused
from ihala_notify.accepting.models import MessageRequest
from ihala_notify.messages import QUEUED
from ihala_notify.queueing import PERSON
from ihala_notify.states import EXPLAINED
from ihala_notify.store import message
from ihala_notify.wording import Template, templates

# A need of a caller who is not its operator, or not cleared for it, is none: row policies say the same. Who sends the same under the same
# key again, even after its answer is forgotten, adds nothing.
_QUEUE = """
    WITH about AS (
        SELECT need_id, operator_id, sensitivity = 'restricted' AS restricted, messages_wanted, ended FROM need
        WHERE need_id = $1 AND known AND operator_id = $2 AND ($3 OR sensitivity <> 'restricted')
    ), queued AS (
        INSERT INTO message (id, event_id, template, recipient, need_id, operator_id, traceparent, state, attempts, rounds, next_at,
                             useful_until, queued_at, given, restricted)
        SELECT $4, $5, $6, $7, need_id, operator_id, $8, 'waiting', 0, 0, $9, $10, $11, CAST($12 AS jsonb), restricted
        FROM about WHERE NOT ended AND (messages_wanted OR NOT restricted)
        ON CONFLICT (event_id, template, recipient) DO NOTHING RETURNING id
    )
    SELECT restricted AND NOT messages_wanted AS unwanted, ended, (SELECT id FROM queued) AS id FROM about
"""

_CREATED = models.Text.model_validate(EXPLAINED["created"], from_attributes=True)


async def accept(tx: AsyncSession, caller: Caller, body: MessageRequest, key: str) -> models.Message:
    """Queue a message to the person behind a need of the caller's own operator; return it as it stands.

    Raises NeedNotFound (404), NeedHasEnded, NeedIsRestricted (409), NotByHand, ValuesRefused (422).
    """
    template, queued_at, at = _by_hand(body, now(tx)), now(tx), datetime.now(UTC)
    if caller.operator_id is None or caller.operator_id != caller.organization_id:
        raise NeedNotFound()
    given = body.values.model_dump_json(exclude_none=True) if body.values.model_fields_set else None
    message_id, event_id = new_id(), _stable(tx, caller, body, key)
    found = await fetch(
        tx, _QUEUE, body.need_id, caller.operator_id, caller.cleared, message_id, event_id, body.template, PERSON, inject(), at,
        at + rules.useful_for(template, body.values, queued_at), queued_at, given,
    )  # fmt: skip
    if not found:
        raise NeedNotFound()
    if found[0]["unwanted"]:
        raise NeedIsRestricted()
    if found[0]["ended"]:
        raise NeedHasEnded()
    tx.info["told"].append((QUEUED, ""))
    if found[0]["id"] is None:
        return models.Message.of(await message(tx, caller, await _known(tx, event_id, body.template)))
    return models.Message(
        id=message_id, need_id=body.need_id, referral_id=None, template=body.template, template_version=None, state="waiting", reason=None,
        said=None, language=None, channel=None, attempts=0, queued_at=queued_at, settled_at=None, status="created", explanation=_CREATED,
    )  # fmt: skip


def _by_hand(body: MessageRequest, at: datetime) -> Template:
    """Return the template, checked with its values. Raises NotByHand, ValuesRefused (422)."""
    template = templates().get(body.template)
    if template is None or not template.by_hand:
        raise NotByHand(pointer="#/template")
    if found := [FieldError(pointer=f"#/values/{name}", code=code) for name, code in rules.faults(template, body.values, at)]:
        raise ValuesRefused(errors=[each.model_dump(exclude_none=True) for each in found])
    return template


def _stable(tx: AsyncSession, caller: Caller, body: MessageRequest, key: str) -> UUID:
    """Return the id that stands for an event: the same for the same request under the same key, and telling nothing of either."""
    said = json.dumps([caller.client_id, key, body.model_dump_json()]).encode()
    return UUID(bytes=Vault.of(tx.info["service"]).fingerprint(said, "message by hand")[:16])


async def _known(tx: AsyncSession, event_id: UUID, template: str) -> UUID:
    query = "SELECT id FROM message WHERE event_id = $1 AND template = $2 AND recipient = $3"
    found: UUID = (await fetch(tx, query, event_id, template, PERSON))[0]["id"]
    return found

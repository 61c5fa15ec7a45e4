"""What a caller gets to see of a request. Only its origin sees its own numbers and the true codes of what is restricted."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ihala_contracts.intake_v1 import NeedState
from ihala_kit.auth import Caller
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys, needs, numbers, store
from ihala_intake.details import AssistanceDetails, NeedDetails
from ihala_intake.errors import PersonErased
from ihala_intake.keys import Key
from ihala_intake.models.requests import Helped, NeedStatus, RequestView
from ihala_intake.tables import Assistance, CaseFile, Consent, Need, Request, RequestIdentifier


@dataclass(frozen=True)
class Rows:
    """A request with its rows, as far as the caller may see them, and the keys to open them."""

    request: Request
    identifiers: Sequence[RequestIdentifier]
    cases: Sequence[CaseFile]
    needs: Sequence[Need]
    consents: Sequence[Consent]
    assistance: Assistance | None
    keys: dict[UUID, Key]


async def request(tx: AsyncSession, caller: Caller, row: Request) -> RequestView:
    """Return a stored request as the caller may see it."""
    found = await store.needs_of(tx, row.id)
    assistance = await store.assistance_of(tx, row.id)
    consents = await store.consents(tx, {need.consent_id for need in found})
    wanted = {row.key_id, *(need.key_id for need in found)} | ({assistance.key_id} if assistance else set())
    identifiers, cases = await store.identifiers_of(tx, row.id), await store.cases_of(tx, row.id)
    opened = await _keys(tx, wanted) if caller.organization_id == row.origin_id else {}
    return view(caller, Rows(row, identifiers, cases, found, consents, assistance, opened))


def view(caller: Caller, rows: Rows) -> RequestView:
    """Return what the caller may see of these rows."""
    key = rows.keys.get(rows.request.key_id)
    return RequestView(
        request_id=rows.request.id, reference=rows.request.reference, case_ids=[case.id for case in rows.cases],
        identifiers=[numbers.opened(key, one) for one in rows.identifiers] if key else [],
        needs=[_need(caller, rows, need) for need in rows.needs],
        helped_on_the_spot=_helped(rows), information_only=any(consent.state == "refused" for consent in rows.consents),
    )  # fmt: skip


def state(caller: Caller, need: Need) -> str:
    """Return a need's state, or what the ministry's centres see of it."""
    return needs.shown(NeedState(need.state)) if caller.organization_kind in store.INTERIOR else need.state


def need_code(key: Key | None, need: Need) -> str:
    """Return a need's true code where its key is at hand, else what stands for it."""
    return key.open(NeedDetails, need.details, f"need.details/{need.id}").code if key else need.code


def _need(caller: Caller, rows: Rows, need: Need) -> NeedStatus:
    return NeedStatus(
        need_id=need.id, reference=need.reference, code=need_code(rows.keys.get(need.key_id), need), consent_id=need.consent_id,
        status=needs.shown(NeedState(need.state)), state=state(caller, need),
    )  # fmt: skip


def _helped(rows: Rows) -> Helped | None:
    assistance = rows.assistance
    if assistance is None:
        return None
    key = rows.keys.get(assistance.key_id)
    about = f"assistance.details/{assistance.id}"
    code = key.open(AssistanceDetails, assistance.details, about).code if key else assistance.code
    return Helped(code=code, at=assistance.given_at)


async def _keys(tx: AsyncSession, wanted: set[UUID]) -> dict[UUID, Key]:
    """Return these keys but for those that were destroyed."""
    found: dict[UUID, Key] = {}
    for key_id in wanted:
        try:
            found[key_id] = await keys.of(tx, key_id)
        except PersonErased:
            continue
    return found

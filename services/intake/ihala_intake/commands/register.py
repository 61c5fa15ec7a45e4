"""A request comes in: its person, consent, cases and needs are written down, and referral is told."""

from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import now
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import numbers, references, store, views
from ihala_intake.commands import checks
from ihala_intake.commands.filing import File, Filing, open_file
from ihala_intake.commands.grouping import Group, grouped
from ihala_intake.errors import IdentifiersConflict
from ihala_intake.models.requests import RequestIn, RequestView
from ihala_intake.tables import Request


async def register(tx: AsyncSession, caller: Caller, body: RequestIn) -> RequestView:
    """Take a request, or return the one that the origin brought before under the same number; emits CaseOpened, NeedIdentified.

    Raises MalformedRequest, UnknownNeedCode, UnknownPlace, ConsentMissing, OperatorUnknown, IdentityHeldByOrigin (422),
    IdentifiersConflict (409).
    """
    known = await _known(tx, caller, body)
    if known is not None:
        return await views.request(tx, caller, known)
    checks.check_request(body, now(tx))
    place, groups = checks.checked_place(body.person.place, "#/person/place"), grouped(body)
    operator_id = await checks.operator_of(tx, caller)
    filing = Filing(tx, caller, body, now(tx), operator_id, place, {})
    filing.references.update(await references.take(tx, place.reference_prefix, _to_name(filing, groups)))
    files = [await open_file(filing, group) for group in groups]
    return views.view(caller, _add_request(filing, files))


async def _known(tx: AsyncSession, caller: Caller, body: RequestIn) -> Request | None:
    """Return the request these numbers mean. Two at once wait for each other here."""
    marks = [numbers.mark_of(tx, one.system, one.value) for one in body.identifiers]
    if not marks:
        return None
    await numbers.hold(tx, caller.organization_id, marks)
    found = await store.known_numbers(tx, caller.organization_id, marks)
    if len(found) > 1:
        raise IdentifiersConflict()
    return await tx.get_one(Request, found.pop()) if found else None


def _to_name(filing: Filing, groups: list[Group]) -> dict[UUID, str]:
    wanted = {filing.request_id: "request"}
    for group in groups:
        wanted[group.case_id] = "case"
        wanted |= {asked.id: "need" for asked in group.needs}
    return wanted


def _add_request(filing: Filing, files: list[File]) -> views.Rows:
    caller, first = filing.caller, files[0]
    request = Request(
        id=filing.request_id, reference=filing.references[filing.request_id], key_id=first.key.id, origin_kind=caller.organization_kind,
        office_id=filing.body.office_id, client_id=caller.client_id, acting_officer=caller.acting_officer, received_at=filing.at,
        **filing.owners,
    )  # fmt: skip
    filing.tx.add(request)
    identifiers = numbers.add(filing.tx, request, filing.body.identifiers, first.key)
    needs = sorted((need for file in files for need in file.needs), key=lambda need: need.id)
    return views.Rows(
        request, identifiers, [file.case for file in files], needs, [file.consent for file in files if file.consent],
        next((given for file in files for given in file.assistance), None), {file.key.id: file.key for file in files},
    )  # fmt: skip

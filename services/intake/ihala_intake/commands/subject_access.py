"""Subject access: all that is held about a person, and which offices read it, for the person alone and in private."""

from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import now
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.errors import PersonErased, RoleNeeded
from ihala_intake.ledger import Read, log_accesses
from ihala_intake.models.protection import HeldView, ReaderView
from ihala_intake.protection import store
from ihala_intake.protection.errors import OnSiteOnly, PersonNotFound
from ihala_intake.protection.gathering import Row, gather
from ihala_intake.protection.held import reads_shown
from ihala_intake.same_person.store import linked
from ihala_intake.tables import AccessLog, Organization, Person

MAY_PRINT = frozenset({"dpo", "coordinator", "officer"})
MOST_READS = 5000


async def held(tx: AsyncSession, caller: Caller, person_id: UUID, *, on_site: bool) -> HeldView:
    """Return all that is held of a person to the office that owns the file. Logged with the person, and with whom they were found to be.

    What she must not learn from paper stays out, with its reads: complaints, why somebody decided for a child, reports she was not told of.

    Raises PersonNotFound (404), RoleNeeded, OnSiteOnly (403), PersonErased (410).
    """
    person = await store.owned_person(tx, caller, person_id)
    if person is None:
        raise PersonNotFound()
    if not caller.roles & MAY_PRINT:
        raise RoleNeeded()
    if person.sensitivity == "restricted" and not on_site:
        raise OnSiteOnly()
    found: dict[str, list[Row]] = {}
    reads: list[AccessLog] = []
    ids = sorted({person.id, *await linked(tx, person.id)})
    persons = await store.persons(tx, ids)
    for one in persons:  # what each sender gave stays apart, and is all hers or his
        for name, rows in (await _gathered(tx, one)).items():
            found.setdefault(name, []).extend(rows)
        reads += await store.accesses(tx, caller, one.id, None, MOST_READS)
    if not found:
        raise PersonErased()
    is_shown = reads_shown(untold=await store.has_untold_report(tx, ids))
    reads = [read for read in reads if is_shown(read.what)]
    offices = await store.organizations(tx, {read.organization_id for read in reads})
    await log_accesses(tx, [Read("held", one.id, one.operator_id, categories=["everything"]) for one in persons])
    readers = [_reader(read, offices.get(read.organization_id)) for read in sorted(reads, key=lambda read: read.at)]
    return HeldView(person_id=person.id, sensitivity=person.sensitivity, at=now(tx), held=found, readers=readers)


async def _gathered(tx: AsyncSession, person: Person) -> dict[str, list[Row]]:
    try:
        return await gather(tx, person)
    except PersonErased:
        return {}


def _reader(read: AccessLog, office: Organization | None) -> ReaderView:
    return ReaderView(
        at=read.at, office=office.names if office else {}, kind=office.kind if office else None, what=read.what, categories=read.categories
    )

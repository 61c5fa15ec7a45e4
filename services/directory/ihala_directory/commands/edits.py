"""A partial edit of an entry: held against the entry as it is, and carried out by the commands of the operator's own edit."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from ihala_kit.problems import Problem
from pydantic import BaseModel, ValidationError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import store
from ihala_directory.commands import organizations, services
from ihala_directory.joining.errors import UnknownReference
from ihala_directory.models.drafts import LocationDraft, OrganizationDraft, ServiceAtLocationDraft, ServiceDraft
from ihala_directory.models.joining import OrganizationEdit
from ihala_directory.tables import Location, Organization, Service, ServiceAtLocation

FIELD = "change"
NOT_TO_BE_WISHED = frozenset({"restricted"})  # only the operator says so beyond what the codes say, and only it takes that back


M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Edit:
    """A whole draft with the edit in it. `change` is the edit as it was understood, `differs` what of the entry becomes another by it."""

    change: dict[str, Any]
    differs: frozenset[str]
    organization: OrganizationDraft | None = None
    service: ServiceDraft | None = None
    restricted: bool = False


async def checked(tx: AsyncSession, owner: Organization, service: Service | None, about: str, change: dict[str, Any]) -> Edit:
    """Return the draft that results. Raises RequestValidationError, UnknownReference and what a publication raises (422, 409)."""
    if about == "organization":
        edit = _read(OrganizationEdit, change).model_dump(mode="json", exclude_unset=True)
        current = organizations.as_draft(owner).model_dump(mode="json")
        return Edit(change=edit, differs=_differs(current, edit), organization=_read(OrganizationDraft, current | edit))
    return await _checked_service(tx, owner, service, change)


async def apply(tx: AsyncSession, owner: Organization, service: Service | None, entry_id: UUID, edit: Edit) -> None:
    """Carry it out on what is locked; emits what the operator's own edit emits."""
    with _pointing_into_change():
        if edit.organization is not None:
            await organizations.change(tx, owner, edit.organization)
        elif edit.service is not None and service is not None:
            await services.change(tx, owner, service, edit.service)
        elif edit.service is not None:
            await services.publish(tx, owner, entry_id, edit.service)


def service_draft(row: Service, ats: Sequence[tuple[ServiceAtLocation, Location]]) -> ServiceDraft:
    """Return a service as it would be sent, to change some of it."""
    same = {name: getattr(row, name) for name in ServiceDraft.model_fields if name != "at"}
    return ServiceDraft.model_validate(same | {"at": [_at_draft(at, where) for at, where in ats]})


def _at_draft(at: ServiceAtLocation, where: Location) -> dict[str, Any]:
    same = {name: getattr(at, name) for name in ServiceAtLocationDraft.model_fields if name not in ("location", "capacity")}
    location = {name: getattr(where, name) for name in LocationDraft.model_fields}
    return same | {"location": location, "capacity": {"kind": at.capacity_kind, "figure": at.figure}}


async def _checked_service(tx: AsyncSession, owner: Organization, service: Service | None, change: dict[str, Any]) -> Edit:
    refused = sorted(NOT_TO_BE_WISHED & change.keys())
    if refused:
        raise RequestValidationError([{"loc": ("body", FIELD, refused[0]), "type": "extra_forbidden"}])
    ats = await store.locations_of(tx, service.id) if service is not None else []
    current = service_draft(service, ats).model_dump(mode="json") if service is not None else {}
    draft = _read(ServiceDraft, current | change)
    await _refuse_strangers(tx, owner, draft, [at for at, _ in ats])
    with _pointing_into_change():
        values = services.checked(owner, draft)
    edit = draft.model_dump(mode="json", include=set(change))
    return Edit(change=edit, differs=_differs(current, edit), service=draft, restricted=values["restricted"])


def _differs(current: dict[str, Any], edit: dict[str, Any]) -> frozenset[str]:
    return frozenset(name for name, value in edit.items() if name not in current or current[name] != value)


async def _refuse_strangers(tx: AsyncSession, owner: Organization, draft: ServiceDraft, ats: list[ServiceAtLocation]) -> None:
    """Refuse ids of what is not this service's, or not this organisation's. Raises UnknownReference (422)."""
    known = {at.id for at in ats}
    seen: set[UUID] = set()
    for number, item in enumerate(draft.at):
        if item.id is not None and (item.id not in known or item.id in seen):
            raise UnknownReference(pointer=f"#/{FIELD}/at/{number}/id")
        seen |= {item.id} if item.id else set()
    named = {item.location.id for item in draft.at if item.location.id}
    mine = select(Location.id).where(Location.organization_id == owner.id, col(Location.id).in_(named))
    strange = named - set((await tx.exec(mine)).all()) if named else set()
    for number, item in enumerate(draft.at):
        if item.location.id in strange:
            raise UnknownReference(pointer=f"#/{FIELD}/at/{number}/location/id")


def _read(model: type[M], values: dict[str, Any]) -> M:
    """Return the values as the model. Raises RequestValidationError whose places lie in `change`: what stood before was right.

    It is the framework's own refusal, since its handler alone knows which names it may repeat.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        found = [one | {"loc": ("body", FIELD, *one["loc"])} for one in error.errors(include_url=False, include_input=False)]
        raise RequestValidationError(found) from None


@contextmanager
def _pointing_into_change() -> Iterator[None]:
    """Let the pointers of refusals begin at the edit, as it was sent."""
    try:
        yield
    except Problem as problem:
        pointer = problem.members.get("pointer")
        if isinstance(pointer, str):
            problem.members["pointer"] = pointer.replace("#/", f"#/{FIELD}/", 1)
        raise

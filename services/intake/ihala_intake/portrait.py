"""A person as a reader gets to see them: exactly the categories that may be read. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from ihala_intake.consent_rules import Category
from ihala_intake.details import NeedDetails, PersonDetails
from ihala_intake.models.people import (
    ContactWays,
    DisabilitiesView,
    DocumentView,
    HouseholdView,
    Identity,
    MemberView,
    MovementView,
    NeedNote,
    PersonView,
    SharedFile,
)
from ihala_intake.tables import Need


def portrait(
    view: PersonView, person: PersonDetails, members: Sequence[PersonDetails], needs: Sequence[NeedDetails], files: Sequence[SharedFile],
    at: datetime,
) -> PersonView:  # fmt: skip
    """Return `view` with what its categories allow, and nothing else. A view for a referral's receiver names no adult but its person."""
    shown = members if view.referral_id is None else [_unnamed(member, at) for member in members]
    every: dict[Category, dict[str, object]] = {
        Category.IDENTITY: {"identity": Identity.model_validate(person)},
        Category.CONTACT: {"contact": ContactWays.model_validate(person if view.referral_id is None else _as_of(person, at))},
        Category.PLACE: {"place": person.place, "address": person.address},
        Category.HOUSEHOLD: {"household": _household(person, shown)},
        Category.STATUS: {"status": person.status, "movements": [MovementView.model_validate(one) for one in person.movements]},
        Category.REQUIREMENTS: {"requirements": person.requirements},
        Category.NEEDS: {"needs": [NeedNote.model_validate(need) for need in needs]},
        Category.DOCUMENTS: {"documents": [DocumentView.model_validate(one) for one in person.documents]},
        Category.DISABILITIES: {"disabilities": DisabilitiesView.model_validate(person.disabilities) if person.disabilities else None},
        Category.FILES: {"files": list(files)},
    }
    allowed = {name: value for category in view.categories for name, value in every[category].items()}
    return view.model_copy(update=allowed)


def categories_of(names: Collection[str]) -> list[Category]:
    """Return these categories in the order of the list."""
    return [category for category in Category if category in names]


def frame(need: Need, revision: int, names: Collection[str], *, referral_id: UUID | None = None) -> PersonView:
    """Return an empty view of the person of a need."""
    return PersonView.model_validate(
        {"need_id": need.id, "referral_id": referral_id, "revision": revision, "categories": categories_of(names)}
    )


def _as_of(person: PersonDetails, at: datetime) -> PersonDetails:
    """Return the person as a receiver may reach them now: an adult not through a parent, and who wishes no messages by none."""
    guardian = person.guardian_at(at)
    if not person.messages_stopped:
        return person.model_copy(update={"guardian": guardian})
    silent = {"safe_to_message": False}
    phone = guardian.phone.model_copy(update=silent) if guardian and guardian.phone else None
    return person.model_copy(update={
        "guardian": guardian and guardian.model_copy(update={"phone": phone}),
        "phones": [one.model_copy(update=silent) for one in person.phones],
        "other_ways": [one.model_copy(update=silent) for one in person.other_ways],
    })  # fmt: skip


def _unnamed(member: PersonDetails, at: datetime) -> MemberView:
    """An adult's name is theirs to give; one whose age is not known counts as an adult."""
    shown = MemberView.model_validate(member)
    return shown if member.is_minor(at) else shown.model_copy(update={"call_name": None})


def _household(person: PersonDetails, members: Sequence[PersonDetails | MemberView]) -> HouseholdView | None:
    if person.household_size is None and not members:
        return None
    return HouseholdView(size=person.household_size, members=[MemberView.model_validate(member) for member in members])

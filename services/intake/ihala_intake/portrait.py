"""A person as a reader gets to see them: exactly the categories that may be read. Pure."""

from collections.abc import Collection, Sequence
from uuid import UUID

from ihala_intake.consent_rules import Category
from ihala_intake.details import NeedDetails, PersonDetails
from ihala_intake.models.people import ContactWays, HouseholdView, Identity, MemberView, NeedNote, PersonView
from ihala_intake.tables import Need


def portrait(view: PersonView, person: PersonDetails, members: Sequence[PersonDetails], needs: Sequence[NeedDetails]) -> PersonView:
    """Return `view` with what its categories allow, and nothing else."""
    every: dict[Category, dict[str, object]] = {
        Category.IDENTITY: {"identity": Identity.model_validate(person)},
        Category.CONTACT: {"contact": ContactWays.model_validate(person)},
        Category.PLACE: {"place": person.place},
        Category.HOUSEHOLD: {"household": _household(person, members)},
        Category.STATUS: {"status": person.status},
        Category.REQUIREMENTS: {"requirements": person.requirements},
        Category.NEEDS: {"needs": [NeedNote.model_validate(need) for need in needs]},
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


def _household(person: PersonDetails, members: Sequence[PersonDetails]) -> HouseholdView | None:
    if person.household_size is None and not members:
        return None
    return HouseholdView(size=person.household_size, members=[MemberView.model_validate(member) for member in members])

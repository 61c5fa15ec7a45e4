"""By which ways a receiver may reach a person: told with a disclosure, and again when she wants to be reached otherwise."""

from ihala_contracts.intake_v1 import DisclosureOpened, Sensitivity
from ihala_kit.db import now, seeing_all
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import disclosures_store
from ihala_intake.consent_rules import Category
from ihala_intake.contacts import ways_of
from ihala_intake.details import PersonDetails
from ihala_intake.tables import Disclosure, Need, Person

# What a receiver keeps and goes by, if it may read it.
_GOES_BY = {
    Category.CONTACT: ("phones", "other_ways", "trusted_contact", "guardian", "language_spoken", "messages_stopped"),
    Category.PLACE: ("place", "address"),
}


async def tell_again(tx: AsyncSession, person: Person, before: PersonDetails, after: PersonDetails) -> None:
    """Tell whoever may read how a locked person is reached that it is different now; emits DisclosureOpened once more.

    A receiver that goes by what it read before would call a phone that is not safe any more.
    """
    different = {category for category, names in _GOES_BY.items() if any(getattr(before, name) != getattr(after, name) for name in names)}
    if not different:
        return
    async with seeing_all(tx, "reaching"):  # also what is not for the eyes of who corrects it
        for disclosure in await disclosures_store.open_of_person(tx, person.id):
            if different.intersection(disclosure.categories):
                emit(tx, opened(tx, await tx.get_one(Need, disclosure.need_id), person, disclosure, after))


def opened(tx: AsyncSession, need: Need, person: Person, disclosure: Disclosure, known: PersonDetails | None) -> DisclosureOpened:
    """Return the event that tells of an open disclosure, as it is now; no ways to somebody erased (`known` is None)."""
    restricted, held_by_origin = need.sensitivity == Sensitivity.RESTRICTED, person.identity_held_by == "origin"
    categories = disclosure.categories
    ways = ways_of(known, categories, now(tx), restricted=restricted, held_by_origin=held_by_origin) if known else []
    return DisclosureOpened(
        need_id=need.id, operator_id=disclosure.operator_id, disclosure_id=disclosure.id, referral_id=disclosure.referral_id,
        organization_id=disclosure.organization_id, consent_id=disclosure.consent_id, revision=disclosure.revision,
        categories=categories, ways=ways, opened_at=disclosure.opened_at,
    )  # fmt: skip

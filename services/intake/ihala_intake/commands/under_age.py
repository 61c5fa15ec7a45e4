"""Somebody who agreed as an adult turns out to be a child: what they said alone is no consent, and somebody has to be asked."""

from ihala_kit.db import now, seeing_all
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import minors, store
from ihala_intake.commands import revisions
from ihala_intake.commands.revise import tell
from ihala_intake.details import ConsentDetails, PersonDetails
from ihala_intake.protection.store import consents_of_person
from ihala_intake.tables import Person


async def look(tx: AsyncSession, person: Person, before: PersonDetails, after: PersonDetails) -> None:
    """Let the consents of a locked person, whose birth or guardian was corrected, wait for a decision; emits NeedConsentChanged.

    Nothing more is passed on and nobody reads on until the guardian agrees or two people decide; the operator is told at once and daily.
    Whoever is at work for the child already stays so, for nobody took anything back.
    """
    if minors.minor(before, now(tx)) is not None or minors.minor(after, now(tx)) is None:
        return
    async with seeing_all(tx, "under-age"):  # also what another brought, and what is not for the eyes of who corrects it
        for consent in await consents_of_person(tx, person.id):
            if consent.state != "given" or consent.basis != "consent":
                continue
            consent.state, consent.changed_at = "awaited", now(tx)
            await revisions.add_next(tx, consent, "awaited", ConsentDetails(how="under_age", said_by="office"))
            for need in await store.needs_under(tx, consent.id):
                await tell(tx, need, consent)

"""Due work: what happens when its time has come, each in a transaction of its own."""

from uuid import UUID

from ihala_kit.db import now
from ihala_kit.due import DueWork, performs, schedule
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import store
from ihala_intake.commands import (
    attachment_rows,
    complaints,
    decide,
    disclose,
    doubled,
    doubles,
    follow_ups,
    hand_overs,
    marking,
    merges,
    organizations,
    parting,
    people,
    quarantine,
    revisions,
)


@performs(disclose.PERIOD_OVER)
async def end_period(tx: AsyncSession, work: DueWork) -> None:
    """The 14 days after a referral's end are over."""
    disclosure = await store.locked_disclosure(tx, work.key)
    if disclosure.state == "open":
        disclose.close(tx, disclosure, "period_over")


@performs(revisions.ENDS)
async def end_consent(tx: AsyncSession, work: DueWork) -> None:
    """A consent's last day has passed: nobody reads under it any more."""
    consent = await store.locked_consent(tx, work.key)
    if consent.until > now(tx):
        await schedule(tx, revisions.ENDS, consent.id, consent.until)
        return
    for disclosure in await store.open_disclosures(tx, consent.id):
        disclose.close(tx, disclosure, "consent_ended")


@performs(revisions.AWAITED)
async def remind_of_decision(tx: AsyncSession, work: DueWork) -> None:
    """A child's consent still waits for somebody to decide."""
    await decide.remind(tx, work.key)


@performs(follow_ups.DUE)
async def ask(tx: AsyncSession, work: DueWork) -> None:
    """It is time to ask the person."""
    await follow_ups.become_due(tx, work.key)


@performs(follow_ups.LAPSES)
async def lapse(tx: AsyncSession, work: DueWork) -> None:
    """Nobody asked the person."""
    await follow_ups.lapse(tx, work.key)


@performs(organizations.CLOSE_ALL)
async def close_all(tx: AsyncSession, work: DueWork) -> None:
    """Go through what a suspended organisation can read."""
    await organizations.close_all(tx, work.key, _after(work))


@performs(organizations.CLOSE_ONE)
async def close_one(tx: AsyncSession, work: DueWork) -> None:
    """Close one of them."""
    await organizations.close_one(tx, work.key)


@performs(organizations.OPEN_ALL)
async def open_all(tx: AsyncSession, work: DueWork) -> None:
    """Go through what a reinstated organisation accepted."""
    await organizations.open_all(tx, work.key, _after(work))


@performs(organizations.OPEN_ONE)
async def open_one(tx: AsyncSession, work: DueWork) -> None:
    """Answer one acceptance that waited."""
    await disclose.open_awaiting(tx, work.key)


@performs(people.LOOK_AGAIN)
async def look_again(tx: AsyncSession, work: DueWork) -> None:
    """Something was corrected about a person: they may be somebody who is known."""
    await doubles.look_again(tx, work.key)


@performs(doubled.LOOK_AGAIN)
async def look_for_the_same_help(tx: AsyncSession, work: DueWork) -> None:
    """Two persons were decided to be one: both may have been given the same."""
    await doubled.look_again(tx, work.key)


@performs(parting.SETTLE)
async def settle_needs(tx: AsyncSession, work: DueWork) -> None:
    """Who may have been the same person went to another operator."""
    await merges.settle(tx, work.key)


@performs(marking.MARK)
async def mark_names(tx: AsyncSession, work: DueWork) -> None:
    """People were stored before there was a kind of mark."""
    await marking.mark_some(tx, work.key, _after(work))


@performs(hand_overs.LAPSES)
async def lapse_hand_over(tx: AsyncSession, work: DueWork) -> None:
    """The other operator did not answer: the case stays."""
    await hand_overs.lapse(tx, work.key)


@performs(quarantine.CLEAN)
async def clean_attachment(tx: AsyncSession, work: DueWork) -> None:
    """A file lies in quarantine."""
    await quarantine.clean(tx, work.key)


@performs(attachment_rows.FORGOTTEN)
async def forget_attachment(tx: AsyncSession, work: DueWork) -> None:
    """Nobody finished sending a file."""
    await quarantine.forget(tx, work.key)


@performs(complaints.OVERDUE)
async def escalate_complaint(tx: AsyncSession, work: DueWork) -> None:
    """Nobody did anything about a complaint in time."""
    await complaints.overdue(tx, work.key)


def _after(work: DueWork) -> UUID | None:
    return UUID(work.payload["after"]) if "after" in work.payload else None

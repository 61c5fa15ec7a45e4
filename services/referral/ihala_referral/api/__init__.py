"""HTTP in: scope, body, command, answer. No rule, no query."""

from ihala_referral.api import (
    assignments,
    bulk,
    calendars,
    competence,
    duty,
    fhir,
    links,
    moves,
    placements,
    redactions,
    referrals,
    statistics,
    together,
    trouble,
    work_items,
    worklists,
)

ROUTERS = [
    calendars.router,
    competence.router,
    referrals.router,
    bulk.router,
    moves.router,
    placements.router,
    duty.router,
    together.router,
    trouble.router,
    redactions.router,
    links.router,
    worklists.router,
    assignments.router,
    work_items.router,
    fhir.router,
    statistics.router,
]

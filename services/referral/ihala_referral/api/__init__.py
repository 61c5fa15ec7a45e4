"""HTTP in: scope, body, command, answer. No rule, no query."""

from ihala_referral.api import assignments, calendars, duty, fhir, links, moves, placements, referrals, together, work_items, worklists

ROUTERS = [
    calendars.router,
    referrals.router,
    moves.router,
    placements.router,
    duty.router,
    together.router,
    links.router,
    worklists.router,
    assignments.router,
    work_items.router,
    fhir.router,
]

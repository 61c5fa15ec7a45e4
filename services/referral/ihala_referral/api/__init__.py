"""HTTP in: scope, body, command, answer. No rule, no query."""

from ihala_referral.api import calendars, duty, fhir, links, moves, placements, referrals, together, worklists

ROUTERS = [calendars.router, referrals.router, moves.router, placements.router, duty.router, together.router, links.router, worklists.router, fhir.router]

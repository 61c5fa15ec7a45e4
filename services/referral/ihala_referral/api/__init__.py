"""HTTP in: scope, body, command, answer. No rule, no query."""

from ihala_referral.api import duty, links, moves, placements, referrals, together, worklists

ROUTERS = [referrals.router, moves.router, placements.router, duty.router, together.router, links.router, worklists.router]

"""HTTP in: scope, body, command, answer. No rule, no query."""

from ihala_referral.api import moves, placements, referrals

ROUTERS = [referrals.router, moves.router, placements.router]

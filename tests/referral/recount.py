"""Counts anew, from placements, referrals and their movements, what statistics keeps as sums: to compare the two."""

from collections import Counter

from tests.referral.world import World

_OF_ACT = {
    "acknowledge": "acknowledged", "accept": "accepted", "decline": "declined", "release": "declined", "expire": "expired",
    "withdraw": "withdrawn", "cancel": "cancelled", "fail": "failed", "start": "started", "complete": "completed",
}  # fmt: skip
_MOVES = """
    SELECT p.id AS placement, p.need_code, m.act, m.referral_id, count(*) AS n FROM movement m JOIN placement p ON p.id = m.placement_id
    WHERE p.sensitivity <> 'restricted' GROUP BY 1, 2, 3, 4
"""
_OFFERS = """
    SELECT p.need_code, count(r.id) AS offered, min(r.accepted_at) IS NOT NULL AS placed
    FROM placement p JOIN referral r ON r.placement_id = p.id WHERE p.sensitivity <> 'restricted' GROUP BY p.id
"""


async def recount(world: World) -> Counter[tuple[str, str]]:
    """Return how often what happened, by measure and need, without restricted needs and answers of people."""
    found: Counter[tuple[str, str]] = Counter()
    unserved = set()
    for row in await world.rows(_MOVES):
        if row.referral_id is not None and row.act in _OF_ACT:
            found[_OF_ACT[row.act], row.need_code] += row.n
        elif row.act == "request":
            found["identified", row.need_code] += 1
        elif row.act == "none_found" and row.placement not in unserved:
            unserved.add(row.placement)
            found["unserved", row.need_code] += 1
    for row in await world.rows(_OFFERS):
        found["offered", row.need_code] += row.offered
        found["placed", row.need_code] += row.placed
    return +found

"""Figures put where counting puts them, published, and read by somebody."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from ihala_referral.statistics import counting, measures, publishing

from tests.referral.actors import MOMD, Actor
from tests.referral.world import Answer, World

OFFICE = Actor("office", MOMD, "operator", "referral:statistics", ("coordinator",), None, True)
OTHERS = Actor("other-office", uuid4(), "operator", "referral:statistics", (), None)
PLANNER = Actor("planner", kind="planning", scopes="referral:statistics", operator_id=None)
APRIL = datetime(2026, 4, 1, 6, tzinfo=UTC)
_SUM = "INSERT INTO statistic_count VALUES (:operator, :month, :place, :measure, :breakdown, :category, :n) RETURNING 1"


async def put(world: World, needs: dict[str, int], place: str = "IQG15", month: int = 1, operator: UUID = MOMD) -> None:
    """Put sums where counting puts them: of accepted needs, in a month of 2026, half of them women's."""
    total = sum(needs.values())
    cells = [("need", code, n) for code, n in needs.items()] + [("total", "", total)]
    for breakdown, category, n in [*cells, ("sex", "female", total // 2), ("sex", "male", total - total // 2)]:
        values = {"operator": operator, "month": date(2026, month, 1), "place": place, "measure": "accepted", "n": n}
        await world.rows(_SUM, breakdown=breakdown, category=category, **values)
    for viewer in (operator, counting.EVERYBODY):
        await world.rows(
            "INSERT INTO statistic_sheet VALUES (:v, :q, :g, :at, NULL, false, 0) ON CONFLICT DO NOTHING RETURNING 1",
            v=viewer, q=measures.quarter_of(date(2026, month, 1)), g=place, at=world.now,
        )  # fmt: skip


async def published(world: World) -> None:
    while await counting.count(world.database) or await publishing.publish(world.database):
        pass


async def read(world: World, actor: Actor | None, query: str = "", **headers: str) -> Answer:
    path = f"/v1/statistics?from=2026-Q1&until=2026-Q4{query}"
    return await world.call(actor, "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def counts(answer: Answer) -> dict[tuple[str, str], int | None]:
    return {(item["period"], item["category"]): item["count"] for item in answer.body["items"]}

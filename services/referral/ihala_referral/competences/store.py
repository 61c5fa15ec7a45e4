"""Every query about operators' own competence rules."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ihala_kit.db import fetch
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.competence import Own, row_of
from ihala_referral.tables import CompetenceVersion

_HOLDING = """
    SELECT DISTINCT ON (origin_kind) origin_kind, rows FROM competence_version
    WHERE operator_id = $1 AND valid_from <= $2 ORDER BY origin_kind, version DESC
"""


async def own(tx: AsyncSession, operator_id: UUID, at: datetime) -> Own:
    """Return an operator's own rows that hold at an instant, by kind; read for every need that comes, so straight through the driver."""
    found = await fetch(tx, _HOLDING, operator_id, at)
    return {row["origin_kind"]: [row_of(row["origin_kind"], one) for one in _plain(row["rows"])] for row in found}


async def versions(tx: AsyncSession, operator_id: UUID, kind: str | None = None) -> Sequence[CompetenceVersion]:
    """Return an operator's versions, of one kind if it is named, oldest first."""
    query = select(CompetenceVersion).where(col(CompetenceVersion.operator_id) == operator_id)
    query = query if kind is None else query.where(col(CompetenceVersion.origin_kind) == kind)
    return (await tx.exec(query.order_by(col(CompetenceVersion.origin_kind), col(CompetenceVersion.version)))).all()


def _plain(rows: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(rows) if isinstance(rows, str) else rows
    return found

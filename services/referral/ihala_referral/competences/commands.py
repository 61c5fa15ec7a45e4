"""Reading and setting competence: what an origin may push by itself, and the right route for the rest."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from ihala_contracts.referral_v1 import CompetenceChanged
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.etag import Stale
from ihala_kit.outbox import emit
from ihala_kit.problems import InsufficientScope
from ihala_kit.words import Words
from sqlalchemy.dialects import postgresql
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import competence, labels, sealing
from ihala_referral.calendar import today
from ihala_referral.competence import EVERYTHING, right_route, routes
from ihala_referral.competences import models, store
from ihala_referral.competences.errors import GovernorateUnknown
from ihala_referral.errors import DateNotAllowed, NeedCodeUnknown
from ihala_referral.parties import COORDINATE, COORDINATORS, OPERATOR
from ihala_referral.tables import CompetenceVersion, Placement

IDS = UUID("0a6d9a2e-0d0b-5a55-9a3e-6d5d3b8c1f70")  # namespace of an operator's rules for a kind


async def listed(tx: AsyncSession, caller: Caller, kind: str | None, operator_id: UUID | None) -> models.Competences:
    """Return what a kind may push by itself at an operator's offices: the caller's kind and operator, unless others are named.

    An operator sees all kinds.
    """
    at, whose = now(tx), operator_id or _operator_of(caller)
    versions = [] if whose is None else await store.versions(tx, whose, kind)
    known = list(dict.fromkeys([*competence.kinds(), *(one.origin_kind for one in versions)]))
    if kind is not None or caller.organization_kind != OPERATOR:
        known = [kind or caller.organization_kind]
    items = [_shown(one, [version for version in versions if version.origin_kind == one], at) for one in known]
    told = [models.Route(code=route.code, title=_in_three(route.title)) for route in routes()]
    return models.Competences(operator_id=whose, at=at, items=items, routes=told)


async def put(tx: AsyncSession, caller: Caller, kind: str, version: int, rule: models.Rule) -> models.Competence:
    """Set what a kind may push by itself at the caller's offices; emits CompetenceChanged.

    Raises InsufficientScope (403), NeedCodeUnknown, GovernorateUnknown and DateNotAllowed (422), Stale (412).
    """
    if caller.organization_kind != OPERATOR or not caller.roles & COORDINATORS:
        raise InsufficientScope(needed=[COORDINATE])
    at = now(tx)
    valid_from = rule.valid_from or at
    if valid_from < at:
        raise DateNotAllowed(pointer="#/valid_from")
    _check_codes(rule.rows)
    values: dict[str, Any] = {
        "operator_id": caller.organization_id, "origin_kind": kind, "version": version + 1, "valid_from": valid_from, "set_at": at,
        "rows": [row.model_dump() for row in rule.rows], "set_by": caller.client_id, "acting_officer": caller.acting_officer,
    }  # fmt: skip
    known = await store.versions(tx, caller.organization_id, kind)
    written = postgresql.insert(CompetenceVersion).values(values).on_conflict_do_nothing().returning(col(CompetenceVersion.version))
    if len(known) != version or (await tx.execute(written)).scalar_one_or_none() is None:
        raise Stale()
    emit(
        tx,
        CompetenceChanged(
            competence_id=uuid5(IDS, f"{caller.organization_id} {kind}"), operator_id=caller.organization_id, origin_kind=kind,
            competence_version=version + 1, valid_from=valid_from, changed_at=at,
        ),
    )  # fmt: skip
    return _shown(kind, [*known, CompetenceVersion(**values)], at)


async def covers(tx: AsyncSession, placement: Placement, sex: str | None) -> bool:
    """Tell whether the need's origin may push it by itself."""
    own, at = await store.own(tx, placement.operator_id, now(tx)), now(tx)
    return competence.competent(placement.origin_kind, placement.need_code, placement.governorate, on=today(at), sex=sex, own=own)


async def proposed_route(tx: AsyncSession, placement: Placement) -> str | None:
    """Return the kind of office that a placement's need belongs to; None where the data name none, and for what is restricted."""
    if placement.sensitivity == "restricted":
        return None
    sex, at = ((await sealing.facts_of(tx, placement)) or {}).get("sex"), now(tx)
    own = await store.own(tx, placement.operator_id, at)
    return right_route(placement.origin_kind, placement.need_code, placement.governorate, on=today(at), sex=sex, own=own)


def _shown(kind: str, versions: list[CompetenceVersion], at: datetime) -> models.Competence:
    holding = [one for one in versions if one.valid_from <= at]
    rows: list[Any] = holding[-1].rows if holding else [_as_row(row) for row in competence.rows_of(kind, today(at))]
    upcoming = [models.Rule(rows=one.rows, valid_from=one.valid_from) for one in _to_come(versions, at)]
    title = competence.route_title(kind)
    return models.Competence(
        kind=kind, title=_in_three(title) if title else None, whose="operator" if holding else "everybody", rows=rows,
        upcoming=upcoming, version=len(versions),
    )  # fmt: skip


def _to_come(versions: list[CompetenceVersion], at: datetime) -> list[CompetenceVersion]:
    """Return what does not hold yet and will: not what a newer version overtakes that begins no later."""
    return [
        one
        for n, one in enumerate(versions)
        if one.valid_from > at and all(newer.valid_from > one.valid_from for newer in versions[n + 1 :])
    ]


def _as_row(row: competence.Competence) -> dict[str, Any]:
    return {"needs": sorted(row.needs), "governorates": sorted(row.governorates), "sex": row.sex}


def _check_codes(rows: list[models.Row]) -> None:
    for at, row in enumerate(rows):
        known = all(code == EVERYTHING or code in competence.domains() or competence.sensitivity_of(code) for code in row.needs)
        if not known:
            raise NeedCodeUnknown(pointer=f"#/rows/{at}/needs")
        if not all(code == EVERYTHING or labels.governorate(code) for code in row.governorates):
            raise GovernorateUnknown(pointer=f"#/rows/{at}/governorates")


def _operator_of(caller: Caller) -> UUID | None:
    return caller.organization_id if caller.organization_kind == OPERATOR else caller.operator_id


def _in_three(words: Words) -> dict[str, str]:
    return {"en": words.en, "ar": words.ar, "ckb": words.ckb}

"""Which version of a template holds now: an operator's own newest one, or the built-in text. Versions never change, so those that were read
once are kept; only their numbers are asked for."""

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from ihala_kit.db import fetch
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.wording import Template, sentences_of, templates

Key = tuple[UUID, str]  # operator, name
MOST_KEPT = 2000
_NEWEST = """
    SELECT asked.operator_id, asked.name, own.version, own.created_at
    FROM unnest($1::uuid[], $2::text[]) AS asked (operator_id, name) CROSS JOIN LATERAL (
        SELECT version, created_at FROM template_version AS v
        WHERE v.operator_id = asked.operator_id AND v.name = asked.name ORDER BY version DESC LIMIT 1
    ) AS own
"""
_READ = "SELECT CAST(sentences AS text) AS sentences FROM template_version WHERE operator_id = $1 AND name = $2 AND version = $3"
_kept: dict[tuple[UUID, str, int, datetime], Template] = {}  # with its instant: after a restore a number may mean another text


async def current(tx: AsyncSession, operator_id: UUID, name: str) -> Template:
    """Return what an operator's people are told by this template now. Raises KeyError for a template that does not exist."""
    return (await current_of(tx, [(operator_id, name)]))[operator_id, name]


async def current_of(tx: AsyncSession, wanted: Collection[Key]) -> dict[Key, Template]:
    """Return the same for several at once."""
    found = {(operator_id, name): templates()[name] for operator_id, name in wanted}
    keys = list(found)
    for row in await fetch(tx, _NEWEST, [key[0] for key in keys], [key[1] for key in keys]) if keys else ():
        key = (row["operator_id"], row["name"])
        found[key] = await _version(tx, found[key], (*key, row["version"], row["created_at"]))
    return found


async def _version(tx: AsyncSession, built_in: Template, key: tuple[UUID, str, int, datetime]) -> Template:
    if key not in _kept:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        operator_id, name, version, _ = key
        [row] = await fetch(tx, _READ, operator_id, name, version)
        _kept[key] = own_version(built_in, operator_id, version, row["sentences"] and json.loads(row["sentences"]))
    return _kept[key]


def own_version(built_in: Template, operator_id: UUID, version: int, plain: dict[str, Any] | None) -> Template:
    """Return an operator's version; one without texts is the built-in template."""
    if plain is None:
        return built_in
    return replace(built_in, version=version, sentences=sentences_of(plain), operator_id=operator_id)

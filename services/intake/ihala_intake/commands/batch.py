"""Many requests in one transaction: each is taken or refused by itself, and its refusal undoes nothing but itself."""

from collections.abc import Sequence

from ihala_kit.auth import Caller
from ihala_kit.db import attempt
from ihala_kit.problems import Problem
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.commands.register import hold, register
from ihala_intake.models.requests import RequestIn, RequestView


async def register_many(tx: AsyncSession, caller: Caller, bodies: Sequence[RequestIn | Problem]) -> list[RequestView | Problem]:
    """Return for each body its request, or why it was refused (as it is, for a body that was refused before).

    All is held at the beginning: two calls that bring the same people in another order never wait for each other.
    """
    await hold(tx, caller, [one for one in bodies if isinstance(one, RequestIn)])
    return [one if isinstance(one, Problem) else await _one(tx, caller, one) for one in bodies]


async def _one(tx: AsyncSession, caller: Caller, body: RequestIn) -> RequestView | Problem:
    try:
        async with attempt(tx):
            return await register(tx, caller, body)
    except Problem as problem:
        return problem

"""Idempotency-Key: a POST that is sent again gets the first answer again, and changes nothing.

Key, keyed hash of the request and answer are written in the transaction of the change itself, so either all of it is kept or
nothing. Answers may be personal (intake's are), therefore encrypted. Kept 7 days of real time, whatever the domain clock says.
"""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlalchemy import delete, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from ihala_kit import created
from ihala_kit.auth import Caller, current_caller
from ihala_kit.db import DEMAND, Database, Transaction, caller_of, fetch
from ihala_kit.problems import Problem
from ihala_kit.straight import at_commit, met, written_out
from ihala_kit.tables import idempotency
from ihala_kit.vault import Vault
from ihala_kit.words import Words

KEPT = timedelta(days=7)
PURGED_AT_ONCE = 1000
HEADER = "Idempotency-Key"

M = TypeVar("M", bound=BaseModel)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_WHO = (idempotency.c.client_id, idempotency.c.route, idempotency.c.key)
_BEGIN = "SELECT held, fingerprint, answer FROM begin_once($1, $2, $3, $4)"
_FIRST = """
    SELECT CASE WHEN held AND fingerprint IS NULL THEN 0 ELSE ('Idempotency-Key was used or is at work, to be asked for: ' || held)::int END
    FROM begin_once({}, {}, {}, {})
"""
_KEEP = "INSERT INTO idempotency (client_id, route, key, fingerprint, answer, created_at) VALUES ({}, {}, {}, {}, {}, {})"


class IdempotencyKeyMissing(Problem):
    """This POST must be repeatable, and the caller gave it no key."""

    status = 400
    slug = "idempotency-key-missing"
    title = Words(
        en="Send an Idempotency-Key, so that a repeated request changes nothing twice.",
        ar="أرسل الترويسة Idempotency-Key كي لا يُنفَّذ الطلب المكرر مرتين.",
        ckb="Idempotency-Key بنێرە، بۆ ئەوەی داواکاریی دووبارە دوو جار جێبەجێ نەکرێت.",
    )


class IdempotencyKeyMalformed(Problem):
    """A key is 1 to 255 visible ASCII characters, once."""

    status = 400
    slug = "idempotency-key-malformed"
    title = Words(
        en="An Idempotency-Key has 1 to 255 visible ASCII characters.",
        ar="يتكوّن Idempotency-Key من 1 إلى 255 رمزًا مرئيًا من رموز ASCII.",
        ckb="Idempotency-Key لە ١ تا ٢٥٥ پیتی بینراوی ASCII پێک دێت.",
    )


class IdempotencyKeyReused(Problem):
    """The key was used for another request."""

    status = 422
    slug = "idempotency-key-reused"
    title = Words(
        en="This Idempotency-Key already belongs to another request.",
        ar="سبق استخدام Idempotency-Key هذا لطلب آخر.",
        ckb="ئەم Idempotency-Keyـە پێشتر بۆ داواکارییەکی تر بەکارهاتووە.",
    )


class IdempotencyInProgress(Problem):
    """The first request with this key still runs."""

    status = 409
    slug = "idempotency-in-progress"
    title = Words(
        en="The first request with this Idempotency-Key is still being worked on.",
        ar="لا يزال الطلب الأول بهذا الـ Idempotency-Key قيد المعالجة.",
        ckb="هێشتا کار لەسەر یەکەم داواکاری بەم Idempotency-Keyـە دەکرێت.",
    )


class Retries:
    """Answers one request, the first time by running it and later from what was kept."""

    def __init__(self, request: Request, response: Response, tx: AsyncSession, key: str | None) -> None:
        self.request = request
        self.response = response
        self.tx = tx
        self.key = key

    async def __call__(self, model: type[M], run: Callable[[], Awaitable[object]]) -> M:
        """Return what `run` returns, as `model`; for a repeated request the kept answer, with its status and headers.

        Refusals are not kept: a repeated request is then tried anew.
        Raises IdempotencyInProgress (409), IdempotencyKeyReused (422), and whatever `run` raises.
        """
        if self.key is None:
            return await self._run(model, run)
        who = _who(self.request, caller_of(self.tx), self.key)
        held, known, answer = True, None, b""
        if not met(self.tx, _first(who)):
            held, known, answer = (await fetch(self.tx, _BEGIN, *who, _lock_number(who)))[0]
        if not held:
            raise IdempotencyInProgress(headers={"Retry-After": "1"})
        fingerprint = await self._fingerprint()
        if known is None:
            return self._keep(who, fingerprint, await self._run(model, run))
        if known != fingerprint:
            raise IdempotencyKeyReused()
        return self._replay(model, self._vault.open_direct(answer, _about(who)))

    async def _run(self, model: type[M], run: Callable[[], Awaitable[object]]) -> M:
        result = await run()
        if self.tx.new or self.tx.dirty or self.tx.deleted:
            await self.tx.flush()  # a row may get values only now
        answer = model.model_validate(result, from_attributes=True)
        if self._status in created.MADE and (where := created.address(self.request, answer)):
            self.response.headers["Location"] = where
        return answer

    def _keep(self, who: tuple[str, str, str], fingerprint: bytes, answer: M) -> M:
        headers = [*self.response.headers.items()]
        kept = f'{{"status": {self._status}, "headers": {json.dumps(headers)}, "body": {answer.model_dump_json()}}}'
        sealed = self._vault.seal_direct(kept.encode(), _about(who))
        at_commit(self.tx, _KEEP, *who, fingerprint, sealed, datetime.now(UTC))  # nobody else writes it: begin_once holds its lock
        return answer

    def _replay(self, model: type[M], plain: bytes) -> M:
        kept = json.loads(plain)
        self.response.status_code = kept["status"]
        for name, value in kept["headers"]:
            self.response.headers[name] = value
        self.response.headers["Idempotent-Replayed"] = "true"
        return model.model_validate(kept["body"])

    async def _fingerprint(self) -> bytes:
        """Keyed hash of all that makes two requests the same: method, path, query, If-Match and body, byte by byte; and the person who
        signed in, since one app serves people of many organisations."""
        account = caller_of(self.tx).account_id
        parts = [
            self.request.method.encode(),
            self.request.scope["path"].encode(),
            self.request.scope["query_string"],
            self.request.headers.get("if-match", "").encode(),
            await self.request.body(),
            *([account.encode()] if account else []),
        ]
        return self._vault.fingerprint(b"".join(len(part).to_bytes(4, "big") + part for part in parts), "idempotency")

    @property
    def _vault(self) -> Vault:
        return _vault(self.request)

    @property
    def _status(self) -> int:
        return self.response.status_code or self.request.scope["route"].status_code or 200


def _who(request: Request, caller: Caller, key: str) -> tuple[str, str, str]:
    """Return whose key it is, for what, and a keyed hash of it: systems like to take a person's number for one."""
    hidden = _vault(request).fingerprint(key.encode(), "idempotency-key").hex()
    return caller.client_id, f"{request.method} {request.scope['route'].path}", hidden


def _vault(request: Request) -> Vault:
    vault: Vault = request.app.state.vault
    return vault


def _first(who: tuple[str, str, str]) -> str:
    """Return the demand that a key is used for the first time: nearly all are, and then nothing needs to be asked."""
    return written_out(_FIRST, *who, _lock_number(who))


def _about(who: tuple[str, str, str]) -> str:
    return json.dumps(["idempotency.answer", *who])


def _lock_number(who: tuple[str, str, str]) -> int:
    """Return the 64-bit number of an advisory lock for one use of a key."""
    return int.from_bytes(hashlib.blake2b(_about(who).encode(), digest_size=8).digest(), "big", signed=True)


def _checked(request: Request) -> str | None:
    given = request.headers.getlist(HEADER)
    if not given:
        return None
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        raise IdempotencyKeyMalformed()
    return given[0]


_Key = Annotated[str | None, Header(alias=HEADER, description="Makes a repetition safe: 1 to 255 visible ASCII characters, kept 7 days.")]
_NeededKey = Annotated[_Key, Header(alias=HEADER, json_schema_extra={"x-required": True})]


async def _needed(request: Request, _: _NeededKey = None) -> str:  # async, since FastAPI would give anything else a thread of its own
    key = _checked(request)
    if key is None:
        raise IdempotencyKeyMissing()
    return key


OnceKey = Annotated[str, Depends(_needed)]
"""The key alone, for a POST of several transactions, each with Retries of its own. IdempotencyKeyMissing, IdempotencyKeyMalformed (400)."""


async def _needed_first(request: Request, _: _NeededKey = None) -> str:
    key = await _needed(request)
    await _demand_first(request, key)
    return key


async def _first_if_given(request: Request, _: _Key = None) -> str | None:
    key = _checked(request)
    if key is not None:
        await _demand_first(request, key)
    return key


async def _demand_first(request: Request, key: str) -> None:
    request.scope[DEMAND] = _first(_who(request, await current_caller(request), key))


async def _required(  # the key comes first: what it demands travels with the transaction's BEGIN
    request: Request, response: Response, key: Annotated[str, Depends(_needed_first)], tx: Transaction
) -> Retries:
    return Retries(request, response, tx, key)


async def _optional(request: Request, response: Response, key: Annotated[str | None, Depends(_first_if_given)], tx: Transaction) -> Retries:
    return Retries(request, response, tx, key)


Once = Annotated[Retries, Depends(_required, scope="function")]
"""For a POST that must carry an Idempotency-Key. IdempotencyKeyMissing, IdempotencyKeyMalformed (400)."""

OnceIfGiven = Annotated[Retries, Depends(_optional, scope="function")]
"""For a POST that may carry one. IdempotencyKeyMalformed (400)."""


async def purge_idempotency(database: Database) -> int:
    """Delete up to 1000 answers older than 7 days; return how many. For a Job, which runs again while it is not 0."""
    old = select(*_WHO).where(idempotency.c.created_at < datetime.now(UTC) - KEPT).limit(PURGED_AT_ONCE)
    async with database.transaction(Caller.system("purge-idempotency")) as tx:
        gone = await tx.execute(delete(idempotency).where(tuple_(*_WHO).in_(old)).returning(idempotency.c.key))
        return len(gone.all())

"""A small service for the tests of the kit's HTTP side: things with a version, in one list."""

import asyncio
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, FastAPI, Security
from ihala_kit.auth import Caller, caller, public_caller
from ihala_kit.db import Database, Transaction
from ihala_kit.etag import IfMatch, Stale, set_etag
from ihala_kit.http import create_app
from ihala_kit.once import Once, OnceIfGiven
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import NotFound, Problem, responses
from ihala_kit.service import Service
from ihala_kit.settings import KitSettings
from ihala_kit.telemetry import inject
from ihala_kit.testing import Mint, admit
from ihala_kit.vault import new_master_key
from ihala_kit.words import Words
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from starlette.responses import Response

NAME = "small"
Reading = Annotated[Caller, Security(caller, scopes=["small:read"])]
Writing = Annotated[Caller, Security(caller, scopes=["small:read", "small:write"])]
Public = Annotated[Caller, Security(public_caller, scopes=[])]

router = APIRouter(prefix="/v1")


class MoveNotAllowed(Problem):
    """A refusal with members of its own."""

    status = 409
    slug = "move-not-allowed"
    title = Words(en="This move is not open.", ar="هذه الخطوة غير متاحة.", ckb="ئەم هەنگاوە کراوە نییە.")


class Round(BaseModel):
    """A branch of a union."""

    model_config = ConfigDict(extra="forbid")
    form: Literal["round"]
    radius: int


class Square(BaseModel):
    """The other branch."""

    form: Literal["square"]
    side: int


class Thing(BaseModel):
    """A body with everything that can be wrong with one."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=5)
    parts: list[Annotated[Round | Square, Field(discriminator="form")]] = []
    either: int | list[int] = 0
    labels: dict[str, int] = {}


class Made(BaseModel):
    """The answer: how often things were made."""

    count: int
    name: str


ran: list[str] = []
began = asyncio.Event()
gate = asyncio.Event()


@router.post("/things", status_code=201, response_model=Made, responses=responses(MoveNotAllowed))
async def make(body: Thing, caller: Writing, once: Once, tx: Transaction, response: Response) -> Made:
    async def run() -> Any:
        ran.append(body.name)
        if body.name == "wait":
            began.set()
            await gate.wait()
        if body.name == "no":
            raise MoveNotAllowed(moves=["yes"])
        response.headers["Location"] = f"/small/v1/things/{len(ran)}"
        return Made(count=len(ran), name=body.name)

    return await once(Made, run)


@router.post("/checks", response_model=Made)
async def check(body: Thing, caller: Writing) -> Made:
    return Made(count=len(body.parts), name=body.name)


@router.post("/stored", response_model=Made)
async def store(body: Thing, caller: Writing, tx: Transaction) -> Made:
    length = await tx.scalar(text("SELECT length(cast(:name AS text))"), {"name": body.name})
    return Made(count=length or 0, name=body.name)


@router.post("/cut", response_model=Made)
async def cut(caller: Writing, tx: Transaction) -> Made:
    await tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    return Made(count=0, name="never")


@router.post("/notes/{note_id}", response_model=Made)
async def note(note_id: UUID, caller: Writing, once: OnceIfGiven, tx: Transaction) -> Made:
    async def run() -> Made:
        ran.append("note")
        return Made(count=len(ran), name="note")

    return await once(Made, run)


@router.get("/things", response_model=Page[int])
async def things(caller: Reading, page: PageQuery, odd: bool = False) -> Page[int]:
    after = page.after_as(int)
    rows = [n for n in range(120) if not (odd and n % 2 == 0) and (after is None or n > after[0])]
    return Page[int](items=page_of(rows[: page.fetch], page, lambda n: (n,)))


@router.put("/things/{number}", response_model=Made, responses=responses(NotFound))
async def change(number: int, caller: Writing, if_match: IfMatch, response: Response) -> Made:
    if number != 1:
        raise NotFound()
    if if_match != 7:
        raise Stale()
    set_etag(response, 8)
    return Made(count=number, name="changed")


@router.get("/public", response_model=str)
async def public(caller: Public) -> str:
    return caller.client_id


@router.get("/who")
async def who(caller: Reading) -> dict[str, Any]:
    return {"organization_id": caller.organization_id, "roles": sorted(caller.roles), "is_system": caller.is_system}


@router.get("/broken")
async def broken(caller: Reading, text: str = "") -> None:
    raise RuntimeError(f"secret {text}")


@router.get("/away")
async def away(caller: Reading) -> None:
    raise ConnectionRefusedError("secret address")


@router.get("/trace")
async def trace(caller: Reading) -> str | None:
    return inject()


def settings(**more: Any) -> KitSettings:
    return KitSettings(**{"database_url": "postgresql://nobody@127.0.0.1:1/none", "master_key": new_master_key(), **more})


def service(**more: Any) -> Service:
    return Service(NAME, "Small", "1.2.3", settings(**more), Path("none"), routers=[router])


def small_app(mint: Mint, database: Database | None = None, **more: Any) -> FastAPI:
    made = service(issuer=mint.issuer, **more)
    if database is not None:
        made.settings = database.settings
    app = create_app(made, database)
    admit(app, mint)
    return app

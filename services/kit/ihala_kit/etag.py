"""Changes to an existing thing name the version they were decided on: ETag out, If-Match in."""

import re
from typing import Annotated

from fastapi import Depends, Header
from starlette.responses import Response

from ihala_kit.problems import Problem
from ihala_kit.words import Words

_VERSION = re.compile(r'"(0|[1-9][0-9]{0,17})"')


class PreconditionRequired(Problem):
    """A change came without If-Match."""

    status = 428
    slug = "precondition-required"
    title = Words(
        en="Say which version is to be changed: send its ETag in If-Match.",
        ar="حدّد النسخة المراد تغييرها: أرسل قيمة ETag في الترويسة If-Match.",
        ckb="دیاری بکە کام وەشان دەگۆڕدرێت: ETagەکەی لە If-Match بنێرە.",
    )


class IfMatchMalformed(Problem):
    """If-Match holds no single strong ETag of ours."""

    status = 400
    slug = "if-match-malformed"
    title = Words(
        en="If-Match must be exactly one ETag as it was given.",
        ar="يجب أن تحتوي الترويسة If-Match على قيمة ETag واحدة كما أُعطيت.",
        ckb="پێویستە If-Match تەنها یەک ETag بێت وەک خۆی کە دراوە.",
    )


class Stale(Problem):
    """The thing was changed since the caller read it."""

    status = 412
    slug = "stale"
    title = Words(
        en="This was changed in the meantime. Read it again, then decide.",
        ar="تم تغيير هذا في هذه الأثناء. اقرأه من جديد ثم قرّر.",
        ckb="ئەمە لەم ماوەیەدا گۆڕدراوە. دووبارە بیخوێنەرەوە، پاشان بڕیار بدە.",
    )


async def _if_match(  # async, since FastAPI would give anything else a thread of its own
    if_match: Annotated[
        str | None,
        Header(alias="If-Match", description="The ETag of the version to change.", json_schema_extra={"x-required": True}),
    ] = None,
) -> int:
    if if_match is None:
        raise PreconditionRequired()
    found = _VERSION.fullmatch(if_match.strip())
    if found is None:
        raise IfMatchMalformed()
    return int(found[1])


IfMatch = Annotated[int, Depends(_if_match)]
"""The version the caller read. PreconditionRequired (428) without the header, IfMatchMalformed (400) otherwise."""


def set_etag(response: Response, version: int) -> None:
    """Write the row's version as a strong ETag."""
    response.headers["ETag"] = f'"{version}"'

"""Refusals as RFC 9457 problem documents: a subclass names one, the handler writes it in the caller's language.

Nothing that a caller sent is ever repeated in one: only codes, and names that stand in our own documents.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from ihala_contracts.public_routes import in_fhir
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_jsonable_python
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ihala_kit import outcomes
from ihala_kit.words import Words, language_of

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:ihala:problem:"
DOCUMENT = {"$ref": "#/components/schemas/ProblemDocument"}


class Problem(Exception):
    """A refusal with its status, its slug and its words. Keywords become members of the document."""

    status: ClassVar[int]
    slug: ClassVar[str]
    title: ClassVar[Words]

    def __init__(self, *, pointer: str | None = None, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        """`pointer` is a JSON Pointer ("#/needs/0/code") to what was refused; `members` must hold nothing personal."""
        super().__init__(self.slug)
        self.headers = dict(headers or {})
        self.members = members if pointer is None else {"pointer": pointer, **members}


class FieldError(BaseModel):
    """One thing that is wrong with a request."""

    pointer: str = Field(
        description='"#/needs/0/code" in the body; "query/limit", "path/referral_id" or "header/if-match" elsewhere. '
        "It ends where a name follows that is not ours."
    )
    code: str = Field(description="What is wrong there, for programs: `missing`, `string_too_long`, …")
    expected: str | None = Field(default=None, description="What may stand there, where that is one of a few words or has a bound.")
    title: str | None = Field(default=None, description="The same for people, in their language, where we have words for it.")


class ProblemDocument(BaseModel):
    """Why a request was refused (RFC 9457). Programs decide by `type`; `title` is for people, in their language.

    The header `Link` with rel="help" leads to a page about the type.
    """

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=[f"{TYPE_PREFIX}not-found"])
    title: str
    status: int
    instance: str | None = Field(default=None, description="The request, to quote when asking for help.")
    pointer: str | None = None
    errors: list[FieldError] | None = None


def answer(request: Request, problem: Problem) -> Response:
    """Return the problem as a response in the language the request asks for; at FHIR's addresses as FHIR has it."""
    document, language = document_of(request, problem), language_of(request.headers.get("accept-language"))
    headers = {
        "Content-Language": language, "Cache-Control": "no-store", "Vary": "Accept-Language",
        "Link": f'</problems/{problem.slug}>; rel="help"', **problem.headers,
    }  # fmt: skip
    if in_fhir(request.scope["path"]):
        return JSONResponse(outcomes.outcome(document, language), problem.status, headers, outcomes.MEDIA_TYPE)
    return JSONResponse(document, problem.status, headers, MEDIA_TYPE)


def document_of(request: Request, problem: Problem) -> dict[str, Any]:
    """Return the problem's document, for an answer that holds more than one."""
    language = language_of(request.headers.get("accept-language"))
    document = {
        "type": TYPE_PREFIX + problem.slug,
        "title": problem.title.spoken(language),
        "status": problem.status,
        **to_jsonable_python(problem.members),
    }
    for error in document.get("errors", ()):
        if (words := request.app.state.service.all_field_words.get(error["code"])) is not None:
            error["title"] = words.spoken(language)
    request_id = request.scope.get("ihala.request_id")
    if request_id:
        document["instance"] = f"urn:ihala:request:{request_id}"
    return document


def responses(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Return what a route can refuse, for its `responses=`: one entry a status, with an example for each problem."""
    found: dict[int | str, dict[str, Any]] = {}
    for problem in problems:
        entry = found.setdefault(problem.status, {"description": "", "content": {MEDIA_TYPE: {"schema": DOCUMENT, "examples": {}}}})
        entry["content"][MEDIA_TYPE]["examples"][problem.slug] = _example(problem)
        entry["description"] = " · ".join(entry["content"][MEDIA_TYPE]["examples"])
    return found


def _example(problem: type[Problem]) -> dict[str, Any]:
    value = {"type": TYPE_PREFIX + problem.slug, "title": problem.title.en, "status": problem.status}
    return {"summary": problem.title.en, "value": value}


class MalformedRequest(Problem):
    """The body or a parameter does not fit its schema; `errors` says where, never with what."""

    status = 422
    slug = "malformed-request"
    title = Words(
        en="The request does not have the form that this address expects.",
        ar="صيغة الطلب لا تطابق ما هو متوقع في هذا العنوان.",
        ckb="شێوەی داواکارییەکە لەگەڵ ئەوەی لێرە چاوەڕوان دەکرێت ناگونجێت.",
    )


class Unauthenticated(Problem):
    """There is no token, or not one that this service takes."""

    status = 401
    slug = "unauthenticated"
    title = Words(
        en="A valid access token is needed.",
        ar="يلزم رمز دخول صالح.",
        ckb="پێویستە تۆکنێکی چوونەژوورەوەی دروست هەبێت.",
    )


class InsufficientScope(Problem):
    """The token is valid but does not carry the scope this address needs."""

    status = 403
    slug = "insufficient-scope"
    title = Words(
        en="This client was not given the right to do this.",
        ar="لم يُمنح هذا العميل صلاحية القيام بذلك.",
        ckb="ئەم بەکارهێنەرە مافی ئەنجامدانی ئەمەی پێ نەدراوە.",
    )


class NotFound(Problem):
    """Nothing is here, or nothing that the caller may know of."""

    status = 404
    slug = "not-found"
    title = Words(en="There is nothing at this address.", ar="لا يوجد شيء في هذا العنوان.", ckb="هیچ شتێک لەم ناونیشانەدا نییە.")


class MethodNotAllowed(Problem):
    """The address exists, but not for this method."""

    status = 405
    slug = "method-not-allowed"
    title = Words(
        en="This address does not take this method.",
        ar="هذا العنوان لا يقبل هذه الطريقة.",
        ckb="ئەم ناونیشانە ئەم شێوازە قبووڵ ناکات.",
    )


class RequestRefused(Problem):
    """A refusal by the framework that has no name of its own; its status is the framework's."""

    status = 400
    slug = "request-refused"
    title = Words(en="The request was refused.", ar="رُفض الطلب.", ckb="داواکارییەکە ڕەتکرایەوە.")


class BodyTooLarge(Problem):
    """The body is over the limit (1 MiB)."""

    status = 413
    slug = "body-too-large"
    title = Words(
        en="The request is too large.",
        ar="حجم الطلب أكبر من المسموح.",
        ckb="قەبارەی داواکارییەکە لەوە زیاترە کە ڕێگەپێدراوە.",
    )


class InternalError(Problem):
    """A fault of ours. What happened stands in the log under the request's id."""

    status = 500
    slug = "internal-error"
    title = Words(
        en="Something went wrong on our side.",
        ar="حدث خطأ من جانبنا.",
        ckb="هەڵەیەک لە لایەنی ئێمەوە ڕوویدا.",
    )


class ServiceUnavailable(Problem):
    """Something this service needs does not answer now; Retry-After says when to try again."""

    status = 503
    slug = "service-unavailable"
    title = Words(
        en="The service cannot answer now. Please try again shortly.",
        ar="الخدمة غير متاحة الآن. يرجى المحاولة بعد قليل.",
        ckb="خزمەتگوزارییەکە ئێستا بەردەست نییە. تکایە دوای کەمێکی تر هەوڵ بدەرەوە.",
    )

    def __init__(self, *, retry_after_s: int = 2, **members: Any) -> None:
        """`retry_after_s` goes into the Retry-After header, in seconds."""
        super().__init__(headers={"Retry-After": str(retry_after_s)}, **members)

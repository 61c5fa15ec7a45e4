"""Joins the pages of staff: which address is answered by what."""

from collections.abc import Mapping
from typing import Protocol

from ihala_kit.db import Database
from ihala_kit.problems import Problem, answer
from starlette.requests import Request
from starlette.responses import Response

from ihala_gateway.oauth import authorization
from ihala_gateway.settings import Settings
from ihala_gateway.staff import forms, pages
from ihala_gateway.staff.account_pages import AccountPages
from ihala_gateway.staff.factor_pages import FactorPages
from ihala_gateway.staff.forms import FormRefused
from ihala_gateway.staff.invitations import Invitations
from ihala_gateway.staff.outside_pages import OutsideSignIn
from ihala_gateway.staff.passkey_pages import PasskeySignIn
from ihala_gateway.staff.reception import Handler, Reception
from ihala_gateway.staff.second_step import SecondStep
from ihala_gateway.staff.sign_in import SignIn

PREFIXES = (b"/sign-in", b"/sign-out", b"/account", b"/invitation/")
_PASSING = frozenset({408, 429, 500, 503, 504})  # of which a later try may end better
_OF_PEOPLE = (*PREFIXES, authorization.PATH.encode("ascii"))


class _Room(Protocol):
    def handlers(self) -> Mapping[tuple[str, str], Handler]: ...


def handlers(settings: Settings, database: Database) -> Mapping[tuple[str, str], Handler]:
    """Return the handlers of all pages by method and path."""
    at = Reception(settings, database)
    account = AccountPages(at)
    rooms: list[_Room] = [SignIn(at), SecondStep(at), PasskeySignIn(at), Invitations(at), account, FactorPages(at, account)]
    if at.provider is not None:
        rooms.append(OutsideSignIn(at, at.provider))
    return {address: _refusing(handler) for room in rooms for address, handler in room.handlers().items()}


def refusal(request: Request, problem: Problem) -> Response:
    """Return why a request was refused: a page where a person's browser asks for one of ours, or else the document that programs read."""
    if not request.scope["raw_path"].startswith(_OF_PEOPLE) or "text/html" not in request.headers.get("accept", ""):
        return answer(request, problem)
    language = forms.language(request)
    return pages.page(
        "problem", language, status=problem.status, headers=[*problem.headers.items()],
        title=problem.title.spoken(language), number=request.scope["ihala.request_id"], again=problem.status in _PASSING,
    )  # fmt: skip


def _refusing(handler: Handler) -> Handler:
    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except FormRefused as refused:
            return refused.answer

    return answered

"""Templates over HTTP: scope, body, command, response model. No rule and no query."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import IfMatch, Stale, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses

from ihala_notify.settings import Settings
from ihala_notify.templates import commands, store
from ihala_notify.templates import models as v1
from ihala_notify.templates.errors import FactsRefused, TemplateNotFound, TemplateRefused
from ihala_notify.templates.tables import TemplateVersion
from ihala_notify.templates.valid import own_version
from ihala_notify.wording import GIVEN, Template, templates

router = APIRouter(prefix="/v1/templates")
Reading = Annotated[Caller, Security(caller, scopes=["notify:read"])]
Administering = Annotated[Caller, Security(caller, scopes=["notify:admin"])]
Name = Annotated[str, Path(max_length=40)]


@router.get("", response_model=Page[v1.TemplateSummary], responses=responses(TemplateNotFound))
async def list_templates(caller: Reading, tx: Transaction) -> Page[v1.TemplateSummary]:
    """List all templates, by name, as your people are told them now."""
    own = await store.newest(tx, caller)
    return Page(items=[v1.TemplateSummary(**_summary(template, own.get(name))) for name, template in sorted(templates().items())])


@router.get("/{name}", response_model=v1.TemplateDetails, responses=responses(TemplateNotFound))
async def template(name: Name, caller: Reading, tx: Transaction, response: Response) -> v1.TemplateDetails:
    """Show a template with its texts, and what they may name. Its ETag is what a new version is decided on."""
    return _details(response, store.built_in(caller, name), await store.newest_of(tx, caller, name))


@router.get("/{name}/versions", response_model=Page[v1.TemplateVersion], responses=responses(TemplateNotFound))
async def versions(name: Name, caller: Reading, tx: Transaction, page: PageQuery) -> Page[v1.TemplateVersion]:
    """List your versions of a template, newest first: who changed what, when and why."""
    built_in, rows = store.built_in(caller, name), await store.page_of_versions(tx, caller, name, page)
    before = dict(zip((row.version for row in rows), rows[1:], strict=False))
    shown = page_of(rows, page, lambda row: (row.version,))
    return Page(items=[_version(built_in, row, before.get(row.version)) for row in shown])


@router.post(
    "/{name}/versions",
    status_code=201,
    response_model=v1.TemplateDetails,
    responses=responses(TemplateNotFound, TemplateRefused, Stale),
)
async def change(
    name: Name, body: v1.TemplateChange, caller: Administering, if_match: IfMatch, once: Once, tx: Transaction, request: Request,
    response: Response,
) -> v1.TemplateDetails:  # fmt: skip
    """Tell your people something else from now on; the version before stays in the list. Refused is whatever could endanger or mislead."""

    async def run() -> v1.TemplateDetails:
        row = await commands.change(tx, caller, name, body, if_match, _hosts(request))
        return _details(response, store.built_in(caller, name), row)

    return await once(v1.TemplateDetails, run)


@router.post("/{name}/preview", response_model=v1.Preview, responses=responses(TemplateNotFound, TemplateRefused, FactsRefused))
async def preview(name: Name, body: v1.PreviewRequest, caller: Reading, tx: Transaction, request: Request) -> v1.Preview:
    """Show what people would read, and how many SMS it takes. Nothing is kept or sent."""
    return await commands.preview(tx, caller, name, body, _hosts(request))


def _summary(built_in: Template, row: TemplateVersion | None) -> dict[str, object]:
    return {
        "name": built_in.name, "version": row.version if row else 0, "words": "own" if row and row.sentences else "built-in",
        "built_in_version": built_in.version, "by_hand": built_in.by_hand,
        "useful_for_hours": built_in.useful_for // timedelta(hours=1), "changed_at": row.created_at if row else None,
    }  # fmt: skip


def _details(response: Response, built_in: Template, row: TemplateVersion | None) -> v1.TemplateDetails:
    holds = own_version(built_in, row.operator_id, row.version, row.sentences) if row else built_in
    set_etag(response, row.version if row else 0)
    texts, named = v1.TemplateTexts.of(holds.sentences), v1.placeholders_of(holds, GIVEN)
    return v1.TemplateDetails.model_validate(_summary(built_in, row) | {"texts": texts, "placeholders": named})


def _version(built_in: Template, row: TemplateVersion, before: TemplateVersion | None) -> v1.TemplateVersion:
    texts = own_version(built_in, row.operator_id, row.version, row.sentences).sentences
    return v1.TemplateVersion.model_validate({
        **row.model_dump(exclude={"sentences", "operator_id", "name"}), "built_in": row.sentences is None,
        "texts": v1.TemplateTexts.of(texts), "difference": commands.difference(built_in, row, before),
    })  # fmt: skip


def _hosts(request: Request) -> frozenset[str]:
    settings: Settings = request.app.state.service.settings
    return settings.message_hosts

"""The rules of matching: read by all who match, drafted, tried and published by the operator; and why somebody was asked."""

from uuid import UUID

from fastapi import APIRouter
from ihala_kit.db import Transaction, now
from ihala_kit.etag import IfMatch, set_etag
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses
from starlette.responses import Response

from ihala_directory import errors, queries
from ihala_directory.api.callers import Administering, Reading
from ihala_directory.commands import rulesets as commands
from ihala_directory.matching import store, words
from ihala_directory.matching.tables import Ruleset
from ihala_directory.models import matches as models

router = APIRouter(prefix="/v1", tags=["rules of matching"])

_CHANGES = (errors.OfficersOnly, errors.RulesetNotFound, errors.RulesetNotChangeable)


@router.get("/criteria", response_model=models.CriterionTexts)
async def list_criteria(_: Reading) -> models.CriterionTexts:
    """Return how every criterion and result is said, in three languages."""
    items = [
        models.CriterionText(code=code, result=result, texts=texts, checked=words.CHECKED)
        for (code, result), texts in words.texts().items()
    ]  # fmt: skip
    return models.CriterionTexts(items=items)


@router.get("/rulesets", response_model=Page[models.Ruleset])
async def list_rulesets(tx: Transaction, _: Reading, page: PageQuery) -> Page[models.Ruleset]:
    """Return what was published, and the caller's own drafts."""
    rows = page_of(await store.rulesets(tx, page), page, lambda row: (row.id,))
    return Page(items=[models.Ruleset.model_validate(one) for one in rows])


@router.get("/rulesets/in-force", response_model=models.Ruleset)
async def get_ruleset_in_force(tx: Transaction, caller: Reading, response: Response) -> models.Ruleset:
    """Return the rules by which needs of the caller's operator are matched now."""
    rules = await store.rules_in_force(tx, caller.operator_id or caller.organization_id, now(tx))
    return _shown(response, await store.numbered(tx, rules.number))


@router.get("/rulesets/{ruleset_id}", response_model=models.Ruleset, responses=responses(errors.RulesetNotFound))
async def get_ruleset(ruleset_id: UUID, tx: Transaction, _: Reading, response: Response) -> models.Ruleset:
    """Return one ruleset."""
    return _shown(response, await store.ruleset(tx, ruleset_id))


@router.post("/rulesets", status_code=201, response_model=models.Ruleset, responses=responses(errors.OfficersOnly))
async def draft_ruleset(
    body: models.RulesetDraft, response: Response, caller: Administering, once: Once, tx: Transaction
) -> models.Ruleset:
    """Draft rules. They hold for nobody until they are published."""

    async def draft() -> models.Ruleset:
        return _shown(response, await commands.draft(tx, caller, body))

    return await once(models.Ruleset, draft)


@router.put("/rulesets/{ruleset_id}", response_model=models.Ruleset, responses=responses(*_CHANGES))
async def change_ruleset(
    ruleset_id: UUID, body: models.RulesetDraft, response: Response, caller: Administering, if_match: IfMatch, tx: Transaction
) -> models.Ruleset:
    """Change a draft as a whole."""
    return _shown(response, await commands.change(tx, caller, ruleset_id, if_match, body))


@router.post(
    "/rulesets/{ruleset_id}/dry-run", response_model=models.DryRun, responses=responses(errors.OfficersOnly, errors.RulesetNotFound)
)
async def try_ruleset(ruleset_id: UUID, body: models.DryRunRequest, caller: Administering, once: Once, tx: Transaction) -> models.DryRun:
    """Say which past answers these rules would have given differently. Nothing is offered, nothing moves."""

    async def run() -> models.DryRun:
        return await commands.dry_run(tx, caller, ruleset_id, body)

    return await once(models.DryRun, run)


@router.post(
    "/rulesets/{ruleset_id}/publication",
    response_model=models.Ruleset,
    responses=responses(*_CHANGES, errors.RulesBeginBefore),
)
async def publish_ruleset(
    ruleset_id: UUID, body: models.Publication, response: Response, caller: Administering, if_match: IfMatch, once: Once, tx: Transaction
) -> models.Ruleset:
    """Publish a draft: it gets its number, and never changes again."""

    async def publish() -> models.Ruleset:
        return _shown(response, await commands.publish(tx, caller, ruleset_id, if_match, body.valid_from))

    return await once(models.Ruleset, publish)


@router.get(
    "/placements/{placement_id}/answers", response_model=models.Answers, responses=responses(errors.OfficersOnly, errors.PlacementNotFound)
)
async def list_answers(placement_id: UUID, caller: Reading, tx: Transaction) -> models.Answers:
    """Return what was answered to each attempt of a placement, every criterion in words."""
    return await queries.answers(tx, caller, placement_id)


def _shown(response: Response, row: Ruleset) -> models.Ruleset:
    set_etag(response, row.version)
    return models.Ruleset.model_validate(row)

"""Assessments: written down once, opened for the operator, each read logged with the person."""

from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.ids import new_id
from ihala_kit.words import Language
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import keys
from ihala_intake.assessing import questionnaires, rules
from ihala_intake.assessing.details import AssessmentDetails, ReasonDetails
from ihala_intake.assessing.errors import AnswersDoNotFit, QuestionnaireNotFound
from ihala_intake.assessing.questionnaires import Questionnaire
from ihala_intake.casework import store as casework
from ihala_intake.casework.errors import CaseIsClosed
from ihala_intake.commands.case_steps import key_of
from ihala_intake.commands.cases import owned_case
from ihala_intake.errors import NeedNotFound, PersonErased
from ihala_intake.ledger import log_access
from ihala_intake.models.assessments import AssessmentIn, AssessmentView, ReasonView
from ihala_intake.tables import Assessment, CaseFile


async def assess(tx: AsyncSession, caller: Caller, body: AssessmentIn) -> Assessment:
    """Write down answers and what they suggest; the need itself stays as it is.

    Raises CaseNotFound, NeedNotFound, QuestionnaireNotFound (404), CaseIsClosed (409), AnswersDoNotFit (422), PersonErased (410).
    """
    case = await owned_case(tx, caller, body.case_id)
    if case.state != "open":
        raise CaseIsClosed()
    if body.need_id is not None and body.need_id not in {need.id for need in await casework.needs_of_case(tx, case.id)}:
        raise NeedNotFound(pointer="#/need_id")
    questionnaire = the_questionnaire(body.questionnaire, body.version)
    wrong = rules.wrong_with(questionnaire, body.answers)
    if wrong:
        known = {question.code for question in questionnaire.questions}
        pointers = {code: f"#/answers/{code}" if code in known else "#/answers" for code in wrong}
        raise AnswersDoNotFit(errors=[{"pointer": pointers[code], "code": why} for code, why in wrong.items()])
    return await _add(tx, caller, case, questionnaire, body)


def the_questionnaire(code: str, version: int | None) -> Questionnaire:
    """Return a version of a questionnaire, or the newest. Raises QuestionnaireNotFound (404)."""
    found = questionnaires.newest(code) if version is None else questionnaires.version(code, version)
    if found is None:
        raise QuestionnaireNotFound()
    return found


async def _add(tx: AsyncSession, caller: Caller, case: CaseFile, questionnaire: Questionnaire, body: AssessmentIn) -> Assessment:
    assessment_id, key, result = new_id(), await key_of(tx, case), rules.result_of(questionnaire, body.answers)
    details = AssessmentDetails(
        answers={code: given for code, given in body.answers.items() if given is not None},
        unsaid=[code for code, given in body.answers.items() if given is None], score=result.score,
        reasons=[ReasonDetails(question=one.question, score=one.score, urgency=one.urgency) for one in result.reasons],
        recorded_by=body.recorded_by, note=body.note,
    )  # fmt: skip
    assessment = Assessment(
        id=assessment_id, case_id=case.id, need_id=body.need_id, operator_id=case.operator_id, key_id=key.id, sensitivity=case.sensitivity,
        questionnaire=questionnaire.code, questionnaire_version=questionnaire.version, suggested=result.urgency.value,
        details=key.seal(details, f"assessment.details/{assessment_id}"), client_id=caller.client_id,
        acting_officer=caller.acting_officer, made_at=now(tx),
    )  # fmt: skip
    tx.add(assessment)
    await tx.flush()
    return assessment


async def view(tx: AsyncSession, row: Assessment, language: Language) -> AssessmentView:
    """Return an assessment, opened, and log that it was read. Of an erased person no answer is left."""
    case = await tx.get_one(CaseFile, row.case_id)
    try:
        key = await keys.of(tx, row.key_id)
    except PersonErased:
        said = None
    else:
        await log_access(tx, "assessment", person_id=case.person_id, operator_id=case.operator_id, categories=["needs"])
        said = key.open(AssessmentDetails, row.details, f"assessment.details/{row.id}")
    return AssessmentView.model_validate(row.model_dump(exclude={"details"}) | {
        "assessment_id": row.id, "score": said and said.score, "reasons": _reasons(row, said, language),
        "answers": said and said.answers | dict.fromkeys(said.unsaid), "note": said and said.note, "recorded_by": said and said.recorded_by,
    })  # fmt: skip


def _reasons(row: Assessment, said: AssessmentDetails | None, language: Language) -> list[ReasonView]:
    questionnaire = questionnaires.version(row.questionnaire, row.questionnaire_version)
    if said is None or questionnaire is None:
        return []
    words = {question.code: getattr(question.words, language) for question in questionnaire.questions}
    return [ReasonView.model_validate(one.model_dump() | {"words": words[one.question]}) for one in said.reasons]

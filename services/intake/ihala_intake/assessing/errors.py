"""The refusals about assessments."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class AssessmentNotFound(Problem):
    """There is no such assessment of the caller's."""

    status = 404
    slug = "assessment-not-found"
    title = Words(en="There is no such assessment.", ar="لا يوجد تقييم كهذا.", ckb="هەڵسەنگاندنێکی وا نییە.")


class QuestionnaireNotFound(Problem):
    """There is no questionnaire of that name and version."""

    status = 404
    slug = "questionnaire-not-found"
    title = Words(en="There is no such questionnaire.", ar="لا يوجد استبيان كهذا.", ckb="پرسیارنامەیەکی وا نییە.")


class AnswersDoNotFit(Problem):
    """Answers do not fit the questionnaire: `errors` says where and why, and never what was answered."""

    status = 422
    slug = "answers-do-not-fit"
    title = Words(
        en="Some answers do not fit the questionnaire.",
        ar="بعض الإجابات لا تطابق الاستبيان.",
        ckb="هەندێک وەڵام لەگەڵ پرسیارنامەکە ناگونجێن.",
    )

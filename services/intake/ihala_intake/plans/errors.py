"""The refusals about plans."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class PlanNotFound(Problem):
    """There is no such plan of the caller's."""

    status = 404
    slug = "plan-not-found"
    title = Words(en="There is no such plan.", ar="لا توجد خطة كهذه.", ckb="پلانێکی وا نییە.")


class PlanPartNotFound(Problem):
    """The plan has no such goal or step."""

    status = 404
    slug = "plan-part-not-found"
    title = Words(
        en="The plan has no such goal or step.", ar="لا يوجد في الخطة هدف أو خطوة كهذه.", ckb="پلانەکە ئامانج یان هەنگاوێکی وای نییە."
    )  # fmt: skip


class PlanExists(Problem):
    """The case has a plan that is worked on: change it, or end it first."""

    status = 409
    slug = "plan-exists"
    title = Words(
        en="This case has a plan already. Change it, or end it first.",
        ar="لهذا الملف خطة من قبل. عدّلها أو أنهها أولًا.",
        ckb="ئەم فایلە پێشتر پلانی هەیە. بیگۆڕە یان سەرەتا کۆتایی پێ بهێنە.",
    )


class PlanOfAnotherCase(Problem):
    """The programme's plan was imported into another case."""

    status = 409
    slug = "plan-of-another-case"
    title = Words(
        en="This plan was already imported elsewhere.",
        ar="سبق استيراد هذه الخطة في مكان آخر.",
        ckb="ئەم پلانە پێشتر لە شوێنێکی تر هێنراوە.",
    )


class PlanEnded(Problem):
    """The plan has ended, or this part of it is settled."""

    status = 409
    slug = "plan-ended"
    title = Words(
        en="This plan, or this part of it, is over.",
        ar="انتهت هذه الخطة أو هذا الجزء منها.",
        ckb="ئەم پلانە یان ئەم بەشەی کۆتایی هاتووە.",
    )


class ProgrammePlanNotFound(Problem):
    """No programme sent such a plan to the caller's desks."""

    status = 404
    slug = "programme-plan-not-found"
    title = Words(en="There is no such plan of a programme.", ar="لا توجد خطة برنامج كهذه.", ckb="پلانێکی وای بەرنامە نییە.")


class ProgrammePlanOver(Problem):
    """A desk took it over or refused it already, or its time was over."""

    status = 409
    slug = "programme-plan-over"
    title = Words(
        en="This plan was taken over or refused already.",
        ar="سبق اعتماد هذه الخطة أو رفضها.",
        ckb="ئەم پلانە پێشتر وەرگیراوە یان ڕەتکراوەتەوە.",
    )


class PlanOfAnotherPerson(Problem):
    """The case is not of the person with whom the programme made the plan."""

    status = 409
    slug = "plan-of-another-person"
    title = Words(
        en="The programme made this plan with another person than this case is about.",
        ar="أعدّ البرنامج هذه الخطة مع شخص غير صاحب هذا الملف.",
        ckb="بەرنامەکە ئەم پلانەی لەگەڵ کەسێکی تر داناوە، نەک خاوەنی ئەم فایلە.",
    )


class ReferenceUnknown(Problem):
    """The caller's organisation announced and brought nobody under this number."""

    status = 422
    slug = "reference-unknown"
    title = Words(
        en="You have announced or brought nobody under this number.",
        ar="لم تعلنوا عن أي شخص ولم تحضروا أحدًا بهذا الرقم.",
        ckb="بەم ژمارەیە کەستان ڕانەگەیاندووە و کەستان نەهێناوە.",
    )

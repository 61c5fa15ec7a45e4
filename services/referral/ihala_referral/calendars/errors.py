"""What calendars, closures and services' own deadlines can be refused for."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class CalendarNotFound(Problem):
    """There is no such organisation, or it is none of the caller's."""

    status = 404
    slug = "calendar-not-found"
    title = Words(en="There is no such calendar.", ar="لا يوجد تقويم كهذا.", ckb="ڕۆژژمێرێکی وەها نییە.")


class ClosureNotFound(Problem):
    """There is no such closure, or the caller may not know of it."""

    status = 404
    slug = "closure-not-found"
    title = Words(en="There is no such closure.", ar="لا يوجد إغلاق كهذا.", ckb="داخستنێکی وەها نییە.")


class ServiceNotFound(Problem):
    """There is no such service, or it is none of the caller's."""

    status = 404
    slug = "service-not-found"
    title = Words(en="There is no such service.", ar="لا توجد خدمة كهذه.", ckb="خزمەتگوزارییەکی وەها نییە.")


class AdministratorsOnly(Problem):
    """An operator's calendars are set by its administrator, coordinators or directorate."""

    status = 403
    slug = "administrators-only"
    title = Words(
        en="Only an administrator or a coordinator of the office may do this.",
        ar="لا يحق القيام بذلك إلا لمدير النظام أو منسّق في المكتب.",
        ckb="تەنها بەڕێوەبەر یان هەماهەنگکاری نووسینگە دەتوانێت ئەمە بکات.",
    )


class HolidayListUnknown(Problem):
    """A calendar follows lists of GET /v1/holiday-lists; `known` names them."""

    status = 422
    slug = "holiday-list-unknown"
    title = Words(
        en="Name lists of holidays from `known`.",
        ar="اختر قوائم العطل من `known`.",
        ckb="لیستەکانی پشوو لە `known` هەڵبژێرە.",
    )


class WorkingTimeTooShort(Problem):
    """Three days a week and three hours a day at least: else a deadline would mean nothing."""

    status = 422
    slug = "working-time-too-short"
    title = Words(
        en="A calendar has at least three days a week and three hours a day.",
        ar="يتضمن التقويم ثلاثة أيام في الأسبوع وثلاث ساعات في اليوم على الأقل.",
        ckb="ڕۆژژمێر لانیکەم سێ ڕۆژ لە هەفتەیەکدا و سێ کاتژمێر لە ڕۆژێکدای هەیە.",
    )


class ClosureNotPossible(Problem):
    """A closure begins today at the earliest and lasts 31 days at most."""

    status = 422
    slug = "closure-not-possible"
    title = Words(
        en="A closure begins today or later, within a year, and lasts at most 31 days.",
        ar="يبدأ الإغلاق اليوم أو بعده خلال سنة، ولا يزيد على 31 يومًا.",
        ckb="داخستن لە ئەمڕۆوە یان دواتر لە ماوەی ساڵێکدا دەست پێ دەکات و لە ٣١ ڕۆژ زیاتر نابێت.",
    )


class ClosureEnded(Problem):
    """What is over, or taken back, cannot be taken back."""

    status = 409
    slug = "closure-ended"
    title = Words(
        en="This closure is over or was taken back.",
        ar="انتهى هذا الإغلاق أو سُحب.",
        ckb="ئەم داخستنە کۆتایی هاتووە یان کشێنراوەتەوە.",
    )


class PolicyLooser(Problem):
    """A service may be sooner than the policy, never later; `at_most` says the policy's."""

    status = 422
    slug = "policy-looser"
    title = Words(
        en="A service may promise to be sooner than the policy, never later.",
        ar="يمكن للخدمة أن تتعهد بمهل أقصر من السياسة العامة، لا أطول منها.",
        ckb="خزمەتگوزاری دەتوانێت بەڵێنی زووتر لە سیاسەتەکە بدات، هەرگیز درەنگتر نا.",
    )


class PolicyOutOfOrder(Problem):
    """A service's times, with the policy's where it names none: one comes before the other that it has to follow."""

    status = 422
    slug = "policy-out-of-order"
    title = Words(
        en="An offer is acknowledged before it is decided, the three levels follow one another, and none comes after the offer expired.",
        ar="يُؤكَّد استلام العرض قبل البتّ فيه، وتتوالى المستويات الثلاثة، ولا يأتي أي منها بعد انتهاء صلاحية العرض.",
        ckb="پێشنیار پێش بڕیاردان وەرگرتنی پشتڕاست دەکرێتەوە، سێ ئاستەکە بە دوای یەکدا دێن، هیچیان دوای بەسەرچوونی پێشنیارەکە نایەت.",
    )

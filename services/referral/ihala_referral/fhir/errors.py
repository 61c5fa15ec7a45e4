"""The refusals of the FHIR side, beside the kit's own; they are answered as OperationOutcomes."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class ResourceNotFound(Problem):
    """There is no such resource or version of it, or the caller may not know of it."""

    status = 404
    slug = "resource-not-found"
    title = Words(en="There is no such resource.", ar="لا يوجد مورد كهذا.", ckb="سەرچاوەیەکی وەها نییە.")


class SearchRefused(Problem):
    """A search parameter is not understood; `parameter` names it where the name is ours."""

    status = 400
    slug = "search-refused"
    title = Words(
        en="A search parameter, its modifier or its value cannot be used here.",
        ar="لا يمكن استخدام أحد معايير البحث أو معدِّله أو قيمته هنا.",
        ckb="یەکێک لە پێوەرەکانی گەڕان یان گۆڕاوەکەی یان نرخەکەی لێرە بەکارناهێنرێت.",
    )


class FormatNotSpoken(Problem):
    """Only JSON is spoken here."""

    status = 406
    slug = "format-not-spoken"
    title = Words(
        en="Only JSON can be had here: application/fhir+json.",
        ar="المتاح هنا هو JSON فقط: application/fhir+json.",
        ckb="لێرە تەنها JSON بەردەستە: application/fhir+json.",
    )

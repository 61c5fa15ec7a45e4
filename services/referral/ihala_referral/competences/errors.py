"""The refusals that are about competence."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class GovernorateUnknown(Problem):
    """There is no governorate of this code."""

    status = 422
    slug = "unknown-governorate"
    title = Words(
        en="There is no governorate with this code.",
        ar="لا توجد محافظة بهذا الرمز.",
        ckb="پارێزگایەک بەم کۆدە نییە.",
    )

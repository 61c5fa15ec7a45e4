"""The refusals of clients' self-service."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class ClientNotFound(Problem):
    """There is no such client, or it is not the caller's to see."""

    status = 404
    slug = "client-not-found"
    title = Words(
        en="There is no such client.",
        ar="لا يوجد نظام مسجَّل بهذا الرمز.",
        ckb="سیستەمێکی تۆمارکراو بەم ناسێنەرە نییە.",
    )

"""What is said while a service is under maintenance."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class UnderMaintenance(Problem):
    """An operator switched this service off for a while; `until` says when it is expected back, if that is known."""

    status = 503
    slug = "under-maintenance"
    title = Words(
        en="This service is under maintenance. Please try again later.",
        ar="هذه الخدمة قيد الصيانة. يرجى المحاولة لاحقاً.",
        ckb="ئەم خزمەتگوزارییە لە ژێر چاکسازیدایە. تکایە دواتر هەوڵ بدەرەوە.",
    )

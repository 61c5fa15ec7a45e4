"""The refusals about asking whether help came."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class NotHerWorker(Problem):
    """Only whoever works with the person asks: the centre that brought her, or the officer who has her case."""

    status = 403
    slug = "not-her-worker"
    title = Words(
        en="Only the worker who accompanies this person asks her.",
        ar="لا يسألها إلا الموظفة التي ترافقها.",
        ckb="تەنها ئەو کارمەندەی هاوڕێیەتی دەکات پرسیاری لێ دەکات.",
    )


class WayNotAllowed(Problem):
    """The person is not asked in this way; `ways` says how."""

    status = 422
    slug = "way-not-allowed"
    title = Words(
        en="The person must not be asked in this way.",
        ar="لا يجوز سؤال الشخص بهذه الطريقة.",
        ckb="نابێت بەم شێوەیە پرسیار لە کەسەکە بکرێت.",
    )


class TriedToday(Problem):
    """A failed try counts once a day."""

    status = 409
    slug = "tried-today"
    title = Words(
        en="Somebody tried today already. Try again on another day.",
        ar="جرت محاولة اليوم من قبل. حاول في يوم آخر.",
        ckb="ئەمڕۆ هەوڵ دراوە. ڕۆژێکی تر هەوڵ بدەرەوە.",
    )

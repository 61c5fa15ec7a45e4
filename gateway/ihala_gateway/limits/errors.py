"""What is said to a caller of too much."""

from collections.abc import Iterable, Sequence

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class TooManyRequests(Problem):
    """A limit is spent for this minute (`violated-policies` names it); nothing was done."""

    status = 429
    slug = "too-many-requests"
    title = Words(
        en="Too many requests. Please wait as long as Retry-After says.",
        ar="عدد الطلبات أكبر من المسموح. يرجى الانتظار المدة المذكورة في Retry-After.",
        ckb="ژمارەی داواکارییەکان لە سنوور تێپەڕیوە. تکایە ئەوەندە چاوەڕێ بکە کە Retry-After دەیڵێت.",
    )

    def __init__(self, violated: Sequence[str], seconds: int, told: Iterable[tuple[bytes, bytes]] = ()) -> None:
        """`violated` are names of policies, `seconds` are until the minute ends, `told` are headers that say what is left."""
        headers = {name.decode("ascii"): value.decode("ascii") for name, value in told}
        super().__init__(headers={"Retry-After": str(seconds), **headers})
        self.members["violated-policies"] = list(violated)


class TooManyAtOnce(Problem):
    """This client has as many requests under way at this service as one may have, and none of them ended in time."""

    status = 429
    slug = "too-many-at-once"
    title = Words(
        en="Too many requests at the same time. Wait for answers before sending more.",
        ar="طلبات كثيرة في الوقت نفسه. انتظر الإجابات قبل إرسال المزيد.",
        ckb="داواکاری زۆر لە یەک کاتدا. پێش ناردنی زیاتر چاوەڕێی وەڵامەکان بکە.",
    )

    def __init__(self) -> None:
        """Make it."""
        super().__init__(headers={"Retry-After": "1"})

"""How a message stands, in words that need no explanation, and what follows from what routes say. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Literal

from ihala_kit.words import Words

Status = Literal["created", "sending", "delivered", "temporary-failure", "permanent-failure", "technical-failure", "cancelled"]
Told = Literal["delivered", "temporary", "permanent"]

RECEIPT_WITHIN = timedelta(hours=72)
MOST_TRIES = 48
MOST_UNSURE = 2  # of a text that may come twice
TEMPORARY_AGAIN = timedelta(minutes=15)  # a phone that was off, or full, is not tried again at once; each time after twice as long
MOST_ROUNDS = 5  # then eight hours are over, and somebody calls

EXPLAINED: Final[dict[Status, Words]] = {
    "created": Words(en="Not sent yet.", ar="لم تُرسل بعد.", ckb="هێشتا نەنێردراوە."),
    "sending": Words(
        en="Being sent; the network has not confirmed it yet.",
        ar="قيد الإرسال، ولم تؤكد الشبكة وصولها بعد.",
        ckb="لە ناردندایە، تۆڕەکە هێشتا گەیشتنی دڵنیا نەکردووەتەوە.",
    ),
    "delivered": Words(en="Delivered.", ar="وصلت.", ckb="گەیشت."),
    "temporary-failure": Words(
        en="Not delivered: the phone was off, full or out of reach for too long. Please call.",
        ar="لم تصل: كان الهاتف مغلقًا أو ممتلئًا أو خارج التغطية مدة طويلة. يرجى الاتصال.",
        ckb="نەگەیشت: تەلەفۆنەکە ماوەیەکی زۆر کوژاوە یان پڕ یان لە دەرەوەی تۆڕ بوو. تکایە پەیوەندی بکەن.",
    ),
    "permanent-failure": Words(
        en="Cannot be delivered: no usable number, or the person does not wish messages. Please call or meet.",
        ar="لا يمكن إيصالها: لا يوجد رقم صالح أو أن الشخص لا يرغب في الرسائل. يرجى الاتصال أو اللقاء.",
        ckb="ناتوانرێت بگەیەنرێت: ژمارەی گونجاو نییە یان کەسەکە نامەی ناوێت. تکایە پەیوەندی بکەن یان بیبینن.",
    ),
    "technical-failure": Words(
        en="Not sent: our systems or the provider's failed for too long. Please call.",
        ar="لم تُرسل: تعطلت أنظمتنا أو أنظمة المزود مدة طويلة. يرجى الاتصال.",
        ckb="نەنێردرا: سیستەمەکانمان یان هی دابینکەر ماوەیەکی زۆر کاریان نەکرد. تکایە پەیوەندی بکەن.",
    ),
    "cancelled": Words(
        en="Not sent: it was overtaken by events.",
        ar="لم تُرسل: تجاوزتها الأحداث.",
        ckb="نەنێردرا: ڕووداوەکان پێشیان کەوتن.",
    ),
}

_FAILED: Final[dict[str | None, Status]] = {
    "temporary": "temporary-failure", "permanent": "permanent-failure", "technical": "technical-failure", None: "permanent-failure",
}  # fmt: skip
# Of SMPP's final states (specification 5.2.28). What is not final is not here, nor is UNKNOWN: it may have arrived.
_SMPP: Final[dict[str, Told]] = {
    "DELIVRD": "delivered", "EXPIRED": "temporary", "UNDELIV": "temporary", "DELETED": "permanent", "REJECTD": "permanent",
}  # fmt: skip
_NEVER: Final = frozenset({"001", "005", "009", "011", "013"})  # GSM: unknown or unidentified subscriber, illegal, no SMS, barred


def status_of(state: str, attempts: int, failure: str | None) -> Status:
    """Return the status that people are shown."""
    if state == "failed":
        return _FAILED[failure]
    if state == "waiting":
        return "sending" if attempts else "created"
    return {"sending": "sending", "sent": "sending", "delivered": "delivered", "dropped": "cancelled"}[state]  # type: ignore[return-value]


def told_by_smpp(state: str, error: str) -> Told | None:
    """Return what an SMSC's receipt means; None when it is not the last word, or says nothing."""
    told = _SMPP.get(state)
    return "permanent" if state == "UNDELIV" and error in _NEVER else told


def again_after(rounds: int, attempts: int) -> timedelta | None:
    """Return how long a message rests when its receipt says that it was not reached for now; None when that was often enough.

    `rounds` never begin anew and `attempts` do, when people send it again: since then there were no more rounds than attempts before this.
    """
    before = min(rounds, attempts - 1)
    return TEMPORARY_AGAIN * 2**before if before < MOST_ROUNDS else None


def all_told(parts: Sequence[str | None]) -> Told | None:
    """Return what all parts together mean: delivered when each is, failed when one is; None while one is awaited."""
    if "permanent" in parts:
        return "permanent"
    if "temporary" in parts:
        return "temporary"
    return "delivered" if parts and None not in parts else None

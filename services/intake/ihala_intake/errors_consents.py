"""The refusals of consents and disclosures."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class AcknowledgementNotAsked(Problem):
    """The disclosure is still open, or the receiver was not asked whether it deleted."""

    status = 409
    slug = "acknowledgement-not-asked"
    title = Words(
        en="Deletion is not asked for here: access has not ended, or its period simply ran out.",
        ar="لا يُطلب تأكيد الحذف هنا: لم ينتهِ الوصول بعد، أو انتهت مدته فحسب.",
        ckb="لێرە دڵنیاکردنەوەی سڕینەوە داوا ناکرێت: هێشتا دەستگەیشتن کۆتایی نەهاتووە، یان تەنها ماوەکەی تەواو بووە.",
    )


class AlreadyDeleted(Problem):
    """The receiver said that it deleted everything; it cannot keep it now."""

    status = 409
    slug = "already-deleted"
    title = Words(
        en="Deletion was already confirmed here.",
        ar="سبق تأكيد الحذف هنا.",
        ckb="پێشتر سڕینەوە لێرە دڵنیا کراوەتەوە.",
    )

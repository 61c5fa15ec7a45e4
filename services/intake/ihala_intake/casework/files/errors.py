"""The refusals about files."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class AttachmentNotFound(Problem):
    """There is no such file that the caller may know of."""

    status = 404
    slug = "attachment-not-found"
    title = Words(en="There is no such file.", ar="لا يوجد ملف مرفق كهذا.", ckb="هاوپێچێکی وا نییە.")


class AttachmentTypeMismatch(Problem):
    """The file is not what it was said to be, or nothing that is taken."""

    status = 422
    slug = "attachment-type-mismatch"
    title = Words(
        en="The file is not what it says it is. Send a JPEG or PNG picture, or a PDF.",
        ar="محتوى الملف لا يطابق نوعه المعلن. أرسل صورة JPEG أو PNG أو ملف PDF.",
        ckb="ناوەڕۆکی فایلەکە لەگەڵ جۆرە ڕاگەیەندراوەکەی ناگونجێت. وێنەی JPEG یان PNG یان PDF بنێرە.",
    )


class AttachmentTooLarge(Problem):
    """The file is larger than a case takes; `largest` says how many bytes it may have."""

    status = 413
    slug = "attachment-too-large"
    title = Words(
        en="The file is too large. Photograph it again in a lower resolution, or send its pages apart.",
        ar="حجم الملف كبير جدًا. صوّره من جديد بدقة أقل أو أرسل صفحاته منفصلة.",
        ckb="قەبارەی فایلەکە زۆر گەورەیە. بە وردییەکی کەمتر وێنەی بگرەوە یان لاپەڕەکانی بە جیا بنێرە.",
    )


class AttachmentsFull(Problem):
    """The case holds as many files as one may."""

    status = 409
    slug = "attachments-full"
    title = Words(
        en="This case holds no more files.", ar="لا يتسع هذا الملف لمزيد من المرفقات.", ckb="ئەم فایلە جێگەی هاوپێچی زیاتری نییە."
    )  # fmt: skip


class AttachmentPartMismatch(Problem):
    """A part has another length than its place demands, or came before with other bytes."""

    status = 422
    slug = "attachment-part-mismatch"
    title = Words(
        en="This part does not belong to the file as it was announced.",
        ar="هذا الجزء لا ينتمي إلى الملف كما أُعلن عنه.",
        ckb="ئەم بەشە سەر بە فایلەکە نییە وەک ڕاگەیەندراوە.",
    )


class AttachmentIncomplete(Problem):
    """Parts are missing; the attachment says which."""

    status = 409
    slug = "attachment-incomplete"
    title = Words(en="Parts of the file are missing.", ar="تنقص أجزاء من الملف.", ckb="بەشێک لە فایلەکە ونە.")


class AttachmentNotClean(Problem):
    """It lies in quarantine, was rejected, or was removed; `state` says which."""

    status = 409
    slug = "attachment-not-clean"
    title = Words(
        en="This file cannot be opened: it was not checked yet, was rejected, or was removed.",
        ar="لا يمكن فتح هذا الملف: لم يُفحص بعد، أو رُفض، أو أُزيل.",
        ckb="ناتوانرێت ئەم فایلە بکرێتەوە: هێشتا نەپشکنراوە، یان ڕەتکراوەتەوە، یان لابراوە.",
    )

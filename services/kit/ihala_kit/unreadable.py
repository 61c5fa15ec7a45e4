"""A body that cannot be read at all, by what the reading fell over: its code, and what to say of it. Kurdish awaits a native reader."""

from ihala_kit.words import Words

FIELD_WORDS = {
    "json_invalid": Words(en="This is not valid JSON.", ar="هذا ليس JSON صالحًا.", ckb="ئەمە JSONێکی دروست نییە."),
    "not_utf8": Words(
        en="The text is not encoded as UTF-8.",
        ar="النص غير مرمّز بترميز UTF-8.",
        ckb="دەقەکە بە UTF-8 کۆد نەکراوە.",
    ),
    "nested_too_deep": Words(
        en="Lists and objects are nested too deeply.",
        ar="القوائم والعناصر متداخلة أكثر من اللازم.",
        ckb="لیست و توخمەکان زۆر لە ناو یەکتردان.",
    ),
    "number_too_long": Words(
        en="A number has too many digits.",
        ar="أحد الأرقام يحتوي على خانات أكثر من اللازم.",
        ckb="ژمارەیەک ڕەنووسی زۆری هەیە.",
    ),
    "character_not_storable": Words(
        en="A text has a character that cannot be stored.",
        ar="يحتوي أحد النصوص على محرف لا يمكن حفظه.",
        ckb="دەقێک پیتێکی تێدایە کە ناتوانرێت هەڵبگیرێت.",
    ),
}
# In this order: the first of them is a kind of the last, which Python's reader raises of a number alone.
_CODES: dict[type[BaseException], str] = {
    UnicodeDecodeError: "not_utf8", RecursionError: "nested_too_deep", ValueError: "number_too_long",
}  # fmt: skip


def fault_of(error: BaseException | None) -> str | None:
    """Return the code of what a reader of JSON fell over, where it is no fault of the JSON's own form; None for anything else."""
    return next((code for kind, code in _CODES.items() if isinstance(error, kind)), None)

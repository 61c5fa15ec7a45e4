"""What is wrong with one field, in the caller's words: by the code that programs read. The Kurdish awaits a native reader."""

from ihala_kit.words import Words

FIELD_WORDS = {
    "no_time_zone": Words(
        en="There is no such time zone. Iraq's is Asia/Baghdad.",
        ar="لا توجد منطقة زمنية كهذه. منطقة العراق هي Asia/Baghdad.",
        ckb="ناوچەیەکی کاتی وا نییە. ئەوەی عێراق Asia/Baghdadـە.",
    ),
    "ends_before_it_begins": Words(en="This ends before it begins.", ar="النهاية تسبق البداية.", ckb="کۆتایی پێش دەستپێکە."),
    "nothing_to_amend": Words(en="Nothing was said to correct.", ar="لم يُذكر أي تصحيح.", ckb="هیچ ڕاستکردنەوەیەک نەوترا."),
}

"""What is wrong with one field, in the caller's words: by the code that programs read. The Kurdish awaits a native reader."""

from ihala_kit.words import Words

FIELD_WORDS = {
    "not_plain_text": Words(
        en="Write plain text: no HTML, and no signs that cannot be seen.",
        ar="اكتب نصًا عاديًا: بلا HTML وبلا رموز غير مرئية.",
        ckb="دەقی سادە بنووسە: بێ HTML و بێ هێمای نەبینراو.",
    ),
    "wrong_order": Words(en="The second lies before the first.", ar="الثاني يسبق الأول.", ckb="دووەم پێش یەکەمە."),
    "schedules_overlap": Words(en="Two schedules overlap.", ar="يتداخل جدولان.", ckb="دوو خشتە لەسەر یەکن."),
    "half_point": Words(
        en="A point has a latitude and a longitude.", ar="للنقطة خط عرض وخط طول.", ckb="خاڵ هێڵی پانی و هێڵی درێژی هەیە."
    ),
    "ordered_twice": Words(
        en="The same is named twice in this order.", ar="ذُكر الشيء نفسه مرتين في هذا الترتيب.",
        ckb="هەمان شت دوو جار لەم ڕیزبەندییەدا هاتووە."
    ),
    "id_and_version_together": Words(
        en="An entry is named by its id together with its version.",
        ar="يُحدَّد السجل بمعرّفه مع نسخته.",
        ckb="تۆمار بە ناسێنەرەکەی لەگەڵ وەشانەکەی دیاری دەکرێت.",
    ),
    "words_missing": Words(
        en="Say what is missing or wrong.", ar="اذكر ما هو ناقص أو خطأ.", ckb="بڵێ چی کەمە یان هەڵەیە."
    ),
    "words_with_return_only": Words(
        en="What is returned needs words, and nothing else has any.",
        ar="ما يُعاد يحتاج إلى توضيح، ولا توضيح لغيره.",
        ckb="ئەوەی دەگەڕێندرێتەوە پێویستی بە ڕوونکردنەوەیە، هیچی تر نییەتی.",
    ),
    "reason_with_refusal_only": Words(
        en="A refusal needs a reason, and nothing else has one.",
        ar="الرفض يحتاج إلى سبب، ولا سبب لغيره.",
        ckb="ڕەتکردنەوە پێویستی بە هۆکارە، هیچی تر نییەتی.",
    ),
    "registration_with_its_check_only": Words(
        en="Only a check of the registration names a registration.",
        ar="لا يُذكر رقم التسجيل إلا في فحص التسجيل.",
        ckb="ژمارەی تۆمارکردن تەنها لە پشکنینی تۆمارکردندا دەنووسرێت.",
    ),
    "granted_with_approval_only": Words(
        en="Only who is approved is given an agreement, a clearance or trust.",
        ar="لا تُمنح اتفاقية أو تصريح أو ثقة إلا مع الموافقة.",
        ckb="ڕێککەوتن و مۆڵەت و متمانە تەنها لەگەڵ پەسەندکردن دەدرێن.",
    ),
}  # fmt: skip

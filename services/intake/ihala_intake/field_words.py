"""What is wrong with one field, in the caller's words: by the code that programs read. The Kurdish awaits a native reader."""

from ihala_kit.words import Words

FIELD_WORDS = {
    "missing": Words(en="This is needed.", ar="هذا الحقل مطلوب.", ckb="ئەمە پێویستە."),
    "string_too_long": Words(en="This text is too long.", ar="هذا النص طويل جدًا.", ckb="ئەم دەقە زۆر درێژە."),
    "string_too_short": Words(en="This may not be empty.", ar="لا يجوز أن يكون هذا فارغًا.", ckb="نابێت ئەمە بەتاڵ بێت."),
    "too_long": Words(en="There are too many of these.", ar="العدد هنا أكبر من المسموح.", ckb="ژمارەی ئەمانە زۆرە."),
    "too_short": Words(en="At least one is needed here.", ar="يلزم واحد على الأقل هنا.", ckb="لێرە لانیکەم یەک دانە پێویستە."),
    "extra_forbidden": Words(en="This field is not known here.", ar="هذا الحقل غير معروف هنا.", ckb="ئەم خانەیە لێرە نەناسراوە."),
    "direction_override": Words(
        en="This text holds signs that turn its direction around. Type it again.",
        ar="يحتوي هذا النص على رموز تعكس اتجاه الكتابة. اكتبه من جديد.",
        ckb="ئەم دەقە هێمای تێدایە کە ئاڕاستەی نووسین دەگۆڕێت. دووبارە بینووسەرەوە.",
    ),
    "control_character": Words(
        en="This text holds signs that cannot be seen. Type it again.",
        ar="يحتوي هذا النص على رموز غير مرئية. اكتبه من جديد.",
        ckb="ئەم دەقە هێمای نەبینراوی تێدایە. دووبارە بینووسەرەوە.",
    ),
    "name_without_letters": Words(
        en="A name has at least one letter.", ar="يجب أن يحتوي الاسم على حرف واحد على الأقل.", ckb="ناو لانیکەم یەک پیتی تێدایە."
    ),
    "not_in_latin_letters": Words(en="Write this in Latin letters.", ar="اكتب هذا بالأحرف اللاتينية.", ckb="ئەمە بە پیتی لاتینی بنووسە."),
    "phone_number": Words(en="This is not a phone number.", ar="هذا ليس رقم هاتف.", ckb="ئەمە ژمارەی تەلەفۆن نییە."),
    "phone_prefix_missing": Words(
        en="This is not a number of Iraq. Write a number of another country with its prefix (+90, +49 …).",
        ar="هذا ليس رقمًا عراقيًا. اكتب رقم البلد الآخر مع رمزه الدولي (+90، +49 …).",
        ckb="ئەمە ژمارەی عێراق نییە. ژمارەی وڵاتی تر بە کۆدی وڵاتەکەوە بنووسە (+90، +49 …).",
    ),
    "impossible_date": Words(en="There is no such day.", ar="لا يوجد يوم كهذا.", ckb="ڕۆژێکی وا نییە."),
    "date_from_datetime_parsing": Words(en="There is no such day.", ar="لا يوجد يوم كهذا.", ckb="ڕۆژێکی وا نییە."),
    "not_a_birth": Words(
        en="Nobody alive was born then.", ar="لا يمكن أن يكون هذا تاريخ ميلاد.", ckb="ئەمە ناتوانێت بەرواری لەدایکبوون بێت."
    ),
    "births_differ": Words(
        en="The day and the year of birth differ.", ar="يوم الميلاد وسنته غير متطابقين.", ckb="ڕۆژ و ساڵی لەدایکبوون جیاوازن."
    ),
    "in_the_future": Words(en="This day is still to come.", ar="هذا التاريخ لم يأتِ بعد.", ckb="ئەم بەروارە هێشتا نەهاتووە."),
    "ends_before_it_begins": Words(en="This ends before it begins.", ar="النهاية تسبق البداية.", ckb="کۆتایی پێش دەستپێکە."),
    "unknown_group": Words(
        en="This group of people is not in the list.", ar="هذه الفئة غير موجودة في القائمة.", ckb="ئەم گرووپە لە لیستەکەدا نییە."
    ),
    "unknown_country": Words(
        en="There is no country with this code.", ar="لا يوجد بلد بهذا الرمز.", ckb="وڵاتێک بەم کۆدە نییە."
    ),
    "guardian_of_an_adult": Words(
        en="An adult has no guardian: ask the person alone.", ar="لا وصيّ للبالغ: اسأل الشخص بمفرده.",
        ckb="کەسی باڵغ سەرپەرشتیاری نییە: بە تەنیا لە کەسەکە بپرسە.",
    ),
    "guardian_without_name": Words(
        en="Say what to call the guardian.", ar="اذكر اسم الوصيّ.", ckb="بڵێ سەرپەرشتیارەکە چۆن بانگ دەکرێت."
    ),
    "guardian_is_none": Words(
        en="Nobody is there: say nothing of a guardian.", ar="لا يوجد وصيّ: لا تذكر بياناته.", ckb="کەس نییە: هیچ لەسەر سەرپەرشتیار مەنووسە."
    ),
    "guardian_is_unsafe": Words(
        en="An unsafe guardian is not asked, told or reached.", ar="الوصيّ غير الآمن لا يُسأل ولا يُبلَّغ ولا يُتصل به.",
        ckb="سەرپەرشتیاری ناپارێزراو لێی ناپرسرێت و ئاگادار ناکرێتەوە و پەیوەندی پێوە ناکرێت.",
    ),
    "cannot_be_taken_away": Words(
        en="What to call the person, where they are and in which language they read is always kept.",
        ar="يبقى ما يُنادى به الشخص ومكانه ولغة قراءته محفوظًا دائمًا.",
        ckb="ناوی بانگکردن و شوێن و زمانی خوێندنەوەی کەسەکە هەمیشە دەمێننەوە.",
    ),
    "nothing_to_change": Words(en="Nothing was said to change.", ar="لم يُذكر أي تغيير.", ckb="هیچ گۆڕانکارییەک نەوترا."),
    "nothing_to_correct": Words(en="Nothing was said to correct.", ar="لم يُذكر أي تصحيح.", ckb="هیچ ڕاستکردنەوەیەک نەوترا."),
    "exactly_one": Words(en="Name exactly one of these.", ar="اذكر واحدًا فقط من هذه.", ckb="تەنها یەکێک لەمانە دیاری بکە."),
}  # fmt: skip

"""What is wrong with one field, in the caller's words: by the code that programs read. The Kurdish awaits a native reader."""

from ihala_kit.words import Words

_CHOOSE = Words(en="Choose one of the list.", ar="اختر واحدًا من القائمة.", ckb="یەکێک لە لیستەکە هەڵبژێرە.")
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
    "email_address": Words(
        en="This is not an e-mail address.", ar="هذا ليس عنوان بريد إلكتروني.", ckb="ئەمە ناونیشانی ئیمەیڵ نییە."
    ),
    "only_of_an_email": Words(
        en="Only an e-mail has an address here.", ar="العنوان هنا للبريد الإلكتروني فقط.", ckb="لێرە ناونیشان تەنها بۆ ئیمەیڵە."
    ),
    "phone_number": Words(en="This is not a phone number.", ar="هذا ليس رقم هاتف.", ckb="ئەمە ژمارەی تەلەفۆن نییە."),
    "phone_prefix_missing": Words(
        en="This is not a number of Iraq. Write a number of another country with its prefix (+90, +49 …).",
        ar="هذا ليس رقمًا عراقيًا. اكتب رقم البلد الآخر مع رمزه الدولي (+90، +49 …).",
        ckb="ئەمە ژمارەی عێراق نییە. ژمارەی وڵاتی تر بە کۆدی وڵاتەکەوە بنووسە (+90، +49 …).",
    ),
    "impossible_date": Words(en="There is no such day.", ar="لا يوجد يوم كهذا.", ckb="ڕۆژێکی وا نییە."),
    "not_a_date": Words(
        en="Write a day as 2026-01-31.", ar="اكتب التاريخ هكذا: 2026-01-31.", ckb="بەروار بەم شێوەیە بنووسە: 2026-01-31."
    ),
    "date_from_datetime_parsing": Words(en="There is no such day.", ar="لا يوجد يوم كهذا.", ckb="ڕۆژێکی وا نییە."),
    "not_a_birth": Words(
        en="Nobody alive was born then.", ar="لا يمكن أن يكون هذا تاريخ ميلاد.", ckb="ئەمە ناتوانێت بەرواری لەدایکبوون بێت."
    ),
    "births_differ": Words(
        en="The day and the year of birth differ.", ar="يوم الميلاد وسنته غير متطابقين.", ckb="ڕۆژ و ساڵی لەدایکبوون جیاوازن."
    ),
    "in_the_future": Words(en="This day is still to come.", ar="هذا التاريخ لم يأتِ بعد.", ckb="ئەم بەروارە هێشتا نەهاتووە."),
    "reason_of_a_refusal": Words(en="Say why it is refused.", ar="اذكر سبب الرفض.", ckb="هۆکاری ڕەتکردنەوەکە بڵێ."),
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
    "call": Words(
        en="Say how a consent by telephone was made sure of; other consents need none of this.",
        ar="بيّن كيف جرى التأكد من الموافقة الهاتفية؛ لا يلزم ذلك لغيرها.",
        ckb="بڵێ چۆن لە ڕەزامەندیی تەلەفۆنی دڵنیا بوویتەوە؛ بۆ جۆری تر پێویست نییە.",
    ),
    "call_back_first": Words(
        en="Call back before a consent by telephone is written down.", ar="أعد الاتصال قبل تدوين الموافقة الهاتفية.",
        ckb="پێش نووسینی ڕەزامەندیی تەلەفۆنی دووبارە پەیوەندی بکەرەوە.",
    ),
    "witness_or_signature": Words(
        en="Name a witness, or the day on which the person signs.", ar="اذكر شاهدًا أو اليوم الذي يوقّع فيه الشخص.",
        ckb="شایەتێک یان ئەو ڕۆژەی کەسەکە واژوو دەکات دیاری بکە.",
    ),
    "named_and_objected_to": Words(
        en="The same organisation is both named and objected to.", ar="الجهة نفسها مذكورة ومُعترَض عليها معًا.",
        ckb="هەمان ڕێکخراو هەم دیاری کراوە و هەم ناڕەزایی لێ دەربڕاوە.",
    ),
    "assent_of_an_adult": Words(
        en="An adult consents alone; assent is a child's.", ar="البالغ يوافق بنفسه؛ القبول للطفل فقط.",
        ckb="کەسی باڵغ خۆی ڕەزامەندی دەدات؛ ئەمە تەنها بۆ منداڵە.",
    ),
    "old_enough_to_be_asked": Words(
        en="A child of this age is asked.", ar="يُسأل الطفل في هذه السن.", ckb="لەم تەمەنەدا لە منداڵەکە دەپرسرێت."
    ),
    "legal_basis": Words(
        en="What is kept is kept on a legal basis; what is deleted on none.", ar="ما يُحتفظ به يلزمه أساس قانوني، وما حُذف لا يلزمه.",
        ckb="ئەوەی هەڵدەگیرێت بنەمای یاسایی دەوێت، ئەوەی سڕایەوە نا.",
    ),
    "in_the_past": Words(en="This is in the past.", ar="هذا الوقت قد مضى.", ckb="ئەمە ڕابردووە."),
    "too_far": Words(en="This is too far ahead.", ar="هذا الوقت بعيد جدًا.", ckb="ئەمە زۆر دوورە."),
    "out_of_range": Words(
        en="This is outside of what is possible here.", ar="هذا خارج الحدود الممكنة هنا.", ckb="ئەمە لە دەرەوەی سنووری ڕێگەپێدراوە."
    ),
    "string_pattern_mismatch": Words(
        en="This is not written as it must be here.", ar="هذا غير مكتوب بالصيغة المطلوبة هنا.", ckb="ئەمە بەو شێوەیە نەنووسراوە کە پێویستە."
    ),
    "literal_error": _CHOOSE,
    "enum": _CHOOSE,
    "unknown_choice": Words(
        en="This answer is not among the choices.", ar="هذا الجواب ليس ضمن الخيارات.", ckb="ئەم وەڵامە لە هەڵبژاردنەکاندا نییە."
    ),
    "unknown_question": Words(
        en="The questionnaire has no such question.", ar="لا يوجد سؤال كهذا في الاستبيان.", ckb="پرسیاری وا لە پرسیارنامەکەدا نییە."
    ),
    "not_asked": Words(
        en="After the other answers this is not asked.", ar="لا يُطرح هذا السؤال بعد الأجوبة الأخرى.",
        ckb="دوای وەڵامەکانی تر ئەم پرسیارە ناکرێت.",
    ),
    "wrong_kind": Words(
        en="The question asks for another kind of answer.", ar="يطلب السؤال نوعًا آخر من الأجوبة.", ckb="پرسیارەکە جۆرێکی تر لە وەڵام دەوێت."
    ),
    "chosen_twice": Words(en="The same was chosen twice.", ar="اختير الشيء نفسه مرتين.", ckb="هەمان شت دوو جار هەڵبژێردراوە."),
    "amount_and_currency": Words(en="Money has an amount and a currency.", ar="للمبلغ مقدار وعملة.", ckb="پارە بڕ و دراوی هەیە."),
    "given_or_instalments": Words(
        en="Say either when it was given, or in which instalments.", ar="اذكر إما وقت التسليم أو الأقساط.",
        ckb="یان کاتی پێدان یان بەشەکان دیاری بکە.",
    ),
    "items_missing": Words(en="Name the things that were given.", ar="اذكر الأشياء التي قُدّمت.", ckb="ئەو شتانە ناو ببە کە دراون."),
    "holds_a_number": Words(
        en="Leave out numbers by which somebody is found.", ar="احذف الأرقام التي تدل على شخص.",
        ckb="ئەو ژمارانە لابە کە کەسێکیان پێ دەدۆزرێتەوە.",
    ),
    "holds_an_address": Words(
        en="Leave out addresses by which somebody is found.", ar="احذف العناوين التي تدل على شخص.",
        ckb="ئەو ناونیشانانە لابە کە کەسێکیان پێ دەدۆزرێتەوە.",
    ),
    "holds_a_reference": Words(
        en="Leave out references of people's files.", ar="احذف أرقام ملفات الأشخاص.", ckb="ژمارەی دۆسیەی کەسەکان لابە."
    ),
    "nothing_or_too_much": Words(
        en="Ask about 1 to 200 in one call.", ar="اسأل عن 1 إلى 200 في الطلب الواحد.", ckb="لە یەک داواکاریدا لە ١ تا ٢٠٠ بپرسە."
    ),
    "only_from_abroad": Words(
        en="Country and programme belong to a return from abroad.", ar="البلد والبرنامج يخصان العودة من الخارج.",
        ckb="وڵات و بەرنامە هی گەڕانەوەن لە دەرەوە.",
    ),
    "not_a_programmes": Words(
        en="Only a programme's plan has steps that were done before.",
        ar="الخطوات المنجزة سابقًا لا تكون إلا في خطة برنامج.",
        ckb="تەنها پلانی بەرنامە هەنگاوی پێشتر کراوی هەیە.",
    ),
    "step_without_ref": Words(
        en="Each step of a programme's plan has its own number.",
        ar="لكل خطوة في خطة البرنامج رقم خاص بها.",
        ckb="هەر هەنگاوێکی پلانی بەرنامە ژمارەی خۆی هەیە.",
    ),
    "ref_twice": Words(en="Two steps have the same number.", ar="خطوتان لهما الرقم نفسه.", ckb="دوو هەنگاو هەمان ژمارەیان هەیە."),
    "the_same_row": Words(en="Name two different persons.", ar="اذكر شخصين مختلفين.", ckb="دوو کەسی جیاواز دیاری بکە."),
}  # fmt: skip

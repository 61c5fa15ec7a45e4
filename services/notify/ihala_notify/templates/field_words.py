"""What is wrong with a text that may be sent to people, in words: by the code that programs read. The Kurdish awaits a native reader."""

from ihala_kit.words import Words

FIELD_WORDS = {
    "placeholder_malformed": Words(
        en="A placeholder is a name between braces, and braces stand for nothing else.",
        ar="العنصر النائب اسم بين قوسين معقوفين، ولا تُستخدم هذه الأقواس لغير ذلك.",
        ckb="شوێنگر ناوێکە لە نێوان کەوانەی لوولدا، ئەم کەوانانە بۆ شتی تر نین.",
    ),
    "placeholder_unknown": Words(
        en="This template does not know such a placeholder.",
        ar="هذا القالب لا يعرف عنصرًا نائبًا كهذا.",
        ckb="ئەم قاڵبە شوێنگرێکی لەو شێوەیە ناناسێت.",
    ),
    "placeholder_required": Words(
        en="This must be said, in a sentence that is never left out.",
        ar="يجب ذكر هذا في جملة لا تُحذف أبدًا.",
        ckb="پێویستە ئەمە بگوترێت، لە ڕستەیەکدا کە هەرگیز لانابرێت.",
    ),
    "placeholder_missing_here": Words(
        en="Another language says this; all three say the same.",
        ar="لغة أخرى تذكر هذا؛ يجب أن تقول اللغات الثلاث الشيء نفسه.",
        ckb="زمانێکی تر ئەمە دەڵێت؛ هەر سێ زمان هەمان شت دەڵێن.",
    ),
    "placeholder_is_no_number": Words(
        en="Forms go by a number.", ar="تتبع الصيغ عددًا.", ckb="شێوەکان بەپێی ژمارەن."
    ),
    "plural_form_missing": Words(
        en="This form of the language is missing.", ar="هذه الصيغة من اللغة ناقصة.", ckb="ئەم شێوەیەی زمانەکە کەمە."
    ),
    "plural_form_unknown": Words(
        en="This language has no such form.", ar="ليس لهذه اللغة صيغة كهذه.", ckb="ئەم زمانە شێوەیەکی لەو جۆرەی نییە."
    ),
    "hidden_letter": Words(
        en="This text holds signs that cannot be seen. Type it again.",
        ar="يحتوي هذا النص على رموز غير مرئية. اكتبه من جديد.",
        ckb="ئەم دەقە هێمای نەبینراوی تێدایە. دووبارە بینووسەرەوە.",
    ),
    "digit_not_latin": Words(en="Write digits as 0 to 9.", ar="اكتب الأرقام بالشكل 0 إلى 9.", ckb="ژمارەکان بە 0 تا 9 بنووسە."),
    "markup": Words(
        en="Write plain text, without signs of markup.",
        ar="اكتب نصًا عاديًا دون رموز تنسيق.",
        ckb="دەقی سادە بنووسە، بێ هێمای ڕازاندنەوە.",
    ),
    "link": Words(
        en="No link, domain or e-mail address: a stranger could use one like it.",
        ar="لا روابط ولا نطاقات ولا عناوين بريد: قد يستغل غريب ما يشبهها.",
        ckb="نە بەستەر و نە دۆمەین و نە ئیمەیڵ: کەسێکی نامۆ دەتوانێت هاوشێوەی بەکاربهێنێت.",
    ),
    "number": Words(
        en="No number of your own: the office's phone is put in where {phone} stands.",
        ar="لا تكتب رقمًا: يوضع هاتف المكتب مكان {phone}.",
        ckb="ژمارە مەنووسە: تەلەفۆنی ئۆفیس لە شوێنی {phone} دادەنرێت.",
    ),
    "question": Words(
        en="No question: nobody can answer a message.",
        ar="لا تطرح سؤالًا: لا يمكن الرد على الرسالة.",
        ckb="پرسیار مەکە: کەس ناتوانێت وەڵامی نامەکە بداتەوە.",
    ),
    "asks_for_reply": Words(
        en="Do not ask for a reply: nobody can answer a message. Give the number to call.",
        ar="لا تطلب ردًا: لا يمكن الرد على الرسالة. اذكر الرقم للاتصال.",
        ckb="داوای وەڵام مەکە: کەس ناتوانێت وەڵامی نامەکە بداتەوە. ژمارەکە بۆ پەیوەندی بڵێ.",
    ),
    "violence": Words(
        en="No words of violence: somebody else may read the message.",
        ar="لا كلمات عن العنف: قد يقرأ الرسالة شخص آخر.",
        ckb="هیچ وشەیەک دەربارەی توندوتیژی نا: لەوانەیە کەسێکی تر نامەکە بخوێنێتەوە.",
    ),
    "wrong_script": Words(
        en="These are not the letters of this language.", ar="هذه ليست حروف هذه اللغة.", ckb="ئەمانە پیتی ئەم زمانە نین."
    ),
    "too_many_sms": Words(en="This is too long for a message.", ar="هذا أطول من رسالة.", ckb="ئەمە بۆ نامەیەک زۆر درێژە."),
    "fact_missing": Words(en="The text needs this.", ar="النص يحتاج هذا.", ckb="دەقەکە پێویستی بەمەیە."),
    "fact_unknown": Words(en="The text does not ask for this.", ar="النص لا يطلب هذا.", ckb="دەقەکە داوای ئەمە ناکات."),
    "fact_malformed": Words(
        en="This is no value of its kind.", ar="هذه ليست قيمة من هذا النوع.", ckb="ئەمە بەهای ئەو جۆرە نییە."
    ),
    "texts_or_built_in": Words(
        en="Either new texts or the built-in ones again.",
        ar="إما نصوص جديدة أو العودة إلى النصوص المدمجة.",
        ckb="یان دەقی نوێ یان گەڕانەوە بۆ دەقە ناوخۆییەکان.",
    ),
    "in_the_past": Words(en="This lies in the past.", ar="هذا في الماضي.", ckb="ئەمە لە ڕابردوودایە."),
    "too_far_away": Words(en="This is more than a year away.", ar="هذا بعد أكثر من سنة.", ckb="ئەمە زیاتر لە ساڵێک دوورە."),
}  # fmt: skip

"""What the page says, in its three languages. Kurdish awaits a native reader."""

from typing import Final

from ihala_kit.words import Words

TITLE: Final = Words(en="Messages", ar="الرسائل", ckb="نامەکان")
ABOUT: Final = Words(
    en="What people were sent from this machine, as their phones would show it. None of it was really sent.",
    ar="ما أُرسل إلى الناس من هذا الجهاز، كما يظهر على هواتفهم. لم يُرسل شيء منها فعليًا.",
    ckb="ئەوەی لەم ئامێرەوە بۆ خەڵک نێردراوە، وەک لە تەلەفۆنەکانیاندا دەردەکەوێت. هیچیان بەڕاستی نەنێردراون.",
)
NOTHING: Final = Words(en="Nothing came yet.", ar="لم يصل شيء بعد.", ckb="هێشتا هیچ نەگەیشتووە.")
NUMBERS: Final = Words(en="What numbers do, by their end", ar="ما يفعله الرقم حسب نهايته", ckb="ژمارەکان بەپێی کۆتاییان چی دەکەن")
OTHERS: Final = Words(en="any other", ar="أي رقم آخر", ckb="هەر ژمارەیەکی تر")
MAILS: Final = Words(
    en="Mail to unknown…@ is refused, to busy…@ put off.",
    ar="البريد إلى unknown…@ يُرفض، وإلى busy…@ يؤجل.",
    ckb="ئیمەیڵ بۆ unknown…@ ڕەت دەکرێتەوە، بۆ busy…@ دوادەخرێت.",
)
WAYS: Final = {
    "smpp": Words(en="SMS by SMPP", ar="رسائل SMS عبر SMPP", ckb="SMS بە SMPP"),
    "http": Words(en="SMS by HTTP", ar="رسائل SMS عبر HTTP", ckb="SMS بە HTTP"),
    "mail": Words(en="E-mail by SMTP", ar="البريد الإلكتروني عبر SMTP", ckb="ئیمەیڵ بە SMTP"),
}
TAKE_AWAY: Final = Words(en="Take away", ar="أوقفه", ckb="لایبە")
BRING_BACK: Final = Words(en="Bring back", ar="أعده", ckb="بیگەڕێنەوە")
AWAY: Final = Words(en="away", ar="متوقف", ckb="لابراوە")
STATES: Final = {
    "arrived": Words(en="delivered", ar="وصلت", ckb="گەیشت"),
    "late": Words(en="on its way", ar="في الطريق", ckb="لە ڕێگادایە"),
    "never": Words(en="cannot be delivered", ar="لا يمكن إيصالها", ckb="ناگەیەنرێت"),
    "off": Words(en="the phone was off", ar="كان الهاتف مغلقًا", ckb="تەلەفۆنەکە کوژابووەوە"),
    "silent": Words(en="no receipt", ar="بلا إشعار", ckb="بێ وەڵامی گەیشتن"),
    "unknown": Words(en="refused: no such number", ar="رُفضت: رقم غير موجود", ckb="ڕەتکرایەوە: ژمارەکە نییە"),
    "busy": Words(en="refused: busy", ar="رُفضت: الشبكة مشغولة", ckb="ڕەتکرایەوە: تۆڕەکە سەرقاڵە"),
}
SCRIPT: Final = {  # what a number that ends so does, as `script.py` has it
    "9001": Words(en="always fails, for good", ar="يفشل دائمًا ونهائيًا", ckb="هەمیشە شکست دەهێنێت"),
    "9002": Words(en="arrives late", ar="يصل متأخرًا", ckb="درەنگ دەگات"),
    "9003": Words(en="is no number at all", ar="رقم غير موجود", ckb="ژمارەکە بوونی نییە"),
    "9004": Words(en="phone off the whole time", ar="الهاتف مغلق طوال الوقت", ckb="تەلەفۆنەکە هەمیشە کوژاوەیە"),
    "9005": Words(en="never a word of it", ar="لا يأتي عنه أي إشعار", ckb="هیچ هەواڵێکی لێ نایەت"),
    "9006": Words(en="network always busy", ar="الشبكة مشغولة دائمًا", ckb="تۆڕەکە هەمیشە سەرقاڵە"),
}
ARRIVES: Final = Words(en="arrives at once", ar="يصل فورًا", ckb="یەکسەر دەگات")
PARTS: Final = Words(en="parts", ar="أجزاء", ckb="بەش")
TRIES: Final = Words(en="tries", ar="محاولات", ckb="هەوڵ")

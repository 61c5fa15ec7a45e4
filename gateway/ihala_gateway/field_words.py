"""What is wrong with one field, in the caller's words: by the code that programs read. The Kurdish awaits a native reader."""

from ihala_kit.words import Words

FIELD_WORDS = {
    "in_the_future": Words(en="This day is still to come.", ar="هذا التاريخ لم يأتِ بعد.", ckb="ئەم بەروارە هێشتا نەهاتووە."),
    "not_plain_text": Words(
        en="Write plain text, without signs that cannot be seen; a name on one line.",
        ar="اكتب نصًا عاديًا بلا رموز غير مرئية، والاسم في سطر واحد.",
        ckb="دەقی سادە بنووسە، بێ هێمای نەبینراو؛ ناو لە یەک دێڕدا.",
    ),
    "not_a_subject": Words(
        en="Write the certificate's subject as RFC 4514 does: CN=system,O=Organisation,C=IQ.",
        ar="اكتب صاحب الشهادة كما في RFC 4514: CN=system,O=Organisation,C=IQ.",
        ckb="خاوەنی بڕوانامەکە وەک RFC 4514 بنووسە: CN=system,O=Organisation,C=IQ.",
    ),
    "not_a_dns_name": Words(en="This is not the name of a host.", ar="هذا ليس اسم مضيف.", ckb="ئەمە ناوی ڕاژەکارێک نییە."),
    "one_proof": Words(
        en="A client proves itself in one way: jwks, jwks_uri, tls_subject_dn, tls_san_dns or with_secret.",
        ar="يثبت العميل هويته بطريقة واحدة: jwks أو jwks_uri أو tls_subject_dn أو tls_san_dns أو with_secret.",
        ckb="سیستەم بە یەک ڕێگا خۆی دەناسێنێت: jwks یان jwks_uri یان tls_subject_dn یان tls_san_dns یان with_secret.",
    ),
    "mutual_tls_without_keys": Words(
        en="mutual_tls is about the keys in jwks, and there are none.",
        ar="يتعلق mutual_tls بالمفاتيح في jwks، ولا توجد مفاتيح.",
        ckb="mutual_tls دەربارەی کلیلەکانی jwksـە، کلیل نییە.",
    ),
    "secret_of_a_live_client": Words(
        en="Only a sandbox client has a secret; a live one has keys.",
        ar="كلمة السر لعملاء التجربة فقط؛ أما العميل الفعلي فله مفاتيح.",
        ckb="وشەی نهێنی تەنها بۆ سیستەمی تاقیکردنەوەیە؛ سیستەمی ڕاستەقینە کلیلی هەیە.",
    ),
}

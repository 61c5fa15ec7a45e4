"""Facts as they may be, for previews and for measuring a text before anybody is sent it."""

from datetime import date, time

from ihala_kit.words import Language, Words

from ihala_notify.laying import Fact

_ORGANIZATION = Words(en="Housing and Legal Aid Organisation", ar="منظمة السكن والمساعدة القانونية", ckb="ڕێکخراوی خانوو و یارمەتی یاسایی")
_ADDRESS = Words(
    en="Market Street, beside the school, Telafar", ar="شارع السوق، قرب المدرسة، تلعفر", ckb="شەقامی بازاڕ، تەنیشت قوتابخانە، تەلەعفەر"
)
_HOURS = Words(en="Sunday to Thursday, 08:00 to 14:00", ar="الأحد إلى الخميس، 08:00 إلى 14:00", ckb="یەکشەممە تا پێنجشەممە، 08:00 تا 14:00")
_DOCUMENTS = Words(en="any paper that you have", ar="أي وثيقة متوفرة", ckb="هەر بەڵگەنامەیەک کە هەتانە")


def sample_facts(language: Language) -> dict[str, Fact]:
    """Return a value for every placeholder; numbers are of a range that nobody has."""
    return {
        "reference": "NIN-7K3F-92QX",
        "phone": "+964 700 000 0001",
        "organization": _ORGANIZATION.spoken(language),
        "organization_phone": "+964 700 000 0022",
        "address": _ADDRESS.spoken(language),
        "hours": _HOURS.spoken(language),
        "documents": _DOCUMENTS.spoken(language),
        "date": date(2026, 12, 3),
        "time": time(9, 30),
        "count": 20,
    }

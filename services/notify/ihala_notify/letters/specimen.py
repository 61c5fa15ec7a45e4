"""Draws a letter of nobody's: `python -m ihala_notify.letters.specimen ar docs/letter-ar.png` (or …/slip.pdf referral_slip)."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ihala_kit.words import Language

from ihala_notify.letters.draw import drawn
from ihala_notify.letters.rules import LASTS, Kind, Shows
from ihala_notify.letters.sheets import Facts, sheet_of

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
CODE = "LTR-7K3F-92QX"
_NAMES = {
    "office": {
        "ar": "وزارة الهجرة والمهجرين، مكتب تلعفر",
        "ckb": "وەزارەتی کۆچ و کۆچبەران، نووسینگەی تەلەعفەر",
        "en": "Ministry of Migration and Displacement, Tal Afar",
    },
    "provider": {"ar": "منظمة السكن", "ckb": "ڕێکخراوی خانوو", "en": "Housing Organisation"},
}
_SERVICE = {
    "address": {"ar": "شارع السوق، تلعفر", "ckb": "شەقامی بازاڕ، تەلەعفەر", "en": "Market Street, Tal Afar"},
    "opening_hours": {
        "ar": "الأحد إلى الخميس، 08:00–14:00",
        "ckb": "یەکشەممە تا پێنجشەممە، 08:00–14:00",
        "en": "Sunday to Thursday, 08:00–14:00",
    },
    "documents_to_bring": {"ar": "أي وثيقة متوفرة", "ckb": "هەر بەڵگەنامەیەک کە هەبێت", "en": "any paper you have"},
}
_BEARERS = {"ar": "ليلى خالد حسن", "ckb": "شێرین ئەحمەد عەلی", "en": "Layla Khalid Hasan"}


def specimen(language: Language, kind: Kind = "support_letter", shows: Shows | None = None) -> dict[str, Any]:
    """Return the sheet of an example."""
    facts = Facts(
        {"names": _NAMES["office"], "phone": "+964 700 000 0001"}, "NIN-7K3F-92QX",
        {"names": _NAMES["provider"], "phone": "+964 700 000 0022"}, _SERVICE, AT, AT + LASTS[kind], _BEARERS[language],
    )  # fmt: skip
    shown = shows or ("plain" if kind == "support_letter" else "full")
    return sheet_of(kind, shown, language, facts, CODE, f"https://ihala.example/notify/v1/slips/{CODE}").as_dict()


if __name__ == "__main__":
    target = Path(sys.argv[2])
    wanted: Any = (sys.argv[1], *sys.argv[3:])
    target.write_bytes(drawn(specimen(*wanted), "png" if target.suffix == ".png" else "pdf"))

"""Published figures as they are read: with names, as JSON or CSV."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date

from ihala_kit.words import Language

from ihala_referral.statistics import measures, words
from ihala_referral.statistics.models import Figure
from ihala_referral.tables import StatisticFigure, StatisticSheet


def figures(
    rows: Iterable[StatisticFigure], sheets: Mapping[tuple[date, str], StatisticSheet], language: Language
) -> list[Figure]:  # fmt: skip
    """Return figures with their names in a language."""
    return [
        Figure(
            period=row.period, final=sheets[row.quarter, row.governorate].final, governorate=row.governorate,
            governorate_name=words.place(row.governorate, language), measure=row.measure,
            measure_name=words.named("measure", row.measure, language), by=row.breakdown, category=row.category,
            category_name=words.named(row.breakdown, row.category, language), count=row.n,
            hidden=row.measure not in measures.FED_BY and row.n is None,
            median_hours=row.median_hours, p90_hours=row.p90_hours,
        )
        for row in rows
    ]  # fmt: skip


def as_csv(items: Iterable[Figure]) -> bytes:
    """Return the same as CSV in UTF-8 with a byte order mark, as spreadsheets want it; what is hidden is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(Figure.model_fields))
    writer.writeheader()
    writer.writerows(item.model_dump() for item in items)
    return out.getvalue().encode("utf-8-sig")

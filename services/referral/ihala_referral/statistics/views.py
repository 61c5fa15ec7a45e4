"""Published figures as they are read: with names, as JSON or CSV."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date

from ihala_kit.words import Language

from ihala_referral.statistics import measures, words
from ihala_referral.statistics.models import Figure, Figures
from ihala_referral.statistics.reading import Row


def figures(rows: Iterable[Row], final: Mapping[tuple[date, str], bool], language: Language) -> Figures:
    """Return figures with their names in a language; `final` tells it of the sheets, by quarter and governorate."""
    items = [
        Figure(
            period=period, final=final[quarter, governorate], governorate=governorate, governorate_name=words.place(governorate, language),
            measure=measure, measure_name=words.named("measure", measure, language), by=by, category=category,
            category_name=words.named(by, category, language), count=n, hidden=n is None and measure not in measures.FED_BY,
            median_hours=median, p90_hours=p90,
        )
        for quarter, period, governorate, measure, by, category, n, median, p90 in rows
    ]  # fmt: skip
    return Figures(items=items)


def as_json(found: Figures) -> bytes:
    """Return them as JSON."""
    return found.model_dump_json().encode()


def as_csv(found: Figures) -> bytes:
    """Return them as CSV in UTF-8 with a byte order mark, as spreadsheets want it; what is hidden is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(Figure.model_fields))
    writer.writeheader()
    writer.writerows(vars(item) for item in found.items)
    return out.getvalue().encode("utf-8-sig")

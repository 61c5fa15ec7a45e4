"""The sheet to fill in: columns of who does what, where, for whom; the codes that may stand in them; and how to use it."""

from io import BytesIO

from ihala_kit.words import Language, Words
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ihala_directory.imports import limits
from ihala_directory.imports.choices import lists
from ihala_directory.imports.columns import columns
from ihala_directory.imports.sheet import SHEET
from ihala_directory.places import places

_HEAD, _NEEDED = PatternFill("solid", fgColor="E6EEF5"), PatternFill("solid", fgColor="F7E3B0")
_HELP = (
    Words("One row is one service at one location.", "كل صف هو خدمة واحدة في موقع واحد.", "هەر ڕیزێک خزمەتگوزارییەکە لە شوێنێک."),
    Words("Yellow columns are needed.", "الأعمدة الصفراء مطلوبة.", "ستوونە زەردەکان پێویستن."),
    Words(
        "Several codes in one cell: put a semicolon between them.",
        "عدة رموز في خلية واحدة: ضع بينها فاصلة منقوطة.",
        "چەند کۆدێک لە یەک خانە: نیشانەی ; لە نێوانیان دابنێ.",
    ),
    Words(
        "An empty cell says nothing: what is known stays as it is. What a sheet does not name is not closed.",
        "الخلية الفارغة لا تقول شيئًا: يبقى المعروف كما هو. ما لا تذكره الورقة لا يُغلق.",
        "خانەی بەتاڵ هیچ ناڵێت: ئەوەی زانراوە وەک خۆی دەمێنێتەوە. ئەوەی لە پەڕەکەدا نییە داناخرێت.",
    ),
    Words("Write no names of persons in need.", "لا تكتب أسماء أشخاص محتاجين.", "ناوی کەسانی پێویستدار مەنووسە."),
)


def xlsx(language: Language) -> bytes:
    """Return the template, its heads and help in this language."""
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = SHEET
    _columns(page, language)
    _help(book.create_sheet("Help"), language)
    _codes(book.create_sheet("Codes"))
    _places(book.create_sheet("Places"))
    for one in book.worksheets:
        one.sheet_view.rightToLeft = language != "en"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _columns(page: Worksheet, language: Language) -> None:
    for number, column in enumerate(columns().values(), 1):
        cell = page.cell(1, number, column.header.spoken(language))
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        cell.fill = _NEEDED if column.needed else _HEAD
        letter = get_column_letter(number)
        page.column_dimensions[letter].width = 22
        if column.kind in {"text", "id", "phone"}:
            page.column_dimensions[letter].number_format = "@"
        choices = ",".join(column.choices)
        if column.kind in {"choice", "flag"} and len(choices) < 250:
            validation = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True, showErrorMessage=False)
            page.add_data_validation(validation)
            validation.add(f"{letter}2:{letter}{limits.MOST_ROWS + 1}")
    page.freeze_panes = "A2"


def _help(page: Worksheet, language: Language) -> None:
    for words in _HELP:
        page.append([words.spoken(language)])
    page.append([])
    for column in columns().values():
        note = column.note.spoken(language) if column.note else ""
        page.append([column.header.spoken(language), column.key, column.example, note])
    for letter, width in zip("ABCD", (60, 24, 30, 80), strict=True):
        page.column_dimensions[letter].width = width


def _codes(page: Worksheet) -> None:
    page.append(["list", "code", "English", "العربية", "کوردی"])
    for name, choices in lists().items():
        for code, words in choices.items():
            page.append([name, code, words.en, words.ar, words.ckb])


def _places(page: Worksheet) -> None:
    page.append(["P-code", "level", "English", "العربية", "کوردی", "within"])
    for place in places().search(None, None, None, 100_000):
        if place.level != "town":
            names = place.names
            page.append([place.code, place.level, names.get("en"), names.get("ar"), names.get("ckb"), place.parent])

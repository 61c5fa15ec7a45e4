"""Pages for people: three languages, right to left where it is, without scripts, kept by nobody.

A page is a template (templates/<name>.html) and words (data/words.csv) under `page(name, language, …)`.
"""

import base64
import csv
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from ihala_kit.words import Language, Words
from markupsafe import Markup
from starlette.responses import Response

if TYPE_CHECKING:
    from jinja2 import Environment

NAMES: Final[dict[Language, str]] = {"ar": "العربية", "ckb": "کوردی", "en": "English"}
BAGHDAD = ZoneInfo("Asia/Baghdad")
_HERE = files("ihala_gateway.staff")


def page(
    name: str, language: Language, /, *, status: int = 200, script: str | None = None, headers: Sequence[tuple[str, str]] = (),
    **values: Any,
) -> Response:  # fmt: skip
    """Return a page. `values` go to the template, escaped; `say(key)` gives its words.

    `script`: the name of a file in data/ that the page needs; nothing else runs. `headers`: cookies, for example.
    """
    template = _environment().get_template(f"{name}.html")
    code = None if script is None else Markup(_file(script))  # noqa: S704 - a file of our own
    text = template.render(
        language=language, direction="ltr" if language == "en" else "rtl", say=lambda key: word(key, language), names=NAMES,
        style=Markup(_file("page.css")), script=code, **values,  # noqa: S704 - the same
    )  # fmt: skip
    answer = Response(text, status, media_type="text/html; charset=utf-8", headers={
        "Content-Security-Policy": _policy(script), "Content-Language": language, "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
        "Vary": "Accept-Language, Cookie",
    })  # fmt: skip
    for header, value in headers:
        answer.headers.append(header, value)
    return answer


def word(key: str, language: Language) -> str:
    """Return one of our texts. Raises KeyError for one that is not in words.csv."""
    return _words()[key].spoken(language)


@cache
def _words() -> dict[str, Words]:
    rows = csv.DictReader(_file("words.csv").splitlines())
    return {row["key"]: Words(en=row["en"], ar=row["ar"], ckb=row["ckb"]) for row in rows}


@cache
def _file(name: str) -> str:
    return (_HERE / "data" / name).read_text("utf-8")


@cache
def _policy(script: str | None) -> str:
    runs = "" if script is None else f"script-src {_hash(script)}; "
    return f"default-src 'none'; {runs}style-src {_hash('page.css')}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def _hash(name: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(_file(name).encode()).digest()).decode()}'"


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # with the first page: it takes 3 MiB

    made = Environment(
        loader=PackageLoader("ihala_gateway.staff"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["here"] = lambda at: at.astimezone(BAGHDAD)
    return made

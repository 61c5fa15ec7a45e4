"""Pages for readers: templates/<name>.html, without scripts and without a call to anywhere."""

import base64
import csv
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from ihala_kit.words import Language, Words
from markupsafe import Markup, escape

from ihala_gateway.documents.kept import Kept
from ihala_gateway.documents.shapes import Kind

if TYPE_CHECKING:
    from jinja2 import Environment

NAMES: Final[dict[Language, str]] = {"en": "English", "ar": "العربية", "ckb": "کوردی"}
_HERE = files("ihala_gateway.documents") / "data"
_NAME = re.compile(r"([A-Za-z0-9_.-]+)")
_CODE = re.compile(r"`([^`]+)`")


def page(name: str, language: Language, title: str, **values: Any) -> Kept:
    """Return a page, made. `values` go to the template, escaped; `say(key)` gives its words of data/words.csv."""
    text = _environment().get_template(f"{name}.html").render(
        language=language, title=title, say=lambda key: word(key, language), names=NAMES, split=split,
        style=Markup(_file("page.css")), **values,  # noqa: S704 - a file of our own
    )  # fmt: skip
    return Kept(text, "text/html; charset=utf-8", {
        "Content-Security-Policy": _policy(), "Content-Language": language, "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
        "Vary": "Accept-Encoding, Accept-Language",
    })  # fmt: skip


def word(key: str, language: Language) -> str:
    """Return one of our texts. Raises KeyError for one that is not in words.csv."""
    return _words()[key].spoken(language)


def split(kind: Kind) -> list[str]:
    """Return the words of a kind in pieces, so that the names of shapes among them can be links."""
    return [part for part in _NAME.split(kind.words) if part] if kind.shapes else [kind.words]


def prose(text: str) -> Markup:
    """Return a docstring as a page shows it: `so` as code, blank lines as such."""
    plain = str(escape(text))
    return Markup(_CODE.sub(r"<code>\1</code>", plain).replace("\n\n", "<br><br>"))  # noqa: S704 - escaped above


@cache
def _words() -> dict[str, Words]:
    rows = csv.DictReader(_file("words.csv").splitlines())
    return {row["key"]: Words(en=row["en"], ar=row["ar"], ckb=row["ckb"]) for row in rows}


@cache
def _file(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


@cache
def _policy() -> str:
    style = base64.b64encode(hashlib.sha256(_file("page.css").encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # with the first page: it takes 3 MiB

    made = Environment(
        loader=PackageLoader("ihala_gateway.documents"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["prose"] = prose
    return made

"""Which entries fit the words of a search: the one place to put a better search in."""

from sqlalchemy import ColumnElement, and_, func, or_, true
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.hsds.speech import TAGS
from ihala_directory.needs import entries
from ihala_directory.places import folded
from ihala_directory.tables import Organization, Service

Condition = ColumnElement[bool]
MOST_WORDS = 10


async def matching_ids(tx: AsyncSession, words: str) -> Condition:
    """Return the condition for services of which each word stands in the name or description, or in the name of a need they meet."""
    return and_(true(), *(or_(_named(Service, word), _meets(word)) for word in _words(words)))


async def matching_organization_ids(tx: AsyncSession, words: str) -> Condition:
    """Return the condition for organisations of which each word stands in the name or description."""
    return and_(true(), *(_named(Organization, word) for word in _words(words)))


def _words(text: str) -> list[str]:
    return text.replace("\0", " ").split()[:MOST_WORDS]


def _named(table: type[Service] | type[Organization], word: str) -> Condition:
    texts = (col(column)[tag].astext for column in (table.names, table.description) for tag in TAGS)
    return or_(*(text.icontains(word, autoescape=True) for text in texts))


def _meets(word: str) -> Condition:
    sought = folded(word)
    codes = [one.code for one in entries().values() if one.kind == "need" and any(sought in folded(name) for name in one.names.values())]
    return func.coalesce(col(Service.need_codes).op("&&")(codes), False) if sought and codes else ~true()

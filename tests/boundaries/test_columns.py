"""Every column says whether it is personal; only intake has personal ones, but for officers' own, and all are stored as bytes."""

import pytest
from ihala_kit.tables import metadata as kit_metadata
from sqlalchemy import Column, LargeBinary, MetaData

from tests.boundaries.houses import HOUSES

# Sign-in names, and where officers want their notices; nothing else.
OF_OFFICERS = {"gateway": ["account.sealed_name"], "notify": ["digest.sealed_email"]}


def metadata(name: str) -> MetaData:
    from importlib import import_module

    import_module(f"ihala_{name}.app")  # so that every room has registered its tables
    tables = import_module(f"ihala_{name}.tables")
    base = next(value for value in vars(tables).values() if hasattr(value, "metadata") and value.__name__ == "Table")
    found: MetaData = base.metadata
    return found


def columns(name: str) -> list[Column[object]]:
    return [column for table in metadata(name).tables.values() for column in table.columns]


@pytest.mark.parametrize("name", HOUSES)
def test_every_column_says_whether_it_is_personal(name: str) -> None:
    found = columns(name)
    assert found
    assert [str(column) for column in found if not isinstance(column.info.get("personal"), bool)] == []


@pytest.mark.parametrize("name", [name for name in HOUSES if name != "intake"])
def test_only_intake_has_personal_columns(name: str) -> None:
    assert [str(column) for column in columns(name) if column.info["personal"]] == OF_OFFICERS.get(name, [])


def test_personal_columns_are_encrypted() -> None:
    personal = [column for name in ("intake", *OF_OFFICERS) for column in columns(name) if column.info["personal"]]
    assert personal
    assert [str(column) for column in personal if not isinstance(column.type, LargeBinary)] == []


@pytest.mark.parametrize("name", HOUSES)
def test_no_table_hides_one_of_the_kits(name: str) -> None:
    assert not set(metadata(name).tables) & set(kit_metadata.tables)

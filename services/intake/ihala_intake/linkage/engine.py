"""Splink over DuckDB: in memory, with no directory to spill to and no way out to files or the network."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator
from splink.blocking_rule_library import CustomRule
from splink.comparison_library import CustomComparison
from splink.internals.comparison_level_creator import ComparisonLevelCreator
from splink.internals.exceptions import SplinkException

from ihala_intake.linkage.columns import PARTS, SHARED, Row, columns_of
from ihala_intake.linkage.model import GATE, Levels, Likely, gate, levels, model, weight

LETTERS_ALIKE, SOUNDS_THE_SAME, SOUNDS_ALIKE, SOUNDS_UNSURE = 0.88, 0.88, 0.82, 0.72  # Jaro-Winkler
FEW = 5  # who have two names together, the two themselves among them
_LISTS: Final = ("phones", "own_papers", "family_papers")
# How many of one year have the given name together with each other one: what few have says more.
_SHARERS: Final = ", ".join(f"count(*) OVER (PARTITION BY year, given_key, {part}_key) AS {part}_sharers" for part in SHARED)
_COUNTED: Final = f"CREATE TABLE people AS SELECT *, {_SHARERS} FROM told"  # noqa: S608 - names of ours
_APART: Final = "abs(year_l - year_r)"
_TURN: Final = "(l.turn = 0 OR r.turn = 0) AND (l.year IS NULL OR r.year IS NULL OR abs(l.year - r.year) <= 1)"
# Who is compared with whom: whoever shares two names, or one and a day of birth, a phone or a paper.
_TOGETHER: Final = (
    ("given_key", "father_key"), ("given_key", "grandfather_key"), ("given_key", "mother_key"), ("given_key", "family_key"),
    ("father_key", "grandfather_key", "year"), ("father_key", "mother_key", "year"), ("given_key", "born"), ("father_key", "born"),
    ("given_key", "phones"), ("own_papers",),
)  # fmt: skip


def packed(rows: Sequence[Row]) -> pa.RecordBatch:
    """Return rows as they take little room."""
    return pa.RecordBatch.from_pylist(list(rows), schema=_SCHEMA)


def likely(rows: list[pa.RecordBatch], memory_gib: float) -> list[Likely]:
    """Return the pairs that are worth a look and that the gate lets through; empties `rows`. Raises MemoryError."""
    with in_memory(memory_gib) as connection, _saying_when_it_does_not_fit():
        connection.register("told", pa.Table.from_batches(rows, schema=_SCHEMA))
        connection.execute(_COUNTED)
        connection.unregister("told")
        rows.clear()
        found = _predicted(connection)
    pairs = (_likely(values) for batch in found.to_batches(max_chunksize=10_000) for values in batch.to_pylist())
    return [pair for pair in pairs if gate(pair.codes)]


def _predicted(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    api = DuckDBAPI(connection)
    linker = Linker(api.register("people"), _settings(), log_level=None)
    found = linker.inference.predict(threshold_match_weight=model()["possible_from"], warning_mode="never")
    kept = ", ".join(["unique_id_l", "unique_id_r", "match_weight", *(f"gamma_{name}" for name in _COMPARED)])
    return connection.sql(f"SELECT {kept} FROM {found.physical_name}").to_arrow_table()  # noqa: S608 - names of ours


@contextmanager
def _saying_when_it_does_not_fit() -> Iterator[None]:
    """Raise MemoryError, without the statement in its text, where DuckDB or Splink says so in ways of their own."""
    try:
        yield
    except (duckdb.OutOfMemoryException, SplinkException) as error:
        if "Out of Memory" not in str(error):
            raise
        raise MemoryError from None


def in_memory(memory_gib: float) -> duckdb.DuckDBPyConnection:
    """Return an empty database that cannot spill: what does not fit in memory is an error, never a file."""
    connection = duckdb.connect(":memory:", config={"temp_directory": "", "memory_limit": f"{memory_gib}GiB"})
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")
    return connection


def _likely(values: dict[str, Any]) -> Likely:
    codes = [levels(name).code(values[f"gamma_{name}"]) for name in _COMPARED]
    return Likely(values["unique_id_l"], values["unique_id_r"], tuple(code for code in codes if code), values["match_weight"])


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=1 / (1 + 2 ** -weight(GATE)),  # so that a pair weighs what its codes weigh together
        comparisons=[_comparison(levels(name), conditions) for name, conditions in _COMPARED.items()],
        blocking_rules_to_generate_predictions=[
            CustomRule(
                " AND ".join([*(f"l.{one} = r.{one}" for one in ones), _TURN]), "duckdb", [one for one in ones if one in _LISTS] or None
            )
            for ones in _TOGETHER
        ],
        retain_matching_columns=True,  # else how they agree is not told
    )  # fmt: skip


def _comparison(of: Levels, conditions: Sequence[str]) -> CustomComparison:
    """Return how one thing is compared: nothing where one side does not say it, then the levels in the order of the model."""
    unsaid, *said = conditions
    made: list[ComparisonLevelCreator | dict[str, Any]] = [{"sql_condition": unsaid, "label_for_charts": "unsaid", "is_null_level": True}]
    for condition, level in zip([*said, "ELSE"], of.levels, strict=True):
        made.append({
            "sql_condition": condition, "label_for_charts": level.code, "m_probability": level.m, "u_probability": level.u,
        })  # fmt: skip
    return CustomComparison(output_column_name=of.name, comparison_levels=made)


def _name(part: str) -> list[str]:
    """Return the conditions for one part of the name: as likeness() in same_person/names.py, with what SQL has."""
    arabic, known = f"({part}_plain_l AND {part}_plain_r)", f"({part}_known_l AND {part}_known_r)"
    heard = f"jaro_winkler_similarity({part}_heard_l, {part}_heard_r)"
    alike = (
        f"jaro_winkler_similarity({part}_l, {part}_r) >= {LETTERS_ALIKE} OR ({part}_key_l = {part}_key_r AND {heard} >= {SOUNDS_THE_SAME})"
    )
    half = f"{part}_first_l = {part}_r OR {part}_first_r = {part}_l"
    return [
        f"{part}_l IS NULL OR {part}_r IS NULL",
        f"{part}_l = {part}_r OR (NOT {arabic} AND {part}_key_l = {part}_key_r AND {heard} >= {SOUNDS_THE_SAME})",
        f"CASE WHEN {arabic} THEN NOT {known} AND ({alike} OR {half})"
        f" ELSE {part}_key_l = {part}_key_r OR {heard} >= {SOUNDS_ALIKE} OR {half} END",
        f"NOT {arabic} AND {heard} >= {SOUNDS_UNSURE}",
    ]  # fmt: skip


def _shared(column: str) -> list[str]:
    return [f"{column}_l IS NULL OR {column}_r IS NULL", f"len(list_intersect({column}_l, {column}_r)) > 0"]


def _sharers() -> list[str]:
    """Return the conditions for how many have the rarest two names that both have: nobody else, few, many."""
    both = (f"CASE WHEN given_key_l = given_key_r AND {part}_key_l = {part}_key_r THEN greatest({part}_sharers_l, {part}_sharers_r) END"
            for part in SHARED)  # fmt: skip
    rarest = f"least({', '.join(both)})"  # of those that are said
    return [f"{rarest} IS NULL", f"{rarest} <= 2", f"{rarest} <= {FEW}"]


# What is compared, and when each level of the model holds; whichever comes first.
_COMPARED: Final[dict[str, list[str]]] = {
    **{part: _name(part) for part in PARTS},
    "names": _sharers(),
    "birth": [
        "year_l IS NULL OR year_r IS NULL",
        "born_l = born_r",
        f"born_l IS NOT NULL AND born_r IS NOT NULL AND {_APART} <= 1",
        f"{_APART} = 0",
        f"{_APART} = 1",
    ],
    "sex": ["sex_l IS NULL OR sex_r IS NULL", "sex_l = sex_r"],
    "phone": _shared("phones"),
    "document": [
        "(own_papers_l IS NULL AND family_papers_l IS NULL) OR (own_papers_r IS NULL AND family_papers_r IS NULL)",
        "len(list_intersect(own_papers_l, own_papers_r)) > 0",
        "len(list_intersect(family_papers_l, family_papers_r)) > 0",
    ],
}
_SCHEMA: Final = pa.schema([
    ("unique_id", pa.int32()), ("turn", pa.int8()), ("sex", pa.string()), ("year", pa.int16()), ("born", pa.int32()),
    *((column, pa.list_(pa.string())) for column in _LISTS),
    *((column, pa.bool_() if column.endswith(("_plain", "_known")) else pa.string()) for part in PARTS for column in columns_of(part)),
])  # fmt: skip

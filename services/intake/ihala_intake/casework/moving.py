"""Which rows go with a person's file to another operator: worked out from the tables themselves, so that none is forgotten. Pure."""

# ruff: noqa: S608 - every part of these statements is a constant here or a name of our own tables

from collections.abc import Mapping

from sqlalchemy import Table

from ihala_intake.tables import Table as Base

# What a row belongs to, by the first of these columns it has, and the rows of the file, by the person in it. A restricted need has a
# person of its own, so nothing of it is ever among them.
FILE = "SELECT id FROM case_file WHERE person_id = :person_id"
PEOPLE = """SELECT CAST(:person_id AS uuid) UNION SELECT p.id FROM person p
    WHERE p.household_id = :household_id AND NOT EXISTS (SELECT FROM case_file c WHERE c.person_id = p.id)"""
NEEDS = f"SELECT id FROM need WHERE case_id IN ({FILE})"
LINKS: Mapping[str, str] = {
    "case_id": FILE,
    "need_id": NEEDS,
    "consent_id": f"SELECT id FROM consent WHERE case_id IN ({FILE})",
    "disclosure_id": f"SELECT id FROM disclosure WHERE need_id IN ({NEEDS})",
    "attachment_id": f"SELECT id FROM attachment WHERE case_id IN ({FILE})",
    "plan_id": f"SELECT id FROM plan WHERE case_id IN ({FILE})",
    "assistance_id": f"SELECT id FROM assistance WHERE case_id IN ({FILE})",
    "person_id": PEOPLE,
    "household_id": "SELECT CAST(:household_id AS uuid)",
}
OWN_ID: Mapping[str, str] = {"case_file": FILE, "person": PEOPLE, "household": LINKS["household_id"]}

# What stays where it is, and why.
STAYS: Mapping[str, str] = {
    "organization": "tells of organisations",
    "request": "how it came in; it may have opened other files",
    "request_identifier": "the origin's own number of a request",
    "request_file": "how it came in, with others",
    "need_again": "how it came in a second time",
    "consent_revision": "a chain: never changed, read by who has the consent (policy taken_over)",
    "access_log": "a chain: never changed, read by who has the person (policy taken_over)",
    "hand_over": "tells how it went from one to the other",
    "complaint": "about the work of the operator of that time",
    "break_glass": "a right that the operator of that time gave",
    "match_candidate": "a doubt of the operator of that time, between people it had",
    "duty_cover": "when the operator has somebody on duty, about no case",
    "linkage_run": "tells of a review of the operator of that time",
    "merge": "decided by the operator of that time, between people it had",
    "erasure": "asked of the operator of that time; what was erased cannot move",
    "erasure_report": "tells of an erasure",
    "occasion": "tells of a gathering, of nobody in particular",
    "concern": "what a forum says, of nobody in particular",
    "retention_report": "tells of a run over many files",
}

# Before that: by what the operator's own desk knew the person, where the new one's desk knows somebody by the same.
KNOWN_THERE = f"""
    DELETE FROM natural_key k WHERE k.origin_id = :before AND k.person_id IN ({PEOPLE})
    AND EXISTS (SELECT FROM natural_key o WHERE o.origin_id = :after AND o.mark = k.mark)"""


def moved(tables: Mapping[str, Table] | None = None) -> dict[str, str]:
    """Return a statement for each table with rows of a file; it takes person_id, household_id, before and after (operators).

    Without a household_id the person goes alone: somebody else there has a file, and stays.
    What the operator's own desk brought is brought by the new operator then: the old one keeps nothing.
    """
    return {name: _statement(table) for name, table in (tables or Base.metadata.tables).items() if _belongs(table) is not None}


def undecided() -> list[str]:
    """Return the tables that have an operator and no rule here; the tests want none."""
    owned = [name for name, table in Base.metadata.tables.items() if "operator_id" in table.columns]
    return [name for name in owned if name not in STAYS and _belongs(Base.metadata.tables[name]) is None]


def _belongs(table: Table) -> str | None:
    if table.name in STAYS or "operator_id" not in table.columns:
        return None
    if table.name in OWN_ID:
        return f"id IN ({OWN_ID[table.name]})"
    return next((f"{column} IN ({rows})" for column, rows in LINKS.items() if column in table.columns), None)


def _statement(table: Table) -> str:
    """Return the update of one table; only rows of the operator that had them."""
    origin = ", origin_id = CASE WHEN origin_id = :before THEN :after ELSE origin_id END" if "origin_id" in table.columns else ""
    return f'UPDATE "{table.name}" SET operator_id = :after{origin} WHERE operator_id = :before AND {_belongs(table)}'

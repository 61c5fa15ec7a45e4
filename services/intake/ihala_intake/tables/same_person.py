"""Pairs of persons who may be one, reviews that look for them, and merges. Only the operator sees them; never of a restricted case."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Integer, text

from ihala_intake.tables.base import Table, a_code, a_number, an_id, an_instant, column, texts


class MatchCandidate(Table, table=True):
    """Two persons who may be one: a task for the operator, until somebody decides. `source` says whose the codes and the score are."""

    __tablename__ = "match_candidate"

    id: UUID = an_id(key=True)
    operator_id: UUID = an_id()
    person_a: UUID = an_id("person")  # the smaller id
    person_b: UUID = an_id("person")
    level: str = a_code()  # possible | probable
    score_tenths: int = a_number()  # tenths of what the rules gave, or the model of the batch review
    reasons: list[str] = texts()  # codes of data/same_person.json and data/linkage.json: how they agree, never as what
    ruleset: int = a_number()  # version of those rules or that model
    source: str = a_code()  # rules | batch
    state: str = a_code()  # open | same | different | parted: one of the two went to another operator, who doubts anew
    found_at: datetime = an_instant()
    decided_at: datetime | None = an_instant(null=True)
    client_id: str | None = a_code(null=True)  # that decided
    acting_officer: str | None = a_code(null=True)  # opaque
    version: int = a_number()

    __table_args__ = (
        Index("match_candidate_pair", "person_a", "person_b", unique=True),
        Index("match_candidate_b", "person_b"),
        Index("match_candidate_operator", "operator_id", "state", "id"),
    )


class Merge(Table, table=True):
    """That two persons are one, as somebody of the operator decided. Nothing is moved: each keeps what its sender gave."""

    id: UUID = an_id(key=True)
    operator_id: UUID = an_id()
    kept_id: UUID = an_id("person")
    merged_id: UUID = an_id("person")
    state: str = a_code()  # done | undone
    made_at: datetime = an_instant()
    client_id: str = a_code()
    acting_officer: str | None = a_code(null=True)  # opaque
    undone_at: datetime | None = an_instant(null=True)
    version: int = a_number()

    __table_args__ = (
        Index("merge_merged", "merged_id", unique=True, postgresql_where=text("state = 'done'")),
        Index("merge_kept", "kept_id", postgresql_where=text("state = 'done'")),
        Index("merge_undone", "merged_id", "kept_id", postgresql_where=text("state = 'undone'")),
        Index("merge_operator", "operator_id", "id"),
    )


class LinkageRun(Table, table=True):
    """One review of all people of an operator, by Splink; what stopped goes on where it stood."""

    __tablename__ = "linkage_run"

    id: UUID = an_id(key=True)
    operator_id: UUID = an_id()
    model: int = a_number()
    state: str = a_code()  # running | done
    done_to: int | None = column(Integer(), null=True)  # year of birth: everybody up to it was compared
    people: int = a_number()
    proposed: int = a_number()
    started_at: datetime = an_instant()
    changed_at: datetime = an_instant()

    __table_args__ = (Index("linkage_run_running", "operator_id", unique=True, postgresql_where=text("state = 'running'")),)

"""What is held about a person: which tables, how their rows belong to a person, and what of a row is theirs. Pure.

A test holds every table with a personal column against these two lists, so that nobody adds one without deciding.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

# Table → the column by which its rows belong to a person, straight or through a case, need, consent or request of theirs.
SHOWN: Final[dict[str, str]] = {
    "person": "id",
    "case_file": "person_id",
    "need": "person_id",
    "assistance": "case_id",
    "consent": "person_id",
    "consent_revision": "consent_id",
    "disclosure": "person_id",
    "follow_up": "need_id",
    "case_step": "case_id",
    "hand_over": "case_id",
    "appointment": "case_id",
    "attachment": "case_id",
    "follow_up_try": "need_id",
    "instalment": "case_id",
    "assessment": "case_id",
    "plan": "case_id",
    "plan_goal": "case_id",
    "plan_step": "case_id",
    "programme_plan": "person_id",
    "report": "person_id",
    "waiting": "person_id",
    "request": "id",
    "request_identifier": "request_id",
}

# Tables with a personal column that are not shown, and why.
NOT_SHOWN: Final[dict[str, str]] = {
    "consent_decision": "why a child was helped without a guardian: told by a child-protection officer, never to that guardian",
    "request_file": "a sheet on its way in, destroyed when it is read; its people become requests",
    "request_file_row": "the same",
    "occasion": "of nobody: counts",
    "concern": "of nobody: a forum's words, held against phones and numbers",
    "natural_key": "keyed hashes of what `person` shows",
    "attachment_part": "the files themselves are handed over by /v1/attachments; `attachment` names them",
    "complaint": "it may be about the office that prints this, which must not read it here",
    "person_mark": "keyed hashes of what `person` shows",
    "break_glass": "the reads stand in the list of readers; the explanation is about those who asked for it",
}

# What of a row is not about the person: keys, chains, who typed it in (readers are shown as offices, officers not at all).
LEFT_OUT: Final = frozenset({
    "key_id", "person_id", "previous", "hash", "mark", "version", "client_id", "acting_officer", "officer", "waits", "operator_id",
    "match_settled", "closing_by", "said",
})  # fmt: skip
LEFT_OUT_WITHIN: Final = frozenset({"recorded_by", "by", "interpreter", "second"})  # the same, of what is sealed

# Reads of what is not shown: a line about them would tell of it.
READS_LEFT_OUT: Final = frozenset({"complaint", "decision"})


def is_told(table: str, row: Mapping[str, Any]) -> bool:
    """Tell whether a row may come to the person's eyes: a report was told before it was made, unless that endangered somebody."""
    return table != "report" or bool(row["person_told"])


def without_others(content: dict[str, object], *, for_a_child: bool = False) -> dict[str, object]:
    """Return sealed content without the names of those who wrote it down, nor why two people decided instead of a child's guardian."""
    return {name: value for name, value in content.items() if name not in LEFT_OUT_WITHIN and not (for_a_child and name == "reason")}


def reads_shown(*, untold: bool) -> Callable[[str], bool]:
    """Return which reads stand in the list of readers. Where a report was not told (`untold`), none of any report does: they look alike."""
    return lambda what: what not in READS_LEFT_OUT and not (untold and what == "report")

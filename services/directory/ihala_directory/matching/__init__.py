"""Who could meet a need, in which order, and why.

Each candidate is held against each criterion: pass, fail, or unknown (the rule asks for something that is not known). One fail and it is
not offered. The others are ordered as the operator's rules say.
"""

from ihala_directory.matching.candidates import Candidate, Sought
from ihala_directory.matching.criteria import BINDING, LOOKS_AHEAD_DAYS, disclosed_attributes
from ihala_directory.matching.judging import Failing, Match, ahead_by, criterion, explain, failed_everywhere, in_order, matched, ranked
from ihala_directory.matching.rules import SHIPPED, By, RuleBody, Rules

__all__ = [
    "BINDING", "By", "Candidate", "Failing", "LOOKS_AHEAD_DAYS", "Match", "RuleBody", "Rules", "SHIPPED", "Sought", "ahead_by", "criterion",
    "disclosed_attributes", "explain", "failed_everywhere", "in_order", "matched", "ranked",
]  # fmt: skip

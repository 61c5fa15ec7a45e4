"""Operators' own competence rules, read before each placement and by whoever wants to know; each change is a version that stays."""

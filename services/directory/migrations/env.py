"""Alembic's entry: the kit runs the history."""

from ihala_kit.migrations import run_env

run_env()

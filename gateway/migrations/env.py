"""Runs the gateway's history; see the kit."""

from ihala_kit.migrations import run_env

run_env()

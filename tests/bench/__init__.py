"""Measurements, never asserted: `make bench` runs them and writes results.json."""

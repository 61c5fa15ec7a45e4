"""Writes `ihala_client/api`: models and operations, from the contracts. Part of `make clients`; the package itself does without it."""

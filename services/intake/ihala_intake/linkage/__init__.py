"""Batch review with Splink: people of one operator compared with each other, all of them, to propose pairs that registration did not see.

`columns` (what is compared of a person) and `model` (levels, weights, gate: data/linkage.json) are pure; `spans` says who is held in memory
together; `engine` is the one place that needs Splink and DuckDB (extra `linkage`); `store` has the queries. Only proposes.
"""

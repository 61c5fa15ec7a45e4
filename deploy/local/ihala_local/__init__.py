"""Ihala on one machine: what `make run`, `make up`, `make story` and `make down` do, and what tests use to have real servers.

It owns the local PostgreSQL, Kafka and message sink, their secrets and data under `.local/`, and the supervisor that
starts all parts in order, restarts what dies and stops everything in reverse. It knows no rule of the domain.
"""

"""Plumbing that every service of Ihala stands on, without a word of the domain.

HTTP in: `http`, `auth`, `problems`, `once`, `etag`, `pages`. Transactions: `db`. Events out: `outbox`, `relay`.
Events in: `inbox`, `fences`, `parked`, `release`. Due work: `due`, `jobs`, `clock`. Secrets: `vault`, `sealed`.
Files that strangers send: `untrusted`.
A service joins its parts in a `service.Service`; `run` plays its roles; `cli` is the command `ihala`.
"""

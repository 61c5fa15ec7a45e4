"""The directory as Open Referral HSDS 3.1.1: what a public page, another directory or a harvester reads.

Two views of one feed: `/hsds` for everybody, always as nobody, and `/v1/hsds` for callers with `directory:read`, as far as their rows go.
`store` asks, `entries` and `parts` turn rows into HSDS (pure), `profile` makes the schemas that say what we add.
"""

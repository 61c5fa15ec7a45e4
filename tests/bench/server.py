"""PostgreSQL as it serves many people, for the benches: with more memory than a laptop's."""

from ihala_local.postgres import DURABLE

# What it serves from stays in its own memory: in the kernel's, this machine takes it away again, and a request waits a quarter of a second
# for the disk; so it does when a segment of the WAL is new and not an old one used again. No checkpoint while it is filled.
SERVER = DURABLE | {"shared_buffers": "5GB", "max_wal_size": "8GB", "min_wal_size": "4GB"}

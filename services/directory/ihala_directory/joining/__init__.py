"""How an organisation comes in, what it proposes, and what was published before: the tables and queries of that."""

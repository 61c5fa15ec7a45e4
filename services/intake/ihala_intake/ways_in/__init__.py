"""Ways in beside the desk's own: the same person again, arrivals, occasions, people who ask by themselves, files."""

"""What was called: the access log with its chain, how it is verified, and what was called how often."""

"""What was called: the access log with its chain, how it is verified and taken out, and what was called how often."""

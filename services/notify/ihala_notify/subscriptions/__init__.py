"""What an organisation wishes to follow, by which way, and how it stands with that: subscriptions."""

"""Clients: the systems of organisations that may ask for tokens."""

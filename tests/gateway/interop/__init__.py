"""Clients that are not ours, against the gateway as it runs."""

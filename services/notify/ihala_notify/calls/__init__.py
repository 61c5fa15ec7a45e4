"""Calls for the desk to make: what could not be written to a person, or what a person wishes to hear instead."""

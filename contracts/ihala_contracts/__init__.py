"""What two projects of Ihala must agree on, and nothing else: the events on Kafka, the list of public routes, the documents made from them.

Imports pydantic alone. A released version of an event is frozen: a test compares it with the committed schema.
"""

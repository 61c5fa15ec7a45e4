"""Each organisation's feed on Kafka, for whoever reads it there: one topic an organisation, and a list of who may read it.

A client that its operator approved with the scope `events:read` may read its organisation's topic, in groups whose name begins with
the organisation's id, and nothing else. The list follows the gateway's events; the topic is written from the feed.
"""

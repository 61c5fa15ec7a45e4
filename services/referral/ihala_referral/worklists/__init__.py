"""Who works on what: lists by the next instant, officers inside an organisation, hand-overs, and many moves in one request."""

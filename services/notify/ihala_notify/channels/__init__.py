"""The ways a message reaches people: SMS by SMPP or by an aggregator's HTTP, e-mail by SMTP; each behind the interface in `ways.py`."""

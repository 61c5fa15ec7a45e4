"""How much one recipient is sent, and what is left out after an outage: joined into one message, or dropped since a later step says it.

`rules.py` decides (pure), `policy.py` reads the numbers and what makes what needless, `admission.py` stands between asking for contacts
and handing over, `store.py` counts.
"""

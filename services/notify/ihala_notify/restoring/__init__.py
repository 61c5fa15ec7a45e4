"""How notify comes back from a backup: what was said to people is not said again, feeds go on in a new epoch, and what no event holds
(an address, a filter, an operator's own words) is asked for again. The kit's restore.py says in which order.
"""

from ihala_contracts import notify_v1
from ihala_kit.restore import Restoring

from ihala_notify.restoring import positions, subscriptions, unsaid

RESTORING = Restoring(topic=notify_v1.TOPIC, replays=(subscriptions,), recalled=(), readers=(unsaid,), begin=positions.begin)

__all__ = ["RESTORING"]

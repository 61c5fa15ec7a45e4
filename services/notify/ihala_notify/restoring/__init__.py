"""How notify comes back from a backup: what was said to people is not said again, feeds go on above all they gave, and what no event holds
(an address, a filter, an operator's own words) is asked for again. The kit's restore.py says in which order.
"""

from ihala_contracts import notify_v1
from ihala_kit.restore import Restoring

from ihala_notify.restoring import again, calls, ground, messages, positions, subscriptions, unsaid

RESTORING = Restoring(
    topic=notify_v1.TOPIC,
    replays=(messages, calls, subscriptions),
    recalled=ground.RECALLED,
    readers=(again, unsaid),
    settle=again.settle,
    begin=positions.begin,
    open_keys=again.open_keys,
)

__all__ = ["RESTORING"]

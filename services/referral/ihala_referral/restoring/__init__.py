"""How referral comes back from a backup: what each of its own events tells is set again, nothing is announced, and what no event holds
(texts, files, links) becomes a work item for a coordinator. The kit's restore.py says in which order.
"""

from ihala_contracts import directory_v1, intake_v1, referral_v1
from ihala_kit.restore import Restoring

from ihala_referral.restoring import again, beside, ends, late, offers, placements, settling

RESTORING = Restoring(
    topic=referral_v1.TOPIC,
    replays=(placements, offers, ends, late, beside),
    recalled=(intake_v1.NeedIdentified, intake_v1.ConsentWithdrawn, directory_v1.PlaceReserved),
    readers=(again,),
    settle=settling.settle,
)

__all__ = ["RESTORING"]

"""Referral: one placement for each need, one referral for each attempt, and the clocks that let neither be forgotten.

It owns placements, referrals, their moves, deadlines, reasons and consequences, the competence of origins, and who is on
duty. Writes `ihala.referral.v1`. Reads from intake: NeedIdentified, NeedChanged, NeedConsentChanged, ConsentWithdrawn, NeedClosed,
DisclosureOpened, DisclosureRefused, FollowUpRecorded; from directory: PlaceReserved, NoPlaceFound, PlaceTaken, PlaceTakeRefused,
ReservationRevoked, OrganizationJoined, OrganizationSuspended, OrganizationReinstated, OrganizationLeft, ServiceChanged,
SealingKeyPublished.
Copies it keeps from events: organisations (kind, names, operator, clearance, agreement, suspended), services (status, needs, areas).
"""
